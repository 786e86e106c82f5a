"""Group ids that outlive a catalogue: a group keeps its id when listings come and go."""

import collections
from collections.abc import Mapping, Sequence

import numpy as np

from shopee_tf.matching.groups import Groups, group_members


def stable_ids(
    groups: Groups, posting_ids: Sequence[str], previous: Mapping[str, str]
) -> np.ndarray:
    """Names each group, by an id that it had before where it can.

    An old id goes to the group that most of the postings of that id are in now, and to one group
    only; a group takes the id of which it has most. The pairs of a group and an old id are settled
    from the greatest number of shared postings down; ties go to the smaller id, then to the group
    with the smaller smallest posting id. So a split leaves the id with the larger part, and a union
    takes that of its larger part. A group that gets none is named after its smallest posting id,
    with "-2", "-3", ... behind it where that name is taken, or was in `previous`.

    The result hangs on which postings stand together and on `previous`, not on the order of rows.

    Args:
      groups: of m rows.
      posting_ids: [n] of the whole catalogue, each once.
      previous: posting id -> group id, of an older catalogue; empty for none.

    Returns:
      [m] object, the group id (text) of each row of `groups`.

    Example:
      >>> groups = Groups(np.arange(4), np.array([0, 0, 0, 1]))
      >>> old = {"a": "shoe", "b": "shoe", "c": "sock", "d": "sock"}
      >>> stable_ids(groups, ["a", "b", "c", "d"], old).tolist()
      ['shoe', 'shoe', 'shoe', 'sock']
    """
    members = [
        sorted(posting_ids[row] for row in groups.rows[part])
        for part in group_members(groups.labels)
    ]
    ids = _kept(members, previous)
    taken = set(previous.values())
    for group in sorted(range(len(members)), key=lambda group: members[group][0]):
        if group not in ids:
            ids[group] = _new_id(members[group][0], taken)
            taken.add(ids[group])
    return np.array([ids[label] for label in groups.labels.tolist()], object)


def _kept(members: list[list[str]], previous: Mapping[str, str]) -> dict[int, str]:
    """The groups that keep an id, with that id."""
    shared = collections.Counter(
        (group, previous[posting])
        for group, postings in enumerate(members)
        for posting in postings
        if posting in previous
    )
    kept: dict[int, str] = {}
    given: set[str] = set()
    for group, old in sorted(
        shared, key=lambda pair: (-shared[pair], pair[1], members[pair[0]][0])
    ):
        if group not in kept and old not in given:
            kept[group] = old
            given.add(old)
    return kept


def _new_id(posting: str, taken: set[str]) -> str:
    name, number = posting, 1
    while name in taken:
        number += 1
        name = f"{posting}-{number}"
    return name

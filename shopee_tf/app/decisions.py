"""What reviewers decide of pairs: a file of lines, each kept for good, of which the last counts."""

import dataclasses
import functools
import json
import os
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tfrecords import files
from tfrecords.errors import DataError

SAME, DIFFERENT, WITHDRAWN = "same", "different", "withdrawn"
VERDICTS = (SAME, DIFFERENT, WITHDRAWN)
"""What may be decided of a pair; withdrawn: as if this reviewer had decided nothing of it."""

Pair = tuple[str, str]


class Decision(NamedTuple):
    """What was decided of a pair, when, and by whom."""

    first: str  # posting id, the smaller of both
    second: str
    verdict: str  # one of `VERDICTS`
    when: str  # 2026-01-31T12:00:00Z
    reviewer: str = ""  # a random name, of one visit to the page; older files have none


@dataclasses.dataclass(frozen=True)
class History:
    """All that a file of decisions holds."""

    decisions: tuple[Decision, ...]  # in the order in which they were made
    unreadable: int  # lines, as a crash may leave one

    @functools.cached_property
    def latest(self) -> dict[Pair, Decision]:
        """The last decision of each pair that its reviewer has not withdrawn, the oldest first."""
        own = _last(self.decisions, lambda one: (one.first, one.second, one.reviewer))
        standing = [one for one in own if one.verdict != WITHDRAWN]
        return {
            (one.first, one.second): one
            for one in _last(standing, lambda one: (one.first, one.second))
        }


def _last(decisions: Iterable[Decision], key: Callable[[Decision], Any]) -> list[Decision]:
    """The last decision of each key, in the order in which they were made."""
    last = {key(one): one for one in decisions}
    return [one for one in decisions if last[key(one)] is one]


def pair_of(first: str, second: str) -> Pair:
    """The two ids in the order in which decisions name them.

    Example:
      >>> pair_of("b", "a")
      ('a', 'b')
    """
    return (first, second) if first <= second else (second, first)


def keep_decision(
    path: str | os.PathLike, first: str, second: str, verdict: str, *, reviewer: str
) -> Decision:
    """Adds a decision to a file; those of others that write at the same time are kept as well.

    Args:
      path: of the file.
      first: a posting id.
      second: another.
      verdict: one of `VERDICTS`.
      reviewer: who decides; a withdrawal takes back what this one decided of the pair, no more.

    Raises:
      ValueError: no such verdict, or one listing twice.
    """
    if verdict not in VERDICTS or first == second:
        raise ValueError(f"expected two ids and one of {VERDICTS}, received {verdict!r}")
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    decision = Decision(*pair_of(first, second), verdict, when, reviewer)
    files.append_line(path, json.dumps(decision._asdict()))
    return decision


def read_decisions(path: str | os.PathLike) -> History:
    """Reads what `keep_decision` wrote; nothing where nothing was written yet.

    Raises:
      DataError: there is a file, and not one of its lines is a decision.
    """
    try:
        with files.open_read(path) as file:
            lines = [line for line in file.read().split(b"\n") if line.strip()]
    except FileNotFoundError:
        return History((), 0)
    found = [one for one in map(_decision, lines) if one is not None]
    if lines and not found:
        raise DataError(f"{path}: not a file of decisions; name another with --decisions=FILE")
    return History(tuple(found), len(lines) - len(found))


def _decision(line: bytes) -> Decision | None:
    try:
        decision = Decision(**json.loads(line))
    except (TypeError, ValueError):
        return None
    well = all(isinstance(field, str) for field in decision) and decision.verdict in VERDICTS
    return decision if well else None

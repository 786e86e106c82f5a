"""Photos, hashes and titles that several listings have in common."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.report.blocks import Block, Gallery, Table
from shopee_tf.report.photos import Thumbnail, gallery_row
from shopee_tf.report.shared_values import Shared, group_rows, repeated
from tfrecords.wording import counted

_NOUNS = {"image": "photo", "image_phash": "hash", "title": "title", "label_group": "product"}
_MAY_DIFFER = ("title", "image", "label_group")
_GROUPS, _LISTINGS = 4, 8  # that a gallery shows
_CAPTION = (
    "values: those that two or more listings have; listings: how many these are. over several "
    "titles: values whose listings have more than one title."
)


class _Kind(NamedTuple):
    """What listings have in common."""

    columns: tuple[str, ...]
    gallery: str  # its title
    other: str | None = None  # a column: the gallery is of what is alike in all but this


_KINDS = (
    _Kind(("image",), "Identical photos", "title"),
    _Kind(("image_phash",), "Identical hashes"),
    _Kind(("title",), "Identical titles", "image"),
    _Kind(("image", "title"), "Identical photos and titles"),
)


def repeat_blocks(catalog: Catalog, thumbnail: Thumbnail) -> list[Block]:
    """Counts the repeats of each kind and what differs among them, and shows the largest."""
    values = {
        name: catalog.frame[name].to_numpy(object) for name in _NOUNS if name in catalog.frame
    }
    known = [kind for kind in _KINDS if set(kind.columns) <= set(values)]
    found = {kind: repeated(group_rows(_in_common(kind, values))) for kind in known}
    counted_of = [f"over several {_NOUNS[name]}s" for name in _MAY_DIFFER]
    header = ("in common", "values", "listings", "largest", *counted_of)
    rows = tuple(_row(kind, groups, values) for kind, groups in found.items())
    galleries = [_gallery(catalog, thumbnail, *each, values) for each in found.items()]
    return [Table("Repeats", header, rows, _CAPTION), *filter(None, galleries)]


def _in_common(kind: _Kind, values: Mapping[str, np.ndarray]) -> list[str]:
    """The value of each listing, empty where a part of it is."""
    parts = zip(*(values[name] for name in kind.columns), strict=True)
    return ["\n".join(each) if all(each) else "" for each in parts]


def _row(kind, groups, values):
    listings = [len(group.rows) for group in groups]
    over = _others(kind, values)
    several = (
        f"{len(_over_several(groups, values[name])):,}" if name in over else "-"
        for name in _MAY_DIFFER
    )
    common = " and ".join(_NOUNS[name] for name in kind.columns)
    counts = (len(groups), sum(listings), max(listings, default=0))
    return (common, *(f"{count:,}" for count in counts), *several)


def _others(kind, values) -> list[str]:
    """The columns in which listings alike of this kind may differ."""
    return [name for name in _MAY_DIFFER if name in values and name not in kind.columns]


def _over_several(groups: Sequence[Shared], values: np.ndarray) -> list[Shared]:
    return [group for group in groups if _num_different(group, values) > 1]


def _num_different(group: Shared, values: np.ndarray) -> int:
    return len(set(values[list(group.rows)]) - {""})


def _gallery(catalog, thumbnail, kind, groups, values) -> Gallery | None:
    title = kind.gallery
    if kind.other in values:
        groups = _over_several(groups, values[kind.other])
        title += f" with other {_NOUNS[kind.other]}s"
    if not groups:
        return None
    rows = tuple(
        gallery_row(
            catalog, thumbnail, _telling(kind, group.rows, values), _told(kind, group, values)
        )
        for group in groups[:_GROUPS]
    )
    return Gallery(title, rows, _left_out(len(groups)))


def _left_out(groups: int) -> str:
    if groups <= _GROUPS:
        return f"At most {_LISTINGS} listings of each are shown."
    return f"The {_GROUPS} largest of {groups:,} are shown, at most {_LISTINGS} listings of each."


def _told(kind, group, values) -> str:
    """How many listings have what in common, and how many values of what differs."""
    parts = zip(kind.columns, group.value.split("\n"), strict=True)
    common = " and ".join(f"the {_NOUNS[name]} {value}" for name, value in parts)
    different = [
        counted(_num_different(group, values[name]), _NOUNS[name]) for name in _others(kind, values)
    ]
    return ": ".join(
        filter(None, [f"{counted(len(group.rows), 'listing')} with {common}", ", ".join(different)])
    )


def _telling(kind, rows, values):
    """Rows of a group that differ in photo and title first: those alike tell nothing more."""
    others = [name for name in _others(kind, values) if name != "label_group"]
    seen, first, again = set(), [], []
    for row in rows:
        one = tuple(values[name][row] for name in others)
        (again if one in seen else first).append(row)
        seen.add(one)
    return (first + again)[:_LISTINGS]

"""Photos, hashes and titles that several listings have in common."""

from collections.abc import Sequence

from shopee_tf.data.catalog import Catalog
from shopee_tf.report.blocks import Block, Gallery, Table
from shopee_tf.report.photos import Thumbnail, gallery_row
from shopee_tf.report.shared_values import Shared, group_rows, repeated
from tfrecords.wording import counted

_KINDS = {
    "image": ("photo", "Identical photos"),
    "image_phash": ("hash", "Identical hashes"),
    "title": ("title", "Identical titles"),
}
_GROUPS, _LISTINGS = 4, 8  # that a gallery shows


def repeat_blocks(catalog: Catalog, thumbnail: Thumbnail) -> list[Block]:
    """Counts the repeats of each kind, and shows the largest."""
    found = {
        name: repeated(group_rows(catalog.frame[name])) for name in _KINDS if name in catalog.frame
    }
    rows = tuple(_row(catalog, name, groups) for name, groups in found.items())
    header = ("in common", "values", "listings that share one", "largest", "over several products")
    galleries = [_gallery(catalog, thumbnail, name, groups) for name, groups in found.items()]
    return [Table("Repeats", header, rows), *filter(None, galleries)]


def _row(catalog, name, groups):
    sharing = sum(len(group.rows) for group in groups)
    counts = (len(groups), sharing, max((len(group.rows) for group in groups), default=0))
    mixed = "-"
    if catalog.label_groups is not None:
        mixed = f"{sum(_num_products(catalog, group) > 1 for group in groups):,}"
    return (_KINDS[name][0], *(f"{count:,}" for count in counts), mixed)


def _num_products(catalog, group) -> int:
    return len(set(catalog.label_groups[list(group.rows)]))


def _gallery(catalog, thumbnail, name, groups: Sequence[Shared]) -> Gallery | None:
    if not groups:
        return None
    noun, title = _KINDS[name]
    rows = []
    for group in groups[:_GROUPS]:
        caption = f"{counted(len(group.rows), 'listing')} with the {noun} {group.value}"
        if catalog.label_groups is not None:
            caption += f", of {counted(_num_products(catalog, group), 'product')}"
        rows.append(gallery_row(catalog, thumbnail, _telling(catalog, name, group.rows), caption))
    return Gallery(
        title, tuple(rows), f"The {len(rows)} largest, at most {_LISTINGS} listings of each."
    )


def _telling(catalog, name, rows):
    """Rows of a group that differ in photo and title first: those alike tell nothing more."""
    others = [other for other in ("image", "title") if other != name and other in catalog.frame]
    seen, first, again = set(), [], []
    for row in rows:
        kind = tuple(catalog.frame[other].iat[row] for other in others)
        (again if kind in seen else first).append(row)
        seen.add(kind)
    return (first + again)[:_LISTINGS]

"""One row of a catalogue made a record: its photo read, normalised, hashed."""

import hashlib
from typing import NamedTuple

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.image_decoding import decode_photo
from shopee_tf.data.image_files import BadImage, ImageLimits, naming, read_image
from shopee_tf.data.images import encode_image
from tfrecords.ledger import Skip
from tfrecords.schema import Record, serialize
from tfrecords.writer import Outcome


class SourceRow(NamedTuple):
    """What the catalogue says of a posting: the fields of `Record`, and the photo's name."""

    row: int
    posting_id: str
    title: str
    image: str
    image_phash: str
    label_group: str
    label: int


class ImageSettings(NamedTuple):
    """How photos are read.

    Attributes:
      images: folder of the photos; None for records without them.
      image_size: shorter side in pixels, at most.
      jpeg_quality: 1 to 95.
      limits: what is refused.
      recover_truncated: whether photos that were cut off are taken.
    """

    images: str | None
    image_size: int
    jpeg_quality: int
    limits: ImageLimits
    recover_truncated: bool


def source_rows(catalog: Catalog) -> list[SourceRow]:
    """Returns the rows of a catalogue, a column that is absent being empty."""
    empty = [""] * len(catalog)
    columns = (catalog.images, catalog.image_phashes, catalog.label_groups)
    images, hashes, groups = (empty if values is None else values for values in columns)
    labels = [-1] * len(catalog) if catalog.labels is None else catalog.labels.tolist()
    rows = zip(catalog.posting_ids, catalog.titles, images, hashes, groups, labels)
    return [SourceRow(row, *values) for row, values in enumerate(rows)]


def make_outcome(source: SourceRow, *, settings: ImageSettings) -> Outcome:
    """Returns the record of a row, or why it has none."""
    if settings.images is None:
        return Outcome(serialize(Record(**source._asdict() | {"image": b""})))
    try:
        return _with_photo(source, settings)
    except BadImage as error:
        return Outcome(None, Skip(source.row, source.posting_id, error.reason, error.detail))


def _with_photo(source: SourceRow, settings: ImageSettings) -> Outcome:
    from shopee_tf.data.phash import image_phash

    data = read_image(settings.images, source.image, limits=settings.limits)
    with naming(source.image):
        photo = decode_photo(
            data, limits=settings.limits, recover_truncated=settings.recover_truncated
        )
        normalized = encode_image(
            photo, image_size=settings.image_size, jpeg_quality=settings.jpeg_quality
        )
    record = Record(
        row=source.row,
        posting_id=source.posting_id,
        title=source.title,
        image=normalized.jpeg,
        image_phash=source.image_phash or image_phash(photo.image),
        label_group=source.label_group,
        label=source.label,
        source_sha256=hashlib.sha256(data).hexdigest(),
    )
    return Outcome(serialize(record), notes=normalized.notes)

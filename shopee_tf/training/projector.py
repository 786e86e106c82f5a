"""Files of TensorBoard's embedding projector: vectors, what they are of, and their photos."""

import os
import pathlib
from collections.abc import Callable

import numpy as np
from PIL import Image

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.folds import draw_products
from shopee_tf.data.photo_grid import WHITE, photo_grid
from shopee_tf.retrieval.embeddings import Embeddings
from tfrecords import files

MAX_ROWS = 2000
"""More take the projector's t-SNE minutes."""

CONFIG, VECTORS, METADATA, SPRITE = (
    "projector_config.pbtxt", "vectors.tsv", "metadata.tsv", "sprite.jpg",
)  # fmt: skip
SIDE = 48
"""Pixels of a photo in the sprite, a multiple of 16, so that JPEG blocks hold one photo each."""

_QUALITY = 85


def write_projector(
    folder: str | os.PathLike,
    embeddings: Embeddings,
    catalog: Catalog,
    *,
    read: Callable[..., np.ndarray] | None = None,
    limit: int = MAX_ROWS,
) -> None:
    """Writes what `tensorboard --logdir` needs to show embeddings in its projector.

    Of more than `limit` rows whole products are drawn, the same at each call. A sprite that is
    there already stays: photos do not change in a run.

    Args:
      folder: of the run's events.
      embeddings: dense.
      catalog: that the rows count in, with labels.
      read: (rows [m], side=) -> [m, side, side, 3] uint8; None where no photos are to be shown.
      limit: the most rows.
    """
    folder = pathlib.Path(folder)
    drawn = draw_products(catalog.labels[embeddings.rows], limit=limit)
    rows, vectors = embeddings.rows[drawn], embeddings.vectors[drawn]
    files.write_text(folder / VECTORS, vectors_tsv(vectors))
    files.write_text(folder / METADATA, metadata_tsv(catalog, rows))
    if read is not None and not (folder / SPRITE).exists():
        _write_sprite(folder / SPRITE, read(rows, side=SIDE))
    files.write_text(folder / CONFIG, config_text(photos=read is not None))


def vectors_tsv(vectors: np.ndarray) -> str:
    """Writes vectors ([n, dim]) as text, four digits of each number, a line each.

    >>> vectors_tsv(np.array([[0.5, -1 / 3]], "float32"))
    '0.5\\t-0.3333\\n'
    """
    lines = ("\t".join([f"{number:.4g}" for number in vector]) for vector in vectors.tolist())
    return "".join(f"{line}\n" for line in lines)


def metadata_tsv(catalog: Catalog, rows: np.ndarray) -> str:
    """Writes posting id, title and product of rows ([m] ints) below a header, a line each."""
    groups = catalog.label_groups
    cells = [("posting_id", "title", "label_group")]
    cells += [(catalog.posting_ids[row], catalog.titles[row], groups[row]) for row in rows]
    return "".join("\t".join(" ".join(str(cell).split()) for cell in line) + "\n" for line in cells)


def config_text(*, photos: bool) -> str:
    """Names the files, as TensorBoard reads it: a text of its protocol buffer."""
    lines = [f'tensor_path: "{VECTORS}"', f'metadata_path: "{METADATA}"']
    if photos:
        size = f"single_image_dim: {SIDE} single_image_dim: {SIDE}"
        lines.append(f'sprite {{ image_path: "{SPRITE}" {size} }}')
    inside = "".join(f"  {line}\n" for line in lines)
    return f"embeddings {{\n{inside}}}\n"


def _write_sprite(path: pathlib.Path, photos: np.ndarray) -> None:
    side = int(np.ceil(np.sqrt(len(photos))))  # the projector wants a square of photos
    empty = np.full((side**2 - len(photos), *photos.shape[1:]), WHITE, np.uint8)
    square = np.concatenate([photos, empty])
    with files.atomic_write(path) as file:
        Image.fromarray(photo_grid(square, columns=side)).save(file, "JPEG", quality=_QUALITY)

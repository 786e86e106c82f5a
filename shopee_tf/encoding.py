"""Encodes listings: a vector for each row, from a TFRecord folder or straight from a catalogue."""

import os
from collections.abc import Callable, Iterable, Iterator

import keras
import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.catalog_photos import catalog_photos
from shopee_tf.models.image_encoder import ImageEncoder
from shopee_tf.models.joint_encoder import JointEncoder
from shopee_tf.models.predict import make_predict, predict_batches
from shopee_tf.models.saving import Encoder
from shopee_tf.models.title_encoder import TitleEncoder
from shopee_tf.progress import Progress
from shopee_tf.retrieval.embeddings import Embeddings
from tfrecords.errors import DataError, IntegrityError, UsageError


def embed_records(
    encoder: Encoder,
    folder: str | os.PathLike,
    *,
    rows: np.ndarray | None = None,
    batch_size: int = 64,
    verify: bool = True,
    predict: Callable | None = None,
    progress: Progress | None = None,
) -> Embeddings:
    """Encodes the photos or titles, or both, of a TFRecord folder.

    Args:
      encoder: of photos, of titles, or joint, as built or as `load_encoder` gives it.
      folder: TFRecord folder.
      rows: [m] only these rows of the catalogue; all where not given.
      batch_size: listings a batch.
      verify: compares the records with the checksums of their manifest first.
      predict: from `make_predict` on this encoder and batch size, where it is used again and again;
        compiled anew where not given.
      progress: called with (done, total).

    Returns:
      Embeddings of the rows that are in the folder, ascending.

    Raises:
      UsageError: an encoder of photos, and a folder built without them.
      DataError: none of the rows is in the folder.
      IntegrityError: the folder is damaged, or an embedding is not finite.
    """
    from tfrecords.manifest import load_manifest, verify_folder

    folder = str(folder)
    manifest = load_manifest(folder)
    if verify:
        verify_folder(folder)
    if not isinstance(encoder, TitleEncoder) and not manifest.has_images:
        raise UsageError(f"{folder}: built without photos; give --images= to make_tfrecords")
    batches = _record_batches(encoder, folder, batch_size=batch_size, rows=rows)
    total = manifest.written if rows is None else len(rows)
    predict = predict or make_predict(encoder.model, batch_size=batch_size)
    return _embed(predict, batches, total=total, progress=progress)


def embed_catalog(
    encoder: Encoder,
    catalog: Catalog,
    *,
    images: str | os.PathLike | None = None,
    rows: np.ndarray | None = None,
    batch_size: int = 64,
    predict: Callable | None = None,
    progress: Progress | None = None,
) -> Embeddings:
    """Encodes the photos or titles, or both, of a catalogue, without building records first.

    Photos go through the same normalization as in make_tfrecords. A listing whose photo cannot be
    read gets no embedding; how many is logged.

    Args:
      encoder: of photos, of titles, or joint, as built or as `load_encoder` gives it.
      catalog: the listings.
      images: folder of the photos; needed by all but title encoders.
      rows: [m] only these rows of the catalogue; all where not given.
      batch_size: listings a batch.
      predict: as in `embed_records`.
      progress: called with (done, total).

    Returns:
      Embeddings, rows ascending.

    Raises:
      UsageError: an encoder of photos, and no folder of them or no column of their names.
      DataError: not one photo could be read.
      IntegrityError: an embedding is not finite.

    Example:

    >>> import shopee_tf  # doctest: +SKIP
    >>> encoder = shopee_tf.load_encoder("runs/text/encoder")  # doctest: +SKIP
    >>> shopee_tf.embed_catalog(encoder, catalog).vectors.shape  # doctest: +SKIP
    (31192, 384)
    """
    rows = np.arange(len(catalog)) if rows is None else np.sort(np.asarray(rows))
    if isinstance(encoder, TitleEncoder):
        batches = _title_batches(encoder, catalog.titles, rows, batch_size)
    else:
        if images is None or catalog.images is None:
            what = "the folder of the photos" if images is None else "a column image in the csv"
            raise UsageError(f"an encoder of photos needs {what}")
        joint = isinstance(encoder, JointEncoder)
        config = encoder.config.image if joint else encoder.config
        batches = catalog_photos(
            str(images), catalog.images, rows,
            image_size=config.image_size, stored_size=config.stored_size, batch_size=batch_size,
        )  # fmt: skip
        if joint:
            batches = _with_titles(encoder.title, catalog.titles, batches)
    predict = predict or make_predict(encoder.model, batch_size=batch_size)
    return _embed(predict, batches, total=len(rows), progress=progress)


def accepts_any_length(model: keras.Model) -> bool:
    """True where a title encoder takes batches of any length, so that padding can be cut off."""
    return all(tensor.shape[1] is None for tensor in model.inputs)


def _record_batches(encoder, folder, **which) -> Iterable:
    from shopee_tf.data import datasets, joint_datasets

    if isinstance(encoder, ImageEncoder):
        return datasets.image_inference_dataset(
            folder, image_size=encoder.config.image_size, **which
        )
    if isinstance(encoder, TitleEncoder):
        return datasets.title_inference_dataset(
            folder, tokenize=encoder.tokenize, by_length=accepts_any_length(encoder.model), **which
        )
    return joint_datasets.joint_inference_dataset(
        folder, image_size=encoder.image.config.image_size, tokenize=encoder.title.tokenize,
        cut=accepts_any_length(encoder.title.model), **which,
    )  # fmt: skip


def _title_batches(encoder, titles, rows, batch_size) -> Iterable:
    import tensorflow as tf

    from shopee_tf.data.datasets import title_batches

    records = {"row": rows.astype(np.int32), "title": titles[rows].tolist()}
    return title_batches(
        tf.data.Dataset.from_tensor_slices(records),
        tokenize=encoder.tokenize, batch_size=batch_size,
        by_length=accepts_any_length(encoder.model),
    )  # fmt: skip


def _with_titles(encoder, titles, photos: Iterable) -> Iterator:
    """Batches of photos, each with the titles of its rows."""
    from shopee_tf.data.joint_datasets import with_titles

    cut = accepts_any_length(encoder.model)
    for images, rows in photos:
        yield with_titles(images, titles[rows].tolist(), encoder.tokenize, cut=cut), rows


def _embed(
    predict: Callable, batches: Iterable, *, total: int, progress: Progress | None
) -> Embeddings:
    rows, vectors, done = [], [], 0
    for part, found in predict_batches(predict, batches):
        rows.append(part)
        vectors.append(found)
        done += len(part)
        if progress:
            progress(done, total)
    if progress and done < total:  # some photos could not be read
        progress(total, total)
    if not rows:
        raise DataError(f"none of the {total} listings could be encoded")
    found = Embeddings(np.concatenate(rows).astype(np.int32), np.concatenate(vectors))
    order = np.argsort(found.rows)
    found = Embeddings(found.rows[order], found.vectors[order].astype(np.float32))
    broken = found.rows[~np.isfinite(found.vectors).all(axis=1)]
    if len(broken):
        raise IntegrityError(
            f"the encoder gives no finite embedding for rows {broken[:5].tolist()}"
        )
    return found

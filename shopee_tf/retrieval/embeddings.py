"""Embeddings: a vector for each row of a catalogue, in memory and in a folder."""

import os
import pathlib
from typing import NamedTuple

import numpy as np
from scipy import sparse

from tfrecords import files
from tfrecords.errors import DataError, IntegrityError

MANIFEST = "embeddings.json"
FORMAT_VERSION = 1
_SPARSE_PARTS = ("data", "indices", "indptr")


class Embeddings(NamedTuple):
    """The vectors of some rows of a catalogue, as the encoder gives them.

    Attributes:
      rows: [n] int32, ascending, each once: the catalogue's row of each vector.
      vectors: [n, dim] float32, or a scipy csr matrix of that shape (TF-IDF).
    """

    rows: np.ndarray
    vectors: np.ndarray | sparse.csr_matrix


def check_embeddings(embeddings: Embeddings) -> None:
    """Raises `DataError` unless there are vectors, one for each row, the rows ascending."""
    rows, vectors = embeddings
    if rows.ndim != 1 or vectors.ndim != 2 or len(rows) != vectors.shape[0] or not vectors.shape[1]:
        raise DataError(
            "embeddings need rows [n] and vectors [n, dim] with dim at least 1, "
            f"received {list(rows.shape)} and {list(vectors.shape)}"
        )
    if len(rows) == 0:
        raise DataError("no embeddings: 0 rows to search in")
    if np.any(rows[1:] <= rows[:-1]) or rows[0] < 0:
        raise DataError("the rows of embeddings must be ascending, each once, from 0 upwards")


def positions_of(embeddings: Embeddings, rows: np.ndarray) -> np.ndarray:
    """Finds where `rows` stand among the rows of `embeddings`.

    Args:
      embeddings: of n rows.
      rows: [m] ints, in any order.

    Returns:
      [m] int64, positions in 0..n-1.

    Raises:
      DataError: a row has no embedding.
    """
    rows = np.asarray(rows)
    if rows.size and not np.issubdtype(rows.dtype, np.integer):
        raise DataError(f"rows must be whole numbers, received {rows.dtype}")
    positions = np.searchsorted(embeddings.rows, rows)
    found = np.take(embeddings.rows, positions, mode="clip") == rows
    if not np.all(found):
        raise DataError(f"no embedding for {_listed('row', rows[~found])}")
    return positions


def take_rows(embeddings: Embeddings, rows: np.ndarray) -> Embeddings:
    """The embeddings of `rows` ([m] ints, in any order, each once), in ascending order.

    Raises:
      DataError: a row has no embedding.
    """
    rows = np.sort(np.asarray(rows))
    positions = positions_of(embeddings, rows)
    return Embeddings(rows.astype(np.int32), embeddings.vectors[positions])


def save_embeddings(
    embeddings: Embeddings, folder: str | os.PathLike, *, ids_sha256: str, source: str | dict
) -> None:
    """Writes embeddings to a folder, which appears only when it is complete.

    Args:
      embeddings: dense or sparse.
      folder: takes the place of older embeddings there; a folder of anything else is left alone.
      ids_sha256: of the catalogue that the rows count in (`Catalog.ids_sha256`).
      source: what made the vectors, for the reader: a text, or a dict that JSON can hold.

    Raises:
      DataError: embeddings that cannot be searched.
      UsageError: something else stands in the place of the folder.
    """
    check_embeddings(embeddings)
    with files.atomic_folder(folder, marker=MANIFEST) as temporary:
        for name, array in _arrays(embeddings).items():
            with files.atomic_write(temporary / f"{name}.npy") as file:
                np.save(file, array, allow_pickle=False)
        manifest = {
            "format_version": FORMAT_VERSION,
            "shape": list(embeddings.vectors.shape),
            "ids_sha256": ids_sha256,
            "source": source,
            "files": {path.name: files.sha256(path) for path in sorted(temporary.glob("*.npy"))},
        }
        files.write_sealed_json(temporary / MANIFEST, manifest)


def load_embeddings(folder: str | os.PathLike, *, ids_sha256: str | None = None) -> Embeddings:
    """Reads what `save_embeddings` wrote, after checking every byte of it.

    Args:
      folder: the folder.
      ids_sha256: of the catalogue in use; embeddings of another catalogue are refused.

    Raises:
      IntegrityError: a file is missing or damaged, or the embeddings belong to another catalogue.
    """
    folder = pathlib.Path(folder)
    manifest = _read_manifest(folder)
    if ids_sha256 is not None and manifest["ids_sha256"] != ids_sha256:
        raise IntegrityError(
            f"{folder}: made for another catalogue: posting ids {manifest['ids_sha256'][:12]}, "
            f"in this catalogue {ids_sha256[:12]}; embed this catalogue"
        )
    arrays = {}
    for name, digest in manifest["files"].items():
        arrays[name.removesuffix(".npy")] = _read_array(folder / name, digest)
    rows = arrays.pop("rows")
    if "vectors" in arrays:
        return Embeddings(rows, arrays["vectors"])
    parts = tuple(arrays[f"vectors_{part}"] for part in _SPARSE_PARTS)
    return Embeddings(rows, sparse.csr_matrix(parts, shape=manifest["shape"]))


def stored_source(folder: str | os.PathLike) -> str | dict:
    """What made the embeddings in a folder, as `save_embeddings` was told.

    Raises:
      IntegrityError: no embeddings there, or a damaged manifest.
    """
    return _read_manifest(pathlib.Path(folder))["source"]


def _arrays(embeddings: Embeddings) -> dict[str, np.ndarray]:
    rows, vectors = embeddings
    arrays = {"rows": rows.astype(np.int32)}
    if sparse.issparse(vectors):
        csr = vectors.tocsr()
        return arrays | {f"vectors_{part}": getattr(csr, part) for part in _SPARSE_PARTS}
    return arrays | {"vectors": vectors}


def _read_manifest(folder: pathlib.Path) -> dict:
    path = folder / MANIFEST
    manifest = files.read_sealed_json(path, mend="embed the catalogue again")
    if manifest["format_version"] > FORMAT_VERSION:
        raise IntegrityError(
            f"{path}: format {manifest['format_version']}, this version reads {FORMAT_VERSION}"
        )
    return manifest


def _read_array(path: pathlib.Path, digest: str) -> np.ndarray:
    if not path.is_file():
        raise IntegrityError(f"{path}: no such file; embed the catalogue again")
    if files.sha256(path) != digest:
        raise IntegrityError(f"{path}: damaged (not the bytes written); embed the catalogue again")
    return np.load(path, allow_pickle=False)


def _listed(noun: str, values: np.ndarray) -> str:
    shown = ", ".join(str(value) for value in values[:5])
    return f"{noun} {shown}" if len(values) <= 5 else f"{noun}s {shown} and {len(values) - 5} more"

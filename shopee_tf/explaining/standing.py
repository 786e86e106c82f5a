"""How a pair stands in the eyes of one system, among all the pairs that the system found."""

from typing import NamedTuple

import numpy as np

from shopee_tf.retrieval.neighbors import Neighbors
from shopee_tf.systems import Part, System
from shopee_tf.systems.views import EmbeddingView, EuclideanView, HashView

_ROUNDING = 1e-6  # a search and a comparison of two listings round their cosines differently


class Standing(NamedTuple):
    """What one system thinks of a pair; None where it knows nothing of either listing."""

    system: str
    similarity: float | None  # the cosine; of hashes 1 - 2 d / 64; None for Euclidean distances
    distance: float | None  # the bits in which hashes differ, or the Euclidean distance; else None
    percentile: float | None  # of the pairs that the system found, per cent that are no more alike
    rank: int | None  # of the second among what was found for the first, from 1; None: not found
    rank_back: int | None  # of the first among what was found for the second


class OpenSystem(NamedTuple):
    """A system with what it found in a catalogue."""

    name: str
    view: EmbeddingView | EuclideanView | HashView
    neighbors: Neighbors
    found: np.ndarray  # [p] float32, the similarities of the pairs found, ascending


def open_system(system: System, part: Part, *, name: str) -> OpenSystem:
    """Searches a part by one system, called `name` from here on."""
    neighbors = part.neighbors(system)
    return OpenSystem(name, part.view(system), neighbors, _pairs_found(neighbors))


def standing(system: OpenSystem, first: int, second: int) -> Standing:
    """Tells where a pair of rows stands."""
    value = similarity_of(system.view, first, second)
    cosine, distance, percentile = value, None, None
    if value is not None:
        if not isinstance(system.view, EmbeddingView):
            distance = abs(value)  # minus 0 would be written so
            cosine = 1 - distance / 32 if isinstance(system.view, HashView) else None
        below = np.searchsorted(system.found, np.float32(value + _ROUNDING), side="right")
        percentile = 100.0 * int(below) / max(len(system.found), 1)
    return Standing(
        system.name, cosine, distance, percentile,
        rank_of(system.neighbors, first, second), rank_of(system.neighbors, second, first),
    )  # fmt: skip


def similarity_of(
    view: EmbeddingView | EuclideanView | HashView, first: int, second: int
) -> float | None:
    """A cosine, or minus a distance, of two rows.

    None where either has no hash, no embedding, or one that is zero, as a title without words has.
    """
    if isinstance(view, HashView):
        if not all(view.hashes[at] for at in np.searchsorted(view.rows, (first, second))):
            return None
        (cosine,) = view.similarities(np.array([first]), np.array([[second]]))[0]
        return float(np.round(32 * (cosine - 1.0)))
    rows, vectors = view.embeddings
    if not np.isin((first, second), rows).all():
        return None
    pair = vectors[np.searchsorted(rows, (first, second))]
    if isinstance(view, EuclideanView):
        return -float(np.linalg.norm(pair[0] - pair[1]))
    if not np.all(abs(pair).sum(axis=1)):  # nothing is known of a zero vector
        return None
    return float(view.similarities(np.array([first]), np.array([[second]]))[0, 0])


def rank_of(neighbors: Neighbors, row: int, other: int) -> int | None:
    """The rank of `other` among the neighbours of `row`, from 1; None where it is none of them."""
    line = neighbors.neighbors[np.searchsorted(neighbors.rows, row)]
    (place,) = np.nonzero(line[1:] == other)
    return int(place[0]) + 1 if len(place) else None


def _pairs_found(neighbors: Neighbors) -> np.ndarray:
    """Of each pair that either of its rows found, the similarity once; [p], ascending."""
    query, column = np.nonzero(neighbors.neighbors[:, 1:] >= 0)
    row, other = neighbors.rows[query], neighbors.neighbors[query, column + 1]
    most = np.int64(max(neighbors.rows.max(initial=0), other.max(initial=0))) + 1
    keys = np.minimum(row, other) * most + np.maximum(row, other)
    _, once = np.unique(keys, return_index=True)
    return np.sort(neighbors.similarities[query[once], column[once] + 1])

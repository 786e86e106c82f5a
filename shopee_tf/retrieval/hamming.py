"""Neighbours by the Hamming distance of 64-bit hashes."""

import logging
import re
from collections.abc import Sequence

import numpy as np

from shopee_tf.retrieval import blocks, hamming_index, hamming_parts, hamming_scan
from shopee_tf.retrieval.embeddings import Embeddings, check_embeddings, positions_of
from shopee_tf.retrieval.neighbors import Neighbors
from shopee_tf.retrieval.ranking import group_rows
from tfrecords.errors import DataError, UsageError

METHODS = ("auto", "scan", "index")
MAX_DISTANCE = 24
"""Bits, of 64: hashes that differ in more are as good as unrelated."""
_SECONDS_PER_PAIR = 1.2e-9  # of a scan, on one core
_SCANNED, _LOOKED_UP = 1024, 1 << 17  # hashes searched in one go
_WORTH_CHOOSING = 0.1  # seconds: about what choosing takes
_HASH = re.compile(r"[0-9a-fA-F]{16}")

_log = logging.getLogger(__name__)


def hamming_neighbors(
    hashes: Sequence[str],
    *,
    rows: np.ndarray | None = None,
    k: int = 50,
    queries: np.ndarray | None = None,
    max_distance: int = MAX_DISTANCE,
    method: str = "auto",
    block_size: int | None = None,
    progress: blocks.Progress | None = None,
) -> Neighbors:
    """Finds the rows whose hashes differ in the fewest bits, exactly.

    Similarity is minus the number of different bits. Rows without a hash match only themselves.

    Args:
      hashes: n texts of 16 hex digits, or "" for none.
      rows: [n] ints, ascending, the catalogue's row of each hash; 0..n-1 where not given.
      k: neighbours of each row, itself counted; at most n, more is lowered to n with a warning.
      queries: [m] ints, the rows to search from; all rows where not given.
      max_distance: rows that differ in more bits are no neighbours, 0..64.
      method: "scan" (compares each hash with each), "index" (by parts of the hash that are near:
        the quicker the more hashes there are and the smaller `max_distance`), or "auto", the one
        that will be quicker; changes time, not results.
      block_size: different hashes searched in one go, 1,024 by a scan and 131,072 by an index where
        not given; changes memory and time, not results.
      progress: called with the rows done and the rows to do.

    Raises:
      DataError: there are no hashes, a hash is not 16 hex digits (names its row), or a query has
        no hash in `rows`.
      UsageError: k is below 1, `max_distance` outside 0..64, or no such method.
    """
    if k < 1 or not 0 <= max_distance <= 64:
        raise UsageError(f"k from 1, max_distance 0..64; received {k} and {max_distance}")
    if method not in METHODS:
        raise UsageError(f"method is one of {', '.join(METHODS)}; received {method!r}")
    rows = np.arange(len(hashes)) if rows is None else np.asarray(rows)
    values, present = parse_hashes(hashes, rows)
    embeddings = Embeddings(rows, values[:, None])
    check_embeddings(embeddings)
    positions = np.arange(len(rows)) if queries is None else positions_of(embeddings, queries)
    if k > len(rows):
        _log.warning("k lowered from %d to %d, the number of rows", k, len(rows))
        k = len(rows)
    blocks.warn_alone(present, positions, "no hash")
    groups = group_rows(rows[present], values[present])
    points = values[present][groups.first]
    # What blocks.find searches from.
    wanted = np.unique(groups.group[(np.cumsum(present) - 1)[positions[present[positions]]]])
    parts = _choose(points, wanted, max_distance, method, block_size or _LOOKED_UP)
    kept = {"k": k, "max_distance": max_distance, "first": groups.first}
    if parts is None:
        score = hamming_scan.open_scan(points, **kept)
    else:
        score = hamming_index.open_index(points, parts=parts, **kept)
    block_size = block_size or (_SCANNED if parts is None else _LOOKED_UP)
    index = blocks.Index(rows, present, groups, score, own_alone=0.0)
    return Neighbors(*blocks.find(index, positions, k=k, block_size=block_size, progress=progress))


def parse_hashes(hashes: Sequence[str], rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Reads hex hashes: values [n] uint64 (0 where there is none), and which are there, [n] bool.

    Raises:
      DataError: a hash that is neither "" nor 16 hex digits.
    """
    present = np.array([text != "" for text in hashes], bool)
    values = np.zeros(len(hashes), np.uint64)
    for position in np.flatnonzero(present):
        text = hashes[position]
        if not isinstance(text, str) or not _HASH.fullmatch(text):
            raise DataError(f"row {rows[position]}: not a hash of 16 hex digits: {text!r}")
        values[position] = int(text, 16)
    return values, present


def _choose(
    points, wanted, max_distance: int, method: str, block_size: int
) -> list[hamming_parts.Part] | None:
    """The parts to search by; None where each hash is to be compared with each."""
    scan_seconds = len(wanted) * len(points) * _SECONDS_PER_PAIR
    if method == "scan" or not len(wanted) or (method == "auto" and scan_seconds < _WORTH_CHOOSING):
        return None
    parts, seconds = hamming_parts.best_split(
        points, wanted, max_distance=max_distance, block_size=block_size
    )
    return parts if method == "index" or seconds < scan_seconds else None

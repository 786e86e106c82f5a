"""The walk over queries, block by block, that every search shares."""

import logging
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from shopee_tf.progress import Progress
from shopee_tf.retrieval import ranking

_log = logging.getLogger(__name__)


class Index(NamedTuple):
    """What is searched.

    Attributes:
      rows: [n] ints, ascending: the catalogue's row of each position.
      searchable: [n] bool; the other rows match only themselves.
      groups: of the searchable rows.
      score: gives the candidates of groups [b]: all that may be among the k best of each.
      own_alone: the similarity to itself of a row that matches only itself.
    """

    rows: np.ndarray
    searchable: np.ndarray
    groups: ranking.Groups
    score: Callable[[np.ndarray], ranking.Scored]
    own_alone: float


def find(
    index: Index, positions: np.ndarray, *, k: int, block_size: int, progress: Progress | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Searches groups of identical rows block by block, and ranks the rows behind them.

    Args:
      index: complete for k.
      positions: [m] ints, where the queries stand in `index.rows`.
      k: neighbours wanted, self counted, at most n.
      block_size: groups in a block.
      progress: called with the queries done and the queries to do.

    Returns:
      What `Neighbors` holds: rows [m] int32, neighbors [m, k] int32, similarities [m, k] float32.
    """
    rows, searchable, groups, score, own_alone = index
    neighbors = np.full((len(positions), k), -1, np.int32)
    similarities = np.full((len(positions), k), -np.inf, np.float32)
    neighbors[:, 0], similarities[:, 0] = rows[positions], own_alone
    slot = np.flatnonzero(searchable[positions])  # of the queries to search, by group from here
    group = groups.group[(np.cumsum(searchable) - 1)[positions[slot]]]
    order = np.argsort(group, kind="stable")
    slot, group = slot[order], group[order]
    wanted = np.unique(group)
    for start in range(0, len(wanted), block_size):
        block = wanted[start : start + block_size]
        scored = score(block)
        best, values = ranking.best_rows(scored, groups, num_queries=len(block), k=k)
        own = _own_similarities(scored, block)
        begin, end = np.searchsorted(group, [block[0], block[-1] + 1])
        inside, local = slot[begin:end], np.searchsorted(block, group[begin:end])
        neighbors[inside], similarities[inside] = ranking.self_first(
            rows[positions[inside]], own[local], best[local], values[local]
        )
        if progress is not None:
            progress(int(end), len(slot))
    return rows[positions].astype(np.int32), neighbors, similarities


def _own_similarities(scored: ranking.Scored, block: np.ndarray) -> np.ndarray:
    own = np.empty(len(block), np.float32)
    itself = scored.group == block[scored.query]
    own[scored.query[itself]] = scored.similarity[itself]
    return own


def warn_alone(searchable: np.ndarray, positions: np.ndarray, why: str) -> None:
    """Says how many of the rows asked about match only themselves; of one alone its answer does.

    Args:
      searchable: [n] bool.
      positions: [m] ints of the queries.
      why: they do.
    """
    alone, asked = int((~searchable[positions]).sum()), len(positions)
    if alone and asked > 1:
        do = "matches only itself" if alone == 1 else "match only themselves"
        _log.warning("%s of %s rows %s: %s", f"{alone:,}", f"{asked:,}", do, why)

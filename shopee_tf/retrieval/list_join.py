"""The join of dense unit vectors along the lists of an inverted file (IVF): large catalogues.

Each point is compared with those of the lists whose centres are nearest to it. The work is ordered
by list and not by query: the points of a list stay in the cache while all queries that look into it
are multiplied with them, as codes (`self_join_codes`), many by many. A search query by query reads
the same vectors from memory again and again, and waits for them.
"""

import functools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed

import numpy as np

from shopee_tf.progress import Progress
from shopee_tf.retrieval import self_join_products
from shopee_tf.retrieval.candidate_lists import empty_lists, first_line, score_listed, settle
from shopee_tf.retrieval.list_join_kernels import join_lists
from shopee_tf.retrieval.ranking import Scored
from shopee_tf.retrieval.self_join_codes import encode, encode_fine, slack_of
from shopee_tf.retrieval.spaces import CosineSpace

_QUERIES = 8192  # searched in one go: of 4,000 lists each then has some 150 that look into it


def open_list_join(
    space: CosineSpace,
    probes: np.ndarray,
    *,
    k: int,
    floor: float = -np.inf,
    progress: Progress | None = None,
) -> Callable[[np.ndarray], Scored]:
    """Compares each point with those of the lists that it looks into: exactly, the k best are kept.

    A point with more equals than its list has room for is compared with all points, and may find
    more than its lists hold.

    Args:
      space: holds the points, all different, at least one.
      probes: [n, p] int32, the lists that each point looks into, each once, the nearest first: the
        list that the point is in. -1 for none.
      k: neighbours wanted for each, the point itself among them.
      floor: similarities below it may be left out.
      progress: called with the points done and the points to do.

    Returns:
      The scoring function of `blocks.Index`.
    """
    order = np.argsort(probes[:, 0], kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(probes[:, 0], minlength=probes.max() + 1))])
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    sorted_space = CosineSpace(space.points[order])
    units, k = sorted_space.points, min(k, len(order))
    bits = 8 if self_join_products.has_byte_products() else 16
    codes, fine = encode(units, bits=bits), encode_fine(units)
    slack = slack_of(fine)
    line = first_line(floor, slack)
    lists = empty_lists(len(units), padded=len(units), k=k, line=line)
    join = functools.partial(
        join_lists,
        fine,
        codes,
        codes.left.view(np.int32)[..., 0],
        lists,
        probes[order],
        starts,
        np.full(len(codes.steps), np.inf, np.float32),
        k=k,
        slack=slack,
        shape=self_join_products.step(bits),
    )
    _in_parts(join, len(units), progress)
    settle(units, lists, k=k, slack=slack, floor=line)

    def score(block: np.ndarray) -> Scored:
        found = score_listed(sorted_space, lists, place[block], k=k)
        return found._replace(group=order[found.group])

    return score


def _in_parts(join: Callable, count: int, progress: Progress | None) -> None:
    size = min(_QUERIES, -(-count // (os.cpu_count() or 1)))
    parts = [(start, min(start + size, count)) for start in range(0, count, size)]
    done = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        working = {pool.submit(join, queries=part): part for part in parts}
        try:
            for finished in as_completed(working):
                finished.result()
                done += working[finished][1] - working[finished][0]
                if progress is not None:
                    progress(done, count)
        except BaseException:  # an interrupt too: what waits is not begun
            pool.shutdown(wait=False, cancel_futures=True)
            raise

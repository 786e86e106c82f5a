"""The exact self-join of dense unit vectors: each pair is compared once, for both of its points.

Most pairs are far apart, and integers show it: the sum of products of 8-bit codes (`mark_near`)
and a bound on what rounding cost (`self_join_codes`). What may be near is multiplied in 16 bits,
and kept where it may be among the k best of either point; what was kept is decided in float64,
where sums are exact (`spaces.unit_rows`). So the result does not depend on codes, tiles or threads.
"""

import functools
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np

from shopee_tf.progress import Progress
from shopee_tf.retrieval import self_join_products
from shopee_tf.retrieval.candidate_lists import (
    Lists,
    empty_lists,
    first_line,
    score_listed,
    settle,
)
from shopee_tf.retrieval.ranking import Scored
from shopee_tf.retrieval.self_join_codes import PADDING, Codes, encode, encode_fine, slack_of
from shopee_tf.retrieval.self_join_kernels import join_tile
from shopee_tf.retrieval.spaces import CosineSpace

_TILE_BYTES = 1 << 20  # of codes of one side
_MARGIN = 4.0  # standard deviations


def open_join(
    space: CosineSpace,
    *,
    k: int,
    block_size: int,
    floor: float = -np.inf,
    progress: Progress | None = None,
) -> Callable[[np.ndarray], Scored]:
    """Compares all points with all points.

    Args:
      space: holds the points, all different, at least one.
      k: neighbours wanted for each, the point itself among them.
      block_size: points in a block of a tile at most; changes memory, not results.
      floor: similarities below it may be left out.
      progress: called with the tiles done and the tiles to do.

    Returns:
      The scoring function of `blocks.Index`.
    """
    bits = 8 if self_join_products.has_byte_products() else 16
    units = space.points
    k = min(k, len(units))
    codes = encode(units, bits=bits)
    fine = encode_fine(units)
    slack = slack_of(fine)
    line = first_line(floor, slack)
    tiles = _tiles(codes, len(units), block_size)
    for margin in (_MARGIN, np.inf):
        lists = empty_lists(len(units), padded=len(codes.steps), k=k, line=line)
        _join(fine, codes, lists, tiles, k, slack, margin, progress)
        if settle(units, lists, k=k, slack=slack, floor=line) <= len(units) // 50:
            break
        progress = None  # it has told of all tiles

    return functools.partial(score_listed, space, lists, k=k)


def _tiles(codes: Codes, n: int, block_size: int):
    """Pairs of blocks (first, last), each pair once.

    Along diagonals all lists grow alike, so that their lines rise early.
    """
    padded = len(codes.steps)
    of_cache = _TILE_BYTES * padded // codes.right.nbytes
    size = max(1, min(block_size, of_cache, n // 8) // PADDING) * PADDING
    ends = [(start, min(start + size, padded)) for start in range(0, padded, size)]
    return [
        (ends[i], ends[i + apart]) for apart in range(len(ends)) for i in range(len(ends) - apart)
    ]


def _join(fine, codes: Codes, lists: Lists, tiles, k, slack, margin, progress) -> None:
    n = len(lists.points)
    shape = self_join_products.step(8 * codes.right.itemsize)
    seen = dict.fromkeys((block for tile in tiles for block in tile), 0)

    def work(tile) -> None:
        rows, columns = tile
        seen[rows] += columns[1] - columns[0]
        if rows != columns:
            seen[columns] += rows[1] - rows[0]
        ranks = tuple(_rank(k, min(1.0, seen[block] / n), margin) for block in tile)
        join_tile(fine, codes, lists, rows, columns, ranks, slack, np.empty(shape, np.uint16))

    def report(done: int) -> None:
        if progress is not None:
            progress(done, len(tiles))

    _run(tiles, work, report)


def _rank(k: int, share: float, margin: float) -> int:
    """The rank, among a share of the points, that the k-th best of all will hardly surpass."""
    if margin == np.inf:
        return k
    mean = k * share
    return max(1, min(k, int(mean + margin * (mean * (1.0 - share)) ** 0.5 + margin)))


def _run(tiles: list, work: Callable, report: Callable) -> None:
    """Works on tiles in threads, never on two at once that share a block."""
    waiting, busy, finished = list(tiles), set(), 0
    changed = threading.Condition()

    def take():
        for at, tile in enumerate(waiting):
            if busy.isdisjoint(tile):
                busy.update(tile)
                return waiting.pop(at)
        return None

    def run() -> None:
        nonlocal finished
        done = None
        while True:
            with changed:
                if done is not None:
                    busy.difference_update(done)
                    finished += 1
                    report(finished)
                    changed.notify_all()
                while (done := take()) is None and waiting:
                    changed.wait()
            if done is None:
                return
            work(done)

    def stop() -> None:
        with changed:
            waiting.clear()
            changed.notify_all()

    _in_threads(run, stop)


def _in_threads(run: Callable, stop: Callable) -> None:
    """Runs it once a core. The first error, here or in a thread, stops all of them and is raised.

    Threads that wait for one that failed would wait for ever, and so would who waits for them.
    """
    errors = []

    def fail(error: BaseException) -> None:
        errors.append(error)
        stop()

    def guarded() -> None:
        try:
            run()
        except BaseException as error:
            fail(error)

    count = os.cpu_count() or 1
    with ThreadPoolExecutor(count) as pool:
        try:
            wait([pool.submit(guarded) for _ in range(count)])
        except BaseException as error:  # an interrupt comes to the thread that waits
            fail(error)
    if errors:
        raise errors[0]

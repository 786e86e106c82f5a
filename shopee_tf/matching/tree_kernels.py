"""The inner loop of `matching.boosted_pairs`, compiled by numba at first use."""

import numpy as np

from shopee_tf.compilation import compiled

_BLOCK = 256  # pairs that go through a tree together
_ALL = np.uint32(2**32 - 1)
# The powers of 2 up to 2**31 leave different remainders by 37, which tell the exponent.
_PLACE = np.zeros(37, np.uint8)
_PLACE[2 ** np.arange(32) % 37] = np.arange(32)


@compiled
def add_trees(trees, values, total):
    """Adds to `total` [p] float64 what the leaves of all trees say of `values` [p, f] float32.

    Each node that sends a pair to the right rules out the leaves on its left; of those that are
    left, the first one is where the pair ends (Lucchese and others, QuickScorer, SIGIR 2015). No
    step waits for another, so the compiler looks at several pairs at once.
    """
    roots, columns, thresholds, beyond, outputs = trees
    block = np.empty((values.shape[1], _BLOCK), np.float32)
    alive = np.empty(_BLOCK, np.uint32)
    for start in range(0, len(total), _BLOCK):
        number = min(_BLOCK, len(total) - start)
        for pair in range(number):
            for column in range(values.shape[1]):
                block[column, pair] = values[start + pair, column]
        for tree in range(len(roots) - 1):
            alive[:] = _ALL
            for node in range(roots[tree], roots[tree + 1]):
                _rule_out(block[columns[node]], thresholds[node], beyond[node], alive)
            leaves = outputs[tree]
            for pair in range(number):
                first = alive[pair] & (~alive[pair] + np.uint32(1))
                total[start + pair] += leaves[_PLACE[first % np.uint32(37)]]


@compiled
def _rule_out(values, threshold, beyond, alive):
    for pair in range(_BLOCK):
        alive[pair] &= beyond if values[pair] > threshold else _ALL

"""The inner loop of `matching.boosted_pairs`, compiled by numba at first use."""

import numpy as np

from shopee_tf.compilation import compiled

_BLOCK = 64  # pairs that go through a tree together, while it lies in the nearest cache


@compiled
def add_trees(trees, values, total):
    """Adds to `total` [p] float64 what the leaves of all trees say of `values` [p, f] float32."""
    for start in range(0, len(total), _BLOCK):
        end = min(start + _BLOCK, len(total))
        for tree in range(len(trees.roots)):
            root = trees.roots[tree]
            for pair in range(start, end):
                node = root
                while trees.features[node] >= 0:
                    right = values[pair, trees.features[node]] > trees.thresholds[node]
                    node = trees.children[node] + np.int32(right)
                total[pair] += trees.outputs[node]

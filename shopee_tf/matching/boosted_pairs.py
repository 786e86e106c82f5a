"""Gradient-boosted trees that tell how likely a pair is a match, kept as plain arrays."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

_SETTINGS = {
    "max_iter": 100, "learning_rate": 0.06, "max_leaf_nodes": 12, "min_samples_leaf": 100,
    "l2_regularization": 2.0, "early_stopping": False,
}  # fmt: skip
_LEAVES = 32  # of a tree at most: a bit each
_PAIRS = 8192  # a thread takes so many at a time


class Trees(NamedTuple):
    """All trees; the leaves of a tree are numbered from the left, 32 at most.

    A pair whose value is above the threshold of a node can end in the leaves `beyond` it alone,
    those that do not hang on its left. Among the leaves that no node rules out the pair ends in the
    first.
    """

    roots: np.ndarray  # [trees + 1] int32, the first node of each tree; last, how many nodes
    columns: np.ndarray  # [nodes] int32, the value that is looked at
    thresholds: np.ndarray  # [nodes] float32, values up to it go left
    beyond: np.ndarray  # [nodes] uint32, bit i for leaf i
    outputs: np.ndarray  # [trees, leaves] float64, log odds, padded with 0
    baseline: np.ndarray  # [] float64, log odds before the first tree
    num_columns: np.ndarray  # [] int64


class AllMatchError(ValueError):
    """Pairs to fit on that are all a match: nothing is left for trees to tell apart."""


class FittedTrees(NamedTuple):
    """Trees, and what trees that did not see a pair say of it."""

    trees: Trees
    out_of_fold: np.ndarray  # [p] float64, log odds


def fit_trees(
    values: np.ndarray,
    hits: np.ndarray,
    *,
    monotone: Sequence[int],
    products: np.ndarray,
    folds: int = 5,
    seed: int = 0,
) -> FittedTrees:
    """Fits scikit-learn's HistGradientBoostingClassifier once for each fold that is left out.

    The trees returned are those of all folds: their log odds are the mean over the folds. On real
    pairs that was better, in F1 and in log loss, than trees fitted once more to all pairs.

    A pair stands in both directions, with features that mirror each other. So trees that judge the
    pairs of some queries saw no pair of which either end is of these queries' products. That leaves
    out strangers and never a match: the strangers that stay weigh as much as all of them did.

    Args:
      values: [p, f] float32, what is known of each pair.
      hits: [p] bool, which pairs are a match.
      monotone: [f] of 1 (more of it never lowers the probability), -1 (never raises it) or 0.
      products: [2, p] int, of the query and of the other: a fold is of whole products.
      folds: at least 2.
      seed: deals the products to the folds.

    Raises:
      AllMatchError: some fold would be fitted to pairs that are all a match.
      ValueError: values are not finite, shapes differ, or some fold would be fitted to pairs of
        which none is a match.

    Example:
      >>> products = np.random.default_rng(0).integers(250, size=(2, 1000))
      >>> similarities = np.linspace(0, 1, 1000, dtype=np.float32)[:, None]
      >>> hits = similarities[:, 0] > 0.75
      >>> products[1, hits] = products[0, hits]
      >>> fitted = fit_trees(similarities, hits, monotone=[1], products=products)
      >>> tree_log_odds(fitted.trees, np.array([[0.2], [0.9]], np.float32)) > 0
      array([False,  True])
    """
    values, hits, products = _checked(values), np.asarray(hits, bool), np.asarray(products)
    expected = hits.shape == (len(values),) and products.shape == (2, len(values))
    if not expected or len(monotone) != values.shape[1]:
        raise ValueError(
            f"expected a line, a hit, and two products for each pair and a sign for each column, "
            f"got {values.shape}, {hits.shape}, {products.shape} and {len(monotone)}"
        )
    fold, other_fold = _deal(products, folds, seed)
    strangers = (products[0] != products[1]) & (other_fold >= 0)

    def fit(number: int) -> Trees:
        asked = fold != number
        kept = asked & (other_fold != number)
        if not hits[kept].any():
            raise ValueError(
                f"every fold needs matches outside of it; all there are, are in fold {number + 1} "
                f"of {folds}"
            )
        weights = _restored(asked, kept, strangers)[kept]
        return _fit_one(values[kept], hits[kept], weights, monotone, seed)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        parts = list(pool.map(fit, range(folds)))
    out_of_fold = np.empty(len(values))
    for number, trees in enumerate(parts):
        left_out = fold == number
        out_of_fold[left_out] = tree_log_odds(trees, values[left_out])
    return FittedTrees(_mean(parts), out_of_fold)


def tree_log_odds(trees: Trees, values: np.ndarray) -> np.ndarray:
    """The log odds of a match, [p] float64, of pairs with `values` [p, f] float32.

    Raises:
      ValueError: values are not finite, or of another number of columns than the trees.
    """
    from shopee_tf.matching.tree_kernels import add_trees

    values = _checked(values)
    if values.shape[1] != trees.num_columns:
        raise ValueError(f"expected {trees.num_columns} columns, got {values.shape[1]}")
    nodes = (trees.roots, trees.columns, trees.thresholds, trees.beyond, trees.outputs)
    total = np.full(len(values), trees.baseline, np.float64)

    def add(start: int) -> None:
        part = slice(start, start + _PAIRS)
        add_trees(nodes, values[part], total[part])

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(add, range(0, len(values), _PAIRS)))
    return total


def _checked(values):
    values = np.ascontiguousarray(values, np.float32)
    if values.ndim != 2 or not np.isfinite(values).all():
        raise ValueError("expected a line of finite values for each pair")
    return values


def _deal(products, folds, seed):
    """The fold of the query and of the other of each pair, [p] each.

    An other of a product that no query is of has none, -1: no pair of it stands the other way.
    """
    dealt, member = np.unique(products[0], return_inverse=True)
    fold = np.random.default_rng(seed).permutation(len(dealt)) % folds
    place = np.minimum(np.searchsorted(dealt, products[1]), len(dealt) - 1)
    return fold[member], np.where(dealt[place] == products[1], fold[place], -1)


def _restored(asked, kept, strangers):
    """Weights by which the `strangers` that are kept count as all that were asked about, [p]."""
    share = (kept & strangers).sum() / max((asked & strangers).sum(), 1)
    return np.where(strangers, 1.0 / share if share else 1.0, 1.0)


def _fit_one(values, hits, weights, monotone, seed) -> Trees:
    """Fits with one thread, since folds are fitted side by side.

    scikit-learn's own threads wait for each other at every node: on a machine that has other work
    two of them took three times the processor time of one.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    if hits.all():
        raise AllMatchError("expected pairs that are no match, too, outside of every fold")
    model = HistGradientBoostingClassifier(
        monotonic_cst=list(monotone), random_state=seed, **_SETTINGS
    )
    with threadpool_limits(1, user_api="openmp"):
        return _flatten(model.fit(values, hits, sample_weight=weights))


def _flatten(model) -> Trees:
    """Copies the trees out of a fitted classifier, which has no public name for them.

    A threshold is rounded down to float32, which changes no comparison with a float32.
    """
    nodes, roots, outputs = [], [0], []
    for (predictor,) in model._predictors:
        leaves: list[float] = []
        _walk(predictor.nodes, 0, nodes, leaves)
        roots.append(len(nodes))
        outputs.append(np.pad(leaves, (0, _LEAVES - len(leaves))))
    columns, exact, left = np.array(nodes, np.float64).reshape(-1, 3).T
    thresholds = exact.astype(np.float32)
    down = np.nextafter(thresholds, np.float32(-np.inf))
    return Trees(
        np.array(roots, np.int32),
        columns.astype(np.int32),
        np.where(thresholds > exact, down, thresholds),
        ~left.astype(np.uint32),
        np.array(outputs),
        np.float64(model._baseline_prediction.item()),
        np.int64(model.n_features_in_),
    )


def _walk(tree, place, nodes, leaves):
    """Appends column, threshold and the leaves on the left of each node, and all leaves."""
    node = tree[place]
    if node["is_leaf"]:
        leaves.append(node["value"])
        return
    mine, first = len(nodes), len(leaves)
    nodes.append((node["feature_idx"], node["num_threshold"], 0))
    _walk(tree, node["left"], nodes, leaves)
    nodes[mine] = (*nodes[mine][:2], 2 ** len(leaves) - 2**first)
    _walk(tree, node["right"], nodes, leaves)


def _mean(parts: Sequence[Trees]) -> Trees:
    """All trees as one whose log odds are the mean of theirs."""
    sizes = np.concatenate([np.diff(part.roots) for part in parts])
    return Trees(
        np.append(0, np.cumsum(sizes)).astype(np.int32),
        np.concatenate([part.columns for part in parts]),
        np.concatenate([part.thresholds for part in parts]),
        np.concatenate([part.beyond for part in parts]),
        np.concatenate([part.outputs for part in parts]) / len(parts),
        np.mean([part.baseline for part in parts]),
        parts[0].num_columns,
    )

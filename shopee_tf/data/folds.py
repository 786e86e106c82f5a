"""Folds that no product, photo or hash straddles."""

import hashlib
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from shopee_tf.data.catalog import Catalog
from tfrecords.errors import DataError, UsageError


class TooFewProducts(DataError):
    """Fewer products than folds to deal them to."""


class FoldRows(NamedTuple):
    """Rows of the catalogue by what they may be used for."""

    train: np.ndarray  # int32, ascending
    choose: np.ndarray  # int32: epochs, thresholds and fusion are chosen on these
    score: np.ndarray  # int32: nothing is fitted on these


def product_components(catalog: Catalog) -> np.ndarray:
    """Joins listings that share a label group, a photo or a hash, and what follows from that.

    Returns:
      [n] int32, the component of each row, numbered by first appearance.
    """
    n = len(catalog)
    rows, hubs, count = [], [], n
    for column in ("label_group", "image", "image_phash"):
        if column not in catalog.frame:
            continue
        values = catalog.frame[column].to_numpy()
        known = np.flatnonzero(values != "")
        codes = np.unique(values[known], return_inverse=True)[1]
        rows.append(known)
        hubs.append(count + codes)
        count += len(codes)
    if not rows:
        return np.arange(n, dtype=np.int32)
    rows, hubs = np.concatenate(rows), np.concatenate(hubs)
    graph = coo_matrix((np.ones(len(rows), bool), (rows, hubs)), shape=(count, count))
    found = connected_components(graph, directed=False)[1][:n]
    first, inverse = np.unique(found, return_index=True, return_inverse=True)[1:]
    return np.argsort(np.argsort(first))[inverse].astype(np.int32)


def assign_folds(catalog: Catalog, *, num_folds: int = 5, seed: int = 0) -> np.ndarray:
    """Deals whole components to folds of nearly equal size.

    The order of dealing hangs on (seed, smallest posting id of the component), so the same
    postings get the same folds in whichever order the csv lists them.

    Returns:
      [n] int32, the fold of each row.

    Raises:
      TooFewProducts: there are fewer components than folds.
    """
    components = product_components(catalog)
    sizes = np.bincount(components)
    if len(sizes) < num_folds:
        raise TooFewProducts(
            f"{num_folds} folds need as many products, the catalogue has {len(sizes)}; give a "
            "smaller --num_folds, 3 or more"
        )
    smallest: dict[int, str] = {}
    for component, posting in zip(components.tolist(), catalog.posting_ids, strict=True):
        if component not in smallest or posting < smallest[component]:
            smallest[component] = posting
    key = {c: hashlib.sha256(f"{seed}/{p}".encode()).digest() for c, p in smallest.items()}
    fold_of, filled = np.zeros(len(sizes), np.int32), np.zeros(num_folds, np.int64)
    for component in sorted(range(len(sizes)), key=lambda c: (-sizes[c], key[c])):
        fold_of[component] = int(np.argmin(filled))
        filled[fold_of[component]] += sizes[component]
    return fold_of[components]


def fold_rows(folds: np.ndarray, fold: int) -> FoldRows:
    """Splits rows for fold f: f is scored, f + 1 (mod the number of folds) is chosen on.

    Raises:
      DataError: fewer than three folds.
      UsageError: no such fold.
    """
    num_folds = int(folds.max(initial=0)) + 1
    if num_folds < 3:
        raise DataError(f"{num_folds} folds: expected at least 3 (one scores, one chooses)")
    if not 0 <= fold < num_folds:
        raise UsageError(f"fold {fold}: expected between 0 and {num_folds - 1}")
    choose = (fold + 1) % num_folds
    rows = np.arange(len(folds), dtype=np.int32)
    return FoldRows(
        train=rows[(folds != fold) & (folds != choose)],
        choose=rows[folds == choose],
        score=rows[folds == fold],
    )


def split_hash(catalog: Catalog, folds: np.ndarray) -> str:
    """Names a split: 12 hex digits of the posting ids with their folds, in any order of rows."""
    lines = sorted(f"{posting} {fold}" for posting, fold in zip(catalog.posting_ids, folds))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def sample_products(catalog: Catalog, *, limit: int, seed: int = 0) -> Catalog:
    """Draws whole products until about `limit` postings are there.

    Raises:
      DataError: the catalogue has no column label_group.
    """
    if catalog.labels is None:
        raise DataError("drawing whole products needs the column label_group")
    if limit >= len(catalog):
        return catalog
    return catalog.take(draw_products(catalog.labels, limit=limit, seed=seed))


def draw_products(labels: np.ndarray, *, limit: int, seed: int = 0) -> np.ndarray:
    """Draws whole products until about `limit` rows are there, one product at least.

    Args:
      labels: [n] integer products.
      limit: the most rows.
      seed: of the draw.

    Returns:
      Positions in `labels`, ascending.
    """
    products, sizes = np.unique(labels, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(products))
    total = np.cumsum(sizes[order])
    chosen = order[: max(int(np.searchsorted(total, limit, side="right")), 1)]
    return np.flatnonzero(np.isin(labels, products[chosen]))

"""What a listing's group and its product have in common, where each is in exactly one of either."""

from typing import NamedTuple

import numpy as np


class Overlap(NamedTuple):
    """Counts of listings; entry i is of listing i, which is counted in all three."""

    group: np.ndarray  # [n] int64, in its group
    product: np.ndarray  # [n] int64, of its product
    both: np.ndarray  # [n] int64, in its group and of its product


def count_overlap(groups: np.ndarray, labels: np.ndarray) -> Overlap:
    """Counts, for each listing, its group, its product and what they share.

    Args:
      groups: [n] integer group of each listing.
      labels: [n] integer classes.

    Raises:
      ValueError: no listings, or not as many groups as labels.
    """
    if groups.shape != labels.shape or not groups.size:
        raise ValueError(
            f"expected a group for each of at least one listing, received groups of shape "
            f"{groups.shape} and labels of shape {labels.shape}"
        )
    group, group_size = _codes_and_sizes(groups)
    product, product_size = _codes_and_sizes(labels)
    _, both = _codes_and_sizes(group.astype(np.int64) * (product.max() + 1) + product)
    return Overlap(group_size, product_size, both)


def group_f1(groups: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Computes the F1 of each listing whose matches are its whole group, [n] float64, 0 to 1.

    That is `score_rows` of these matches, in less time and without a limit to their number.

    Args:
      groups: [n] integer group of each listing.
      labels: [n] integer classes.

    Raises:
      ValueError: no listings, or not as many groups as labels.

    Example:
      >>> group_f1(np.array([0, 0, 1]), np.array([7, 7, 7])).round(3).tolist()
      [0.8, 0.8, 0.5]
    """
    group, product, both = count_overlap(groups, labels)
    return 2 * both / (group + product)


def _codes_and_sizes(values):
    """Numbers values densely; and how often the value of each place occurs."""
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    return codes, counts[codes]

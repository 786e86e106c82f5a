"""B-cubed: precision and recall of the set that each listing is in, averaged over listings."""

from collections.abc import Mapping, Sequence

import numpy as np

from shopee_tf.metrics.agreement import Agreement, agreement
from shopee_tf.metrics.overlap import count_overlap
from shopee_tf.metrics.row_scores import score_rows


def bcubed(
    matches: Mapping[int, Sequence[int]],
    labels: np.ndarray,
    *,
    candidates: np.ndarray | None = None,
) -> Agreement:
    """Scores match sets, which may overlap, by B-cubed (Bagga and Baldwin 1998).

    Of each listing, the precision is the share of its match set that shows its product and the
    recall the share of its product that is in the set, itself in both. Both are averaged over
    listings before their harmonic mean is taken: the F1 of the means, where `row_f1` is the mean of
    the F1s. Where the match sets are groups this is what `bcubed_groups` gives.

    Args:
      matches: row -> the rows predicted for it, itself among them.
      labels: [n] integer classes of the whole catalogue.
      candidates: [c] rows that could be found; the keys of `matches` where not given.

    Raises:
      ValueError: there are no rows.

    Example:
      >>> bcubed({0: [0, 1], 1: [1], 2: [2]}, np.array([7, 7, 8])).recall.__round__(3)
      0.833
    """
    scores = score_rows(matches, labels, candidates=candidates)
    return agreement(scores.precision.mean(), scores.recall.mean())


def bcubed_groups(groups: np.ndarray, labels: np.ndarray) -> Agreement:
    """Scores groups, each listing in exactly one, by B-cubed (Bagga and Baldwin 1998).

    Args:
      groups: [n] integer group of each listing.
      labels: [n] integer classes.

    Raises:
      ValueError: no listings, or not as many groups as labels.

    Example:
      >>> bcubed_groups(np.array([0, 0, 1]), np.array([7, 7, 8])).f1
      1.0
    """
    group, product, both = count_overlap(groups, labels)
    return agreement(np.mean(both / group), np.mean(both / product))

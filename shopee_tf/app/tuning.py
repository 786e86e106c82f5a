"""What another threshold would do: figures and examples, at once at any place of the slider."""

from typing import NamedTuple

import numpy as np

from shopee_tf.app.scored_pairs import ScoredPairs, as_pairs
from shopee_tf.matching.pairs import sweep
from shopee_tf.metrics import group_sizes


class Figures(NamedTuple):
    """Means over the rows, each row a match of itself (`metrics.score_rows`)."""

    f1: float
    precision: float
    recall: float
    matches: int  # beside the rows themselves


class Examples(NamedTuple):
    """Pairs nearest to a threshold: places in `Tuning`, the nearest first."""

    taken: np.ndarray  # [a] int64
    left: np.ndarray  # [b] int64


class Tuning(NamedTuple):
    """Pairs by falling score, so that any threshold takes a part from the beginning."""

    row: np.ndarray  # [p] int32
    query: np.ndarray  # [p] int64, places among the rows scored
    other: np.ndarray  # [p] int32
    score: np.ndarray  # [p] float64, falling
    hit: np.ndarray  # [p] bool
    truth: np.ndarray  # [m] int64, size of each row's product
    thresholds: np.ndarray  # [t] float64, falling
    f1: np.ndarray  # [t] float64, mean F1 at each

    def count_at(self, threshold: float) -> int:
        """How many pairs a threshold takes."""
        return int(np.searchsorted(-self.score, -threshold, side="right"))

    def figures_at(self, threshold: float) -> Figures:
        """F1, precision and recall at a threshold."""
        count, m = self.count_at(threshold), len(self.truth)
        predicted = 1 + np.bincount(self.query[:count], minlength=m)
        correct = 1 + np.bincount(self.query[:count][self.hit[:count]], minlength=m)
        return Figures(
            f1=float(np.mean(2 * correct / (self.truth + predicted))),
            precision=float(np.mean(correct / predicted)),
            recall=float(np.mean(correct / self.truth)),
            matches=count,
        )

    def examples_at(self, threshold: float, *, limit: int = 3) -> Examples:
        """The pairs nearest to a threshold on either side, each listing in one of them."""
        count = self.count_at(threshold)
        return Examples(
            self._once(range(count - 1, -1, -1), limit),
            self._once(range(count, len(self.score)), limit),
        )

    def best(self) -> tuple[float, float]:
        """The threshold with the highest F1, among equals the highest, and that F1."""
        place = int(np.argmax(self.f1))
        return float(self.thresholds[place]), float(self.f1[place])

    def _once(self, places: range, limit: int) -> np.ndarray:
        found: list[int] = []
        seen: set[int] = set()
        for place in places:
            pair = {int(self.row[place]), int(self.other[place])}
            if not pair & seen:
                found.append(place)
                seen |= pair
            if len(found) == limit:
                break
        return np.array(found, np.int64)


def tune(scored: ScoredPairs, labels: np.ndarray) -> Tuning:
    """Prepares pairs for any threshold; all rows of the catalogue are scored.

    Args:
      scored: pairs of all rows.
      labels: [n] integer products.
    """
    pairs = as_pairs(scored, labels)
    truth = group_sizes(labels, scored.rows)[scored.rows]
    ones = np.ones(len(truth), np.int64)
    thresholds, f1 = sweep(pairs, predicted=ones, correct=ones, truth=truth)
    order = np.argsort(-scored.score, kind="stable")
    query = scored.query[order]
    return Tuning(
        scored.rows[query], query, scored.other[order], scored.score[order], pairs.hit[order],
        truth, thresholds, f1,
    )  # fmt: skip


def slider_range(scored: ScoredPairs) -> tuple[float, float]:
    """From where to where the threshold can be moved: 0 to 1, or about the matcher's own line."""
    if scored.name == "probability":
        return 0.0, 1.0
    reach = np.round(np.clip([scored.score.min(), scored.score.max()], -0.5, 0.5), 2)
    return float(min(reach[0], -0.05)), float(max(reach[1], 0.05))


def curve(tuning: Tuning, low: float, high: float, *, points: int = 101) -> dict[str, list]:
    """F1, precision and recall at thresholds from `low` to `high`, column by column."""
    columns: dict[str, list] = {"threshold": [], "figure": [], "value": []}
    for threshold in np.linspace(low, high, points).tolist():
        figures = tuning.figures_at(threshold)
        for name, value in zip(("F1", "precision", "recall"), figures[:3], strict=True):
            for key, entry in (("threshold", threshold), ("figure", name), ("value", value)):
                columns[key].append(entry)
    return columns

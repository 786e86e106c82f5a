"""Precision and recall of a whole catalogue, and their harmonic mean."""

from typing import NamedTuple


class Agreement(NamedTuple):
    """Three figures between 0 and 1."""

    precision: float
    recall: float
    f1: float  # harmonic mean of the two


def agreement(precision: float, recall: float) -> Agreement:
    """Adds the harmonic mean, 0 where both are 0 (van Rijsbergen 1979).

    Example:
      >>> agreement(1.0, 0.5).f1.__round__(3)
      0.667
    """
    precision, recall = float(precision), float(recall)
    total = precision + recall
    return Agreement(precision, recall, 2 * precision * recall / total if total else 0.0)

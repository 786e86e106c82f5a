"""The listings whose matches are worst: what was to be found, and what was taken for it."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from shopee_tf.matching.thresholds import find_matches
from shopee_tf.metrics import Matches, RowScores, group_sizes, score_rows
from shopee_tf.retrieval.neighbors import Neighbors


class Shown(NamedTuple):
    """A listing shown beside another."""

    row: int  # of the catalogue
    right: bool  # one of the same product that was found


class Mistake(NamedTuple):
    """A listing, what it should match and what it does; the listing itself left out."""

    row: int  # of the catalogue
    score: float  # 0 to 1
    true: tuple[Shown, ...]  # of its product, those that were missed first
    predicted: tuple[Shown, ...]  # taken for its product, strangers first, then the best first


class JudgedRows(NamedTuple):
    """The matches of m rows, and how many are wrong; row i of each field is `scores.rows[i]`."""

    matches: Matches
    labels: np.ndarray  # [n] integer classes of the whole catalogue
    scores: RowScores
    strangers: np.ndarray  # [m] int64, matches that are of another product
    missed: np.ndarray  # [m] int64, other rows of the same product that are no matches


def judge_rows(matches: Matches, labels: np.ndarray) -> JudgedRows:
    """Counts what is wrong with the matches of each row.

    Args:
      matches: of all rows that could be found.
      labels: [n] integer classes of the whole catalogue.

    Example:
      >>> judged = judge_rows({0: [0, 2], 1: [1], 2: [2]}, np.array([7, 7, 8]))
      >>> judged.strangers.tolist(), judged.missed.tolist()
      ([1, 0, 0], [1, 1, 0])
    """
    scores = score_rows(matches, labels)
    predicted = np.array([len(found) for found in matches.values()])
    correct = np.rint(scores.precision * predicted).astype(np.int64)
    truth = group_sizes(labels, scores.rows)[scores.rows]
    # A submission may leave a listing out of its own matches, which misses no partner.
    itself = np.array([row in found for row, found in matches.items()])
    return JudgedRows(matches, labels, scores, predicted - correct, truth - correct - ~itself)


def most_mistaken(judged: JudgedRows, wrong: np.ndarray, *, most: int) -> list[Mistake]:
    """The rows with the most of what is counted in `wrong`, `most` at most.

    Of as many, that of the lowest F1 comes first, then the first row. A row that an earlier mistake
    shows has none of its own: one muddle would fill the page.

    Args:
      judged: the rows.
      wrong: [m], `judged.strangers` or `judged.missed`; a row with 0 is no mistake.
      most: at least one.
    """
    order = np.lexsort((judged.scores.rows, judged.scores.f1, -wrong))
    return _first_apart(judged, order[wrong[order] > 0], most)


def worst_mistakes(
    neighbors: Neighbors, labels: np.ndarray, threshold: float, *, most: int = 8, shown: int = 3
) -> list[Mistake]:
    """The rows of the lowest F1 at a threshold, and of a muddle one, as `most_mistaken` has it.

    Among equals those come first whose nearest stranger is the most similar, then the first rows.

    Args:
      neighbors: [m, k] neighbours, searched among `neighbors.rows`.
      labels: [n] int32 products of the whole catalogue.
      threshold: the smallest similarity of a match.
      most: at most so many mistakes; rows without any are none.
      shown: at most so many listings in each of `true` and `predicted`.
    """
    judged = judge_rows(find_matches(neighbors, threshold), labels)
    f1 = judged.scores.f1
    order = np.lexsort((neighbors.rows, -_nearest_stranger(neighbors, labels), f1))
    found = _first_apart(judged, order[f1[order] < 1], most)
    return [
        Mistake(row, score, true[:shown], predicted[:shown])
        for row, score, true, predicted in found
    ]


def drawn_mistakes(judged: JudgedRows, *, most: int, seed: int) -> list[Mistake]:
    """Rows drawn at random, right ones too, in their order; all there are if `most` is more."""
    count = len(judged.scores.rows)
    drawn = np.random.default_rng(seed).choice(count, min(most, count), replace=False)
    return [_mistake(judged, place) for place in np.sort(drawn)]


def _first_apart(judged: JudgedRows, places: Iterable[int], most: int) -> list[Mistake]:
    """Mistakes at places in their order, of rows that none before shows."""
    mistakes: list[Mistake] = []
    seen: set[int] = set()
    for place in places:
        if len(mistakes) == most:
            break
        if int(judged.scores.rows[place]) not in seen:
            mistake = _mistake(judged, place)
            mistakes.append(mistake)
            seen.update(one.row for one in (mistake, *mistake.true, *mistake.predicted))
    return mistakes


def _mistake(judged: JudgedRows, place: int) -> Mistake:
    rows, labels = judged.scores.rows, judged.labels
    row = int(rows[place])
    found = [other for other in judged.matches[row] if other != row]
    partners = rows[(labels[rows] == labels[row]) & (rows != row)].tolist()
    true = [Shown(other, other in found) for other in partners]
    predicted = [Shown(other, bool(labels[other] == labels[row])) for other in found]
    lists = [tuple(sorted(each, key=lambda one: one.right)) for each in (true, predicted)]
    return Mistake(row, float(judged.scores.f1[place]), *lists)


def _nearest_stranger(neighbors: Neighbors, labels: np.ndarray) -> np.ndarray:
    """The similarity of each row's most similar row of another product, -inf without: [m]."""
    found = neighbors.neighbors
    strange = (found >= 0) & (labels[found] != labels[neighbors.rows][:, None])
    return np.where(strange, neighbors.similarities, -np.inf).max(axis=1)

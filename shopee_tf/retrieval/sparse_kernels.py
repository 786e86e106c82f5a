"""The inner loops of the search among sparse vectors, compiled by numba at first use."""

from typing import NamedTuple

import numpy as np

from shopee_tf.compilation import compiled

BLOCK = 32  # points whose best score is looked at first
# Scores this close to the k-th may round to the same float32, or be lost in that of a bound.
_RELATIVE, _ABSOLUTE = 1.0 - 2.0**-22, 1e-12


class Index(NamedTuple):
    """Sparse unit vectors by point and by term, and the columns of the most frequent terms.

    Attributes:
      starts: [n + 1], where the terms of each point begin in `terms` and `weights`.
      terms: [nonzero] int32.
      weights: [nonzero] float32.
      posting_starts: [terms + 1], where the points of each term begin in `points`.
      points: [nonzero] int32, ascending inside a term.
      point_weights: [nonzero] float32.
      column: [terms] int32, of a frequent term in `dense`, -1 of the others.
      dense: [n, frequent] float32, the weights of the frequent terms.
      dense_norms: [blocks x BLOCK] float64, their norm by point, padded with zeros.
    """

    starts: np.ndarray
    terms: np.ndarray
    weights: np.ndarray
    posting_starts: np.ndarray
    points: np.ndarray
    point_weights: np.ndarray
    column: np.ndarray
    dense: np.ndarray
    dense_norms: np.ndarray


@compiled
def search(index, queries, found, values):
    """Finds for points `queries` [b] the k of the highest dot product, ties by point.

    Only points that share a term with the query are candidates.

    Args:
      index: what is searched.
      queries: [b] int64.
      found: [b, k] int32, filled with -1; receives the query itself, then the best others.
      values: [b, k] float32, filled with -inf; receives the dot products.
    """
    size = len(index.dense_norms)
    scores = np.zeros(size)
    touched = np.zeros(size, np.uint8)
    candidates = np.empty(size + 1, np.int64)
    for place, query in enumerate(queries):
        count = 0
        if _is_common(index, query):
            count = _pruned(index, query, found.shape[1], scores, candidates)
            _rank(query, scores, candidates[:count], found[place], values[place])
            scores[:] = 0.0
        if not count:
            count = _exhaustive(index, query, scores, touched, candidates)
            _rank(query, scores, candidates[:count], found[place], values[place])
            for other in candidates[:count]:
                scores[other] = 0.0


@compiled
def _is_common(index, query):
    """Whether so many points share a frequent term that it pays to prune them."""
    total = 0
    for at in range(index.starts[query], index.starts[query + 1]):
        term = index.terms[at]
        if index.column[term] >= 0:
            total += index.posting_starts[term + 1] - index.posting_starts[term]
    return total > len(index.dense)


@compiled
def _exhaustive(index, query, scores, touched, candidates):
    """Scores every point that shares a term; returns how many, listed in `candidates`."""
    count = 0
    for at in range(index.starts[query], index.starts[query + 1]):
        term, weight = index.terms[at], np.float64(index.weights[at])
        for posting in range(index.posting_starts[term], index.posting_starts[term + 1]):
            point = index.points[posting]
            scores[point] += weight * index.point_weights[posting]
            candidates[count] = point
            count += 1 - touched[point]
            touched[point] = 1
    for place in range(count):
        touched[candidates[place]] = 0
    return count


@compiled
def _pruned(index, query, k, scores, candidates):
    """Scores every point that may be among the k best; 0 where there are no k good ones.

    The rare terms are summed for all points. What the frequent terms can add is at most the product
    of their norms (Cauchy-Schwarz), and only points that reach the k-th best with it are completed:
    the pruning of Anastasiu and Karypis (L2AP, ICDE 2014) with one cut for all.
    """
    frequent = np.zeros(index.dense.shape[1])
    for at in range(index.starts[query], index.starts[query + 1]):
        term, weight = index.terms[at], np.float64(index.weights[at])
        if index.column[term] >= 0:
            frequent[index.column[term]] = weight
            continue
        for posting in range(index.posting_starts[term], index.posting_starts[term + 1]):
            scores[index.points[posting]] += weight * index.point_weights[posting]
    lowest = _sure_score(index, frequent, k, scores)
    lowest = lowest * _RELATIVE - _ABSOLUTE
    if lowest <= 0.0:
        return 0
    reach = np.sqrt(np.sum(frequent * frequent))
    count = 0
    for start in range(0, len(scores), BLOCK):
        best = 0.0
        for point in range(start, start + BLOCK):
            best = max(best, scores[point] + reach * index.dense_norms[point])
        if best < lowest:
            continue
        for point in range(start, start + BLOCK):
            if scores[point] + reach * index.dense_norms[point] >= lowest:
                whole = scores[point] + _completion(index, frequent, point)
                if whole >= lowest:
                    scores[point] = whole
                    candidates[count] = point
                    count += 1
    return count


@compiled
def _completion(index, frequent, point):
    total = 0.0
    row = index.dense[point]
    for column in range(len(frequent)):
        total += frequent[column] * row[column]
    return total


@compiled
def _sure_score(index, frequent, k, scores):
    """A score that at least k points reach, or 0: the k-th of some that are good in rare terms."""
    best = np.zeros(len(scores) // BLOCK)
    for block in range(len(best)):
        for point in range(block * BLOCK, block * BLOCK + BLOCK):
            best[block] = max(best[block], scores[point])
    heap = np.zeros(k)
    for value in best:
        _keep(heap, value)
    lowest = heap[0]
    if lowest <= 0.0:
        return 0.0
    heap[:] = 0.0
    for block in range(len(best)):
        if best[block] >= lowest:
            for point in range(block * BLOCK, block * BLOCK + BLOCK):
                if scores[point] >= lowest:
                    _keep(heap, scores[point] + _completion(index, frequent, point))
    return min(heap[0], 1.0)


@compiled
def _keep(heap, value):
    """Puts a value into a heap of the highest, whose lowest stands first."""
    if value <= heap[0]:
        return
    place = 0
    while True:
        child = 2 * place + 1
        if child + 1 < len(heap) and heap[child + 1] < heap[child]:
            child += 1
        if child >= len(heap) or heap[child] >= value:
            break
        heap[place] = heap[child]
        place = child
    heap[place] = value


@compiled
def _rank(query, scores, candidates, found, values):
    """Writes the query, then the best others: by float32 score descending, ties by point."""
    found[0], values[0] = query, _similarity(scores[query])
    last = len(found) - 1
    for point in candidates:
        value = _similarity(scores[point])
        if point == query or not last or not _is_before(value, point, values[last], found[last]):
            continue
        place = last
        while place > 1 and _is_before(value, point, values[place - 1], found[place - 1]):
            found[place], values[place] = found[place - 1], values[place - 1]
            place -= 1
        found[place], values[place] = point, value


@compiled
def _is_before(value, point, other_value, other_point):
    return value > other_value or (value == other_value and point < other_point)


@compiled
def _similarity(score):
    return np.float32(min(max(score, -1.0), 1.0))

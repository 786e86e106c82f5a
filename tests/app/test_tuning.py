"""What the slider shows is what scoring the matches at that threshold gives."""

import time

import numpy as np
import pytest

from shopee_tf.app.scored_pairs import ScoredPairs
from shopee_tf.app.tuning import curve, slider_range, tune
from shopee_tf.metrics import score_rows

SCORED = ScoredPairs(
    np.arange(4), np.array([0, 0, 1, 2]), np.array([1, 2, 0, 3]),
    np.array([0.9, 0.4, 0.9, 0.2]), 0.5, "probability",
)  # fmt: skip
LABELS = np.array([7, 7, 8, 8])


def test_at_any_threshold_the_figures_are_those_of_the_rows(bench):
    scored, labels = bench.scored, bench.catalog.labels
    for threshold in np.quantile(scored.score, [0, 0.3, 0.7, 1]):
        matches = {int(row): [int(row)] for row in scored.rows}
        for query, other, score in zip(scored.query, scored.other, scored.score):
            if score >= threshold:
                matches[int(scored.rows[query])].append(int(other))
        rows = score_rows(matches, labels)
        figures = bench.tuning.figures_at(threshold)
        expected = rows.f1.mean(), rows.precision.mean(), rows.recall.mean()
        np.testing.assert_allclose(figures[:3], expected)


def test_figures_of_four_rows_by_hand():
    figures = tune(SCORED, LABELS).figures_at(0.5)  # rows 0 and 1 find each other, 2 and 3 nobody
    assert figures.matches == 2
    assert figures[:3] == pytest.approx((np.mean([1, 1, 2 / 3, 2 / 3]), 1.0, 0.75))


def test_the_best_threshold_has_the_best_figures(bench):
    threshold, f1 = bench.tuning.best()
    assert f1 == pytest.approx(bench.tuning.figures_at(threshold).f1)
    assert f1 >= max(bench.tuning.figures_at(score).f1 for score in bench.scored.score[::50])


def test_examples_are_the_pairs_nearest_to_the_threshold_each_listing_once():
    tuning = tune(SCORED, LABELS)
    examples = tuning.examples_at(0.5)
    assert tuning.score[examples.taken].tolist() == [0.9]
    assert tuning.score[examples.left].tolist() == [0.4]  # row 2 of the next one is in it


def test_the_curve_has_three_figures_at_each_threshold():
    found = curve(tune(SCORED, LABELS), 0.0, 1.0, points=3)
    assert found["threshold"] == [0.0] * 3 + [0.5] * 3 + [1.0] * 3
    assert found["figure"][:3] == ["F1", "precision", "recall"]


def test_the_slider_reaches_about_the_line_of_a_union():
    union = SCORED._replace(name="similarity above the threshold", score=SCORED.score - 0.6)
    assert slider_range(SCORED) == (0.0, 1.0)
    assert slider_range(union) == (-0.4, 0.3)


def test_thirty_thousand_rows_move_at_once():
    rng = np.random.default_rng(0)
    n, k = 30_000, 30
    score = np.sort(rng.random((n, k)), axis=1)[:, ::-1].ravel()
    query, other = np.repeat(np.arange(n), k), rng.integers(0, n, n * k, dtype=np.int32)
    tuning = tune(
        ScoredPairs(np.arange(n), query, other, score, 0.5, "probability"),
        rng.integers(0, n // 3, n),
    )
    started = time.perf_counter()
    tuning.figures_at(0.4)
    tuning.examples_at(0.4)
    assert time.perf_counter() - started < 0.5  # 20 ms where nobody else is at work

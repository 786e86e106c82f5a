"""Fusions: what several systems say of a pair becomes a probability."""

import numpy as np
import pytest

from shopee_tf.matching.calibration import calibrate, expected_calibration_error
from shopee_tf.matching.pair_fusion import FUSIONS, fit_fusion, fuse
from shopee_tf.matching.pair_model import Truth, fit_pair_model, likely, pair_log_odds
from tests.matching.synthetic_pairs import make_evidence

EVIDENCE, TRUTH, SIZES = make_evidence(150)
NEW, NEW_TRUTH, _ = make_evidence(150, seed=1)


def ranking_quality(scores, hits):
    """The chance that a match stands above a stranger (area under the ROC curve)."""
    order = np.argsort(np.argsort(scores))
    pairs = hits.sum() * (~hits).sum()
    return (order[hits].sum() - hits.sum() * (hits.sum() - 1) / 2) / pairs


@pytest.mark.parametrize("kind", FUSIONS)
def test_every_fusion_beats_the_better_system_on_new_pairs(kind):
    fusion = fit_fusion(kind, EVIDENCE, TRUTH, SIZES).fusion
    alone = max(ranking_quality(one, NEW_TRUTH.hits) for one in NEW.table.similarities)
    assert ranking_quality(fuse(fusion, NEW), NEW_TRUTH.hits) > alone


@pytest.mark.parametrize("calibration", ["logistic", "isotonic", None])
@pytest.mark.parametrize("kind", FUSIONS)
def test_probabilities_come_true_on_new_pairs(kind, calibration):
    fitted = fit_fusion(kind, EVIDENCE, TRUTH, SIZES, calibration=calibration)
    assert expected_calibration_error(fuse(fitted.fusion, NEW), NEW_TRUTH.hits) < 0.06


@pytest.mark.parametrize("kind", FUSIONS)
def test_a_pair_is_as_likely_from_either_side(kind):
    probabilities = fuse(fit_fusion(kind, EVIDENCE, TRUTH, SIZES).fusion, NEW)
    np.testing.assert_allclose(probabilities, probabilities[NEW.table.back], rtol=1e-12)


def test_weights_of_a_sum_add_up_to_one_and_leave_out_a_blind_system():
    similar = EVIDENCE.table.similarities.copy()
    similar[1] = 0.5
    blind = EVIDENCE._replace(table=EVIDENCE.table._replace(similarities=similar))
    weights = fit_fusion("sum", blind, TRUTH, SIZES).fusion.parameters
    assert weights.sum() == pytest.approx(1)
    assert weights[0] > 0


def test_noisy_or_by_hand():
    fusion = fit_fusion("noisy_or", EVIDENCE, TRUTH, SIZES).fusion
    points = np.array([[0.6, 0.6, 0.0], [0.0, 0.7, 0.0]], np.float32)
    table = EVIDENCE.table._replace(query=np.zeros(3, int), similarities=points)
    scores = FUSIONS["noisy_or"].score(fusion.parameters, EVIDENCE._replace(table=table))
    one, other = (
        calibrate(calibrator, np.float32([similarity]))[0]
        for calibrator, similarity in zip(fusion.parameters, (0.6, 0.7), strict=True)
    )
    expected = [one, 1 - (1 - one) * (1 - other), 0]
    np.testing.assert_allclose(1 / (1 + np.exp(-scores)), expected, rtol=1e-5, atol=1e-9)


def test_a_system_without_a_match_is_silent():
    similar = EVIDENCE.table.similarities.copy()
    similar[1] = 0
    evidence = EVIDENCE._replace(table=EVIDENCE.table._replace(similarities=similar))
    fitted = fit_fusion("noisy_or", evidence, TRUTH, SIZES)
    assert ranking_quality(fitted.probabilities, TRUTH.hits) > 0.8


def test_a_pair_model_is_the_same_every_time():
    first, second = fit_pair_model(EVIDENCE, TRUTH), fit_pair_model(EVIDENCE, TRUTH)
    np.testing.assert_array_equal(first.out_of_fold, second.out_of_fold)


def test_what_is_out_of_fold_is_no_better_than_what_is_new():
    fitted = fit_pair_model(EVIDENCE, TRUTH)
    old = ranking_quality(fitted.out_of_fold, TRUTH.hits)
    new = ranking_quality(pair_log_odds(fitted.model, NEW), NEW_TRUTH.hits)
    assert abs(old - new) < 0.02


def test_pairs_whose_labels_are_not_known_change_nothing_that_is_fitted():
    known = TRUTH.components < 100
    first = fit_pair_model(EVIDENCE, TRUTH._replace(known=known))
    lies = Truth(np.where(known, TRUTH.hits, ~TRUTH.hits), known, TRUTH.components)
    second = fit_pair_model(EVIDENCE, lies)
    np.testing.assert_array_equal(first.out_of_fold, second.out_of_fold)


def test_pairs_that_the_boundary_drops_have_no_chance():
    fitted = fit_pair_model(EVIDENCE, TRUTH)
    kept = likely(fitted.model.boundary, NEW.table)
    assert 0 < kept.mean() < 1
    np.testing.assert_array_equal(np.isfinite(pair_log_odds(fitted.model, NEW)), kept)


def test_where_the_boundary_parts_matches_from_all_else_it_decides_alone():
    parted, truth, _ = make_evidence(150, noise=0.05)
    fitted = fit_pair_model(parted, truth)
    assert fitted.model.rounds == ()
    new, new_truth, _ = make_evidence(150, seed=1, noise=0.05)
    assert ((pair_log_odds(fitted.model, new) > 0) == new_truth.hits).all()
    assert ((fitted.out_of_fold > 0) == truth.hits).all()


def test_without_a_calibrator_log_odds_are_taken_as_they_are():
    fusion = fit_fusion("boundary", EVIDENCE, TRUTH, SIZES, calibration="none").fusion
    scores = FUSIONS["boundary"].score(fusion.parameters, NEW)
    np.testing.assert_allclose(fuse(fusion, NEW), 1 / (1 + np.exp(-scores)), rtol=1e-6)


def test_a_fusion_that_does_not_exist():
    with pytest.raises(ValueError, match="expected one of sum, squared, noisy_or, boundary, pairs"):
        fit_fusion("magic", EVIDENCE, TRUTH, SIZES)


def test_nothing_but_strangers_teaches_nothing():
    with pytest.raises(ValueError, match="a match and pairs that are not"):
        fit_fusion("sum", EVIDENCE, TRUTH._replace(hits=np.zeros_like(TRUTH.hits)), SIZES)

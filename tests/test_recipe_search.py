"""The search for a recipe keeps what wins by all three measures, and nothing else."""

import pytest

from shopee_tf.matcher import fit_matcher, load_matcher, save_matcher
from shopee_tf.matcher.search import Measures, Recipe, search_recipe
from shopee_tf.systems import FUSIONS
from tests.test_pair_decision import OLD, UNION
from tfrecords.errors import DataError, UsageError

FOUND = search_recipe(UNION, OLD.source, OLD.queries)


def test_the_start_is_the_union_and_every_fusion_is_tried():
    names = [step.name for step in FOUND.tried]
    assert names[0] == "union, thresholds"
    assert set(FUSIONS[1:]) < set(names)
    assert not [name for name in names if name.startswith(("at_least_one", "identical_photos"))]


def test_what_is_kept_wins_by_all_three_measures_over_what_was_kept_before():
    best = FOUND.tried[0].measures
    for step in FOUND.tried[1:]:
        wins = all(one > other for one, other in zip(step.measures, best, strict=True))
        assert step.kept == wins
        best = step.measures if step.kept else best


def test_what_assumes_partners_is_tried_where_asked_for(monkeypatch):
    monkeypatch.setattr("shopee_tf.matcher.search._measure", lambda *_: Measures(0.5, 0.5, 0.5))
    names = [step.name for step in search_recipe(UNION, OLD.source, OLD.queries, opt_in=True).tried]
    assert "at_least_one (bonus inf)" in names


def test_a_win_by_two_measures_is_none(monkeypatch):
    def measured(recipe, halves):
        return (
            Measures(0.6, 0.6, 0.5) if recipe.variant_guard == "penalty" else Measures(*[0.5] * 3)
        )

    monkeypatch.setattr("shopee_tf.matcher.search._measure", measured)
    found = search_recipe(UNION, OLD.source, OLD.queries)
    assert found.recipe == Recipe()


def test_a_step_with_too_little_to_fit_on_is_told_and_left(monkeypatch):
    def measured(recipe, halves):
        if recipe.fusion == "noisy_or":
            raise DataError("too little")
        return Measures(0.5, 0.5, 0.5)

    monkeypatch.setattr("shopee_tf.matcher.search._measure", measured)
    tried = {step.name: step for step in search_recipe(UNION, OLD.source, OLD.queries).tried}
    assert tried["noisy_or"].measures is None
    assert tried["pairs"].measures == Measures(0.5, 0.5, 0.5)


def test_one_product_cannot_be_dealt_to_two_halves():
    with pytest.raises(DataError, match="but one product"):
        search_recipe(UNION, OLD.source, OLD.queries[:3])


def test_a_matcher_keeps_what_was_tried(tmp_path, monkeypatch):
    monkeypatch.setattr("shopee_tf.matcher.matcher.search_recipe", lambda *_, **__: FOUND)
    matcher = fit_matcher(["tfidf", "phash"], OLD.source, rows=OLD.queries, search=True)
    save_matcher(matcher, tmp_path / "matcher")
    tried = load_matcher(tmp_path / "matcher").fitted["tried"]
    assert [name for name, _, _ in tried] == [step.name for step in FOUND.tried]


def test_a_search_finds_what_is_not_given():
    with pytest.raises(UsageError, match="give none of them"):
        fit_matcher(["tfidf"], OLD.source, rows=OLD.queries, search=True, fusion="sum")

"""Decisions by probability: fitted, applied to other sizes, saved and loaded."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy.sparse.csgraph import connected_components

from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.matcher import fit_matcher, load_matcher, match_catalog, save_matcher
from shopee_tf.matching.prior_shift import NO_SHIFT, PriorShift
from shopee_tf.matching.refinements import Step
from shopee_tf.metrics import row_f1
from shopee_tf.systems import (
    FUSIONS,
    SETS,
    Part,
    Source,
    catalogue_shift,
    decide,
    describe,
    fit_decision,
    judge,
    parse_union,
)
from shopee_tf.systems.judged import Judged, as_graph, as_probabilities, expected_sets
from shopee_tf.systems.pair_decision import GROUPED, Components, group_rows
from tfrecords import files
from tfrecords.errors import DataError, IntegrityError, UsageError

WORDS = (
    "kopi", "susu", "teh", "gula", "sabun", "tas", "baju", "topi", "lampu", "meja", "kursi",
    "sepatu", "merah", "biru", "hijau", "besar", "kecil", "panjang", "bulat", "tebal", "anak",
    "pria", "wanita", "rumah", "dapur", "kamar", "mandi", "kantor", "sekolah", "jalan",
)  # fmt: skip


def make_catalog(products: int, seed: int):
    """Three listings a product: titles of four of the product's six words, hashes of few bits."""
    rng = np.random.default_rng(seed)
    lines = []
    for product in range(products):
        words = rng.choice(WORDS, 6, replace=False)
        code = rng.integers(0, 2**63, dtype=np.uint64)
        for listing in range(3):
            flips = rng.choice(64, rng.integers(0, 16), replace=False)
            hashed = code ^ np.uint64(sum(1 << int(bit) for bit in flips))
            title = " ".join(rng.choice(words, 4, replace=False))
            lines.append((f"s{seed}p{product}_{listing}", f"{hashed:016x}", title, str(product)))
    columns = ["posting_id", "image_phash", "title", "label_group"]
    return catalog_from_frame(pd.DataFrame(lines, columns=columns))


def whole(catalog):
    rows = np.arange(len(catalog), dtype=np.int32)
    return Part(Source(catalog), candidates=rows, queries=rows)


UNION = parse_union("tfidf+phash")
OLD, NEW = whole(make_catalog(150, 0)), whole(make_catalog(150, 1))
BY_PROBABILITY = [fusion for fusion in FUSIONS if fusion != "union"]


def f1_of(decision, part):
    return row_f1(decide(decision, part).matches, part.source.catalog.labels)


@pytest.mark.parametrize("sets", SETS)
@pytest.mark.parametrize("fusion", BY_PROBABILITY)
def test_what_is_fitted_holds_on_new_listings(fusion, sets):
    fitted = fit_decision(UNION, OLD, fusion=fusion, sets=sets)
    assert abs(f1_of(fitted.decision, NEW) - fitted.f1) < 0.06
    assert f1_of(fitted.decision, NEW) > 0.7


def test_the_model_of_pairs_beats_the_union():
    union = fit_decision(UNION, OLD).decision
    pairs = fit_decision(UNION, OLD, fusion="pairs", sets="expected_f1").decision
    assert f1_of(pairs, NEW) > f1_of(union, NEW) + 0.01


def test_the_forecast_needs_no_label_and_comes_true():
    decision = fit_decision(UNION, OLD, fusion="boundary", sets="expected_f1").decision
    forecast = expected_sets(judge(decision, NEW)).expected_f1.mean()
    assert abs(forecast - f1_of(decision, NEW)) < 0.05


def test_a_larger_catalogue_makes_every_pair_less_likely():
    decision = fit_decision(UNION, OLD, fusion="boundary").decision
    larger = decision._replace(num_candidates=decision.num_candidates // 3)
    small, large = judge(decision, NEW), judge(larger, NEW)
    np.testing.assert_array_equal(small.other, large.other)
    odds = small.probability / (1 - small.probability)
    np.testing.assert_allclose(large.probability / (1 - large.probability), odds / 3, rtol=1e-9)


def test_in_a_smaller_catalogue_the_odds_stay_as_they_are():
    decision = fit_decision(UNION, OLD, fusion="boundary").decision
    smaller = decision._replace(num_candidates=decision.num_candidates * 3)
    same, kept = judge(decision, NEW), judge(smaller, NEW)
    np.testing.assert_array_equal(same.probability, kept.probability)


def thinned(part, *, every):
    """All listings of one product in `every`, and the first of each other product."""
    rows = part.candidates[(part.candidates % 3 == 0) | (part.candidates // 3 % every == 0)]
    return Part(part.source, candidates=rows, queries=rows)


@pytest.mark.parametrize("sets", SETS)
def test_where_most_listings_are_single_fewer_partners_are_invented(sets):
    decision = fit_decision(UNION, OLD, fusion="pairs", sets=sets).decision
    part, labels = thinned(NEW, every=10), NEW.source.catalog.labels
    told, untold = (decide(one, part).matches for one in (decision, decision._replace(share=None)))
    f1, before = (row_f1(m, labels, candidates=part.candidates) for m in (told, untold))
    assert f1 > before + 0.02


@pytest.mark.parametrize("fusion", BY_PROBABILITY)
def test_other_whole_products_are_judged_as_fitted(fusion):
    decision = fit_decision(UNION, OLD, fusion=fusion).decision
    assert catalogue_shift(decision, NEW) == NO_SHIFT


def test_the_odds_are_multiplied_by_the_factor_and_single_groups_counted():
    decision = fit_decision(UNION, OLD, fusion="boundary").decision
    part = thinned(NEW, every=50)
    shift = catalogue_shift(decision, part)
    p, q = (judge(one, part).probability for one in (decision._replace(share=None), decision))
    odds = np.sort(p / (1 - p)) * shift.factor
    np.testing.assert_allclose(np.sort(q / (1 - q)), odds, rtol=1e-6)
    assert shift.factor < 0.25 < shift.singles


def test_a_part_is_judged_by_the_shift_of_the_catalogue_it_stands_for():
    decision = fit_decision(UNION, OLD, fusion="boundary").decision
    known = decision._replace(shift=PriorShift(0.5, 0.0))
    p, q = (judge(one, NEW).probability for one in (decision, known))
    np.testing.assert_allclose(q / (1 - q), p / (1 - p) / 2, rtol=1e-9)


def test_queries_are_judged_by_the_neighbourhoods_of_all_candidates():
    decision = fit_decision(UNION, OLD, fusion="pairs").decision
    some = Part(NEW.source, candidates=NEW.candidates, queries=NEW.candidates[::7])
    expected = decide(decision, NEW)
    found = decide(decision, some)
    assert found.matches == {row: expected.matches[row] for row in found.matches}
    assert list(found.matches) == some.queries.tolist()


def test_matches_come_first_in_the_ranking_and_no_more_than_the_limit():
    decision = fit_decision(UNION, OLD, fusion="sum").decision._replace(threshold=1e-9)
    matches, ranked = decide(decision, NEW)
    assert max(map(len, matches.values())) <= 50
    assert all(ranked[row][: len(found)] == found for row, found in matches.items())
    assert all(found[0] == row for row, found in matches.items())


def test_a_table_of_probabilities_holds_the_same_pairs():
    judged = judge(fit_decision(UNION, OLD, fusion="sum").decision, NEW)
    table = as_probabilities(judged)
    row, column = np.nonzero(table.others >= 0)
    np.testing.assert_array_equal(row, judged.query)
    np.testing.assert_array_equal(table.others[row, column], judged.other)
    none = np.prod(1 - table.probability.astype(np.float64), axis=1)
    np.testing.assert_allclose(expected_sets(judged).no_match, none, atol=1e-6)


def test_many_small_probabilities_are_not_rounded_away():
    rows = np.arange(1001, dtype=np.int32)
    judged = Judged(rows, np.zeros(1000, np.int64), rows[1:], np.full(1000, 1e-7))
    assert expected_sets(judged).no_match[0] == pytest.approx(1 - 1e-4, abs=1e-8)


def test_a_graph_is_symmetric_though_rounding_sets_the_directions_apart():
    chances = np.array([0.5, np.nextafter(0.5, 1)])
    graph = as_graph(Judged(np.arange(2), np.array([0, 1]), np.array([1, 0]), chances)).toarray()
    assert graph[0, 1] == graph[1, 0] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("fusion", "sets", "said"),
    [
        ("sum", "threshold", r"0\.\d\d tfidf \+ 0\.\d\d phash, probability >= 0\.\d{3}"),
        ("squared", "expected_f1", r"0\.\d\d tfidf² \+ 0\.\d\d phash², sets of the highest"),
        ("pairs", "threshold", r"pairs, probability >= 0\.\d{3}"),
        (
            "pairs",
            "components",
            r"pairs, components of probability >= 0\.\d\d without bridges below 0\.\d\d$",
        ),
    ],
)
def test_it_is_said_in_words(fusion, sets, said):
    assert re.match(said, describe(fit_decision(UNION, OLD, fusion=fusion, sets=sets).decision))


def test_of_all_settings_of_components_the_best_on_the_fitted_part_is_kept():
    fitted = fit_decision(UNION, OLD, fusion="boundary", sets="components")
    f1 = f1_of(fitted.decision, OLD)
    assert f1 == pytest.approx(fitted.f1)
    for line in (0.4, 0.5, 0.6, 0.7, 0.8):
        other = fitted.decision._replace(components=Components(line, 0.9))
        assert f1_of(other, OLD) <= f1


def test_components_join_what_a_chain_of_links_joins():
    decision = fit_decision(UNION, OLD, fusion="boundary", sets="components").decision
    decision = decision._replace(components=Components(0.5, 0.5))
    links = as_graph(judge(decision, NEW)) >= 0.5
    expected = connected_components(links, directed=False)[1]
    found = group_rows(decision, NEW).labels
    np.testing.assert_array_equal(found[:, None] == found, expected[:, None] == expected)


@pytest.mark.parametrize("sets", GROUPED)
def test_groups_part_the_catalogue(sets):
    matches = decide(fit_decision(UNION, OLD, fusion="pairs", sets=sets).decision, NEW).matches
    assert all(set(matches[other]) == set(found) for found in matches.values() for other in found)


@pytest.mark.parametrize("sets", GROUPED)
def test_groups_of_some_queries_are_those_of_all(sets):
    decision = fit_decision(UNION, OLD, fusion="boundary", sets=sets).decision
    some = Part(NEW.source, candidates=NEW.candidates, queries=NEW.candidates[::5])
    whole_of_it = decide(decision, NEW).matches
    assert decide(decision, some).matches == {row: whole_of_it[row] for row in some.queries}


@pytest.mark.parametrize("sets", SETS)
@pytest.mark.parametrize("fusion", BY_PROBABILITY)
def test_saved_and_loaded_it_matches_as_before(tmp_path, fusion, sets):
    matcher = fit_matcher(
        ["tfidf", "phash"], OLD.source, rows=OLD.queries, fusion=fusion, sets=sets
    )
    save_matcher(matcher, tmp_path / "matcher")
    loaded = load_matcher(tmp_path / "matcher")
    assert match_catalog(loaded, NEW.source) == match_catalog(matcher, NEW.source)
    assert describe(loaded.decision) == describe(matcher.decision)


def test_a_matcher_of_the_third_format_knows_no_components_and_is_read(tmp_path):
    folder = tmp_path / "matcher"
    matcher = fit_matcher(
        ["tfidf", "phash"], OLD.source, rows=OLD.queries, fusion="sum", sets="groups"
    )
    save_matcher(matcher, folder)
    about = files.read_sealed_json(folder / "matcher.json", mend="") | {"format": 3}
    del about["components"]
    files.write_sealed_json(folder / "matcher.json", about)
    assert match_catalog(load_matcher(folder), NEW.source) == match_catalog(matcher, NEW.source)


def test_a_matcher_of_the_fourth_format_knows_no_share_and_judges_every_catalogue_as_fitted(
    tmp_path,
):
    folder, part = tmp_path / "matcher", thinned(NEW, every=50)
    matcher = fit_matcher(["tfidf", "phash"], OLD.source, rows=OLD.queries, fusion="sum")
    save_matcher(matcher, folder)
    about = files.read_sealed_json(folder / "matcher.json", mend="") | {"format": 4}
    del about["share"]
    files.write_sealed_json(folder / "matcher.json", about)
    assert catalogue_shift(load_matcher(folder).decision, part) == NO_SHIFT


@pytest.mark.faults
def test_200_flipped_bytes_are_noticed(tmp_path):
    matcher = fit_matcher(["tfidf", "phash"], OLD.source, rows=OLD.queries, fusion="pairs")
    save_matcher(matcher, tmp_path / "matcher")
    rng = np.random.default_rng(0)
    paths = [path for path in (tmp_path / "matcher").rglob("*") if path.is_file()]
    for path in rng.choice(paths, 200):
        whole = path.read_bytes()
        place, bit = rng.integers(len(whole)), 1 << int(rng.integers(8))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
        with pytest.raises(IntegrityError):
            load_matcher(tmp_path / "matcher")
        path.write_bytes(whole)
    load_matcher(tmp_path / "matcher")


@pytest.mark.parametrize(
    "step",
    [
        Step("at_least_one", {"bonus": np.inf}),
        Step("neighborhood_blending", {"thresholds": (0.5, 0.7)}),
        Step("query_expansion", {"top": 3, "alpha": 1.0, "augment": True}),
    ],
)
def test_refinements_of_a_union_are_saved(tmp_path, step):
    matcher = fit_matcher(["tfidf"], OLD.source, rows=OLD.queries, refinements=[step])
    save_matcher(matcher, tmp_path / "matcher")
    loaded = load_matcher(tmp_path / "matcher")
    assert loaded == matcher
    assert step.name in describe(loaded.decision)
    plain = fit_matcher(["tfidf"], OLD.source, rows=OLD.queries)
    assert match_catalog(loaded, NEW.source) != match_catalog(plain, NEW.source)


def test_a_catalogue_is_matched_as_the_matcher_wants_its_titles():
    source = Source(OLD.source.catalog, title_steps=["units"])
    matcher = fit_matcher(["tfidf", "phash"], source, rows=OLD.queries, fusion="sum")
    new = Source(NEW.source.catalog, title_steps=["units"])
    assert match_catalog(matcher, NEW.source.catalog) == match_catalog(matcher, new)


def test_rows_may_be_asked_about_in_any_order():
    matcher = fit_matcher(["tfidf"], OLD.source, rows=OLD.queries)
    assert list(match_catalog(matcher, NEW.source, rows=[9, 3])) == [3, 9]


def test_a_listing_of_everybody_costs_no_table_of_everybody():
    rows = np.arange(3000, dtype=np.int32)
    hub = np.zeros(2999, np.int64)
    query = np.concatenate([hub, np.arange(1, 3000)])
    other = np.concatenate([np.arange(1, 3000), hub]).astype(np.int32)
    graph = as_graph(Judged(rows, query, other, np.full(5998, 0.5)))
    assert graph.nnz == 5998
    assert graph.data.nbytes + graph.indices.nbytes < 200_000


def test_the_model_of_pairs_is_scaled_by_the_root_of_the_growth():
    decision = fit_decision(UNION, OLD, fusion="pairs").decision
    larger = decision._replace(num_candidates=decision.num_candidates // 9)
    odds = [p / (1 - p) for p in (judge(one, NEW).probability for one in (decision, larger))]
    np.testing.assert_allclose(odds[0] / odds[1], 3.0, rtol=1e-6)


def test_distances_are_in_no_fusion():
    with pytest.raises(UsageError, match="leave euclidean: out"):
        fit_decision(parse_union("tfidf+euclidean:runs/a"), OLD, fusion="sum")


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"fusion": "magic"}, "fusion=magic: expected one of union, sum"),
        ({"fusion": "sum", "variant_guard": "veto"}, "are for fusion=union"),
        ({"fusion": "sum", "refinements": [Step("at_least_one", {})]}, "are for fusion=union"),
        ({"sets": "expected_f1"}, "needs probabilities: give a fusion"),
        (
            {"fusion": "sum", "sets": "all"},
            "sets=all: expected one of threshold, expected_f1, groups, components",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(how, message):
    with pytest.raises(UsageError, match=message):
        fit_decision(UNION, OLD, **how)


def test_a_catalogue_without_a_pair_teaches_nothing():
    alone = whole(make_catalog(30, 3))
    frame = alone.source.catalog.frame.assign(label_group=[str(row) for row in range(90)])
    with pytest.raises(DataError, match="too little to fit sum on"):
        fit_decision(UNION, whole(catalog_from_frame(frame)), fusion="sum")

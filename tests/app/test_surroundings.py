"""Among those around it a listing is what it is among all: these 20 trades share no word."""

import numpy as np
import pandas as pd
import pytest

from shopee_tf.app import surroundings
from shopee_tf.app.queries import ask, cards_of
from shopee_tf.app.surroundings import open_surroundings
from shopee_tf.app.workbench import Workbench
from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.data.catalog_join import join_catalogs
from shopee_tf.explaining.cards import Explainer
from shopee_tf.matcher import Matcher, fit_matcher
from shopee_tf.matching.refinements import Step
from shopee_tf.systems import Decision, Source, catalogue_shift, parse_union

SYSTEMS = ["idf_shared", "tfidf"]


def trades(number=20, listings=60):
    """[number * listings] titles of four words, three of them those of a product."""
    rng = np.random.default_rng(0)
    titles, labels = [], []
    for trade in range(number):
        products = [rng.choice(12, 3, replace=False) for _ in range(listings // 3)]
        for listing in range(listings):
            words = [*products[listing % len(products)], rng.integers(12)]
            titles.append(" ".join(f"t{trade}w{word}" for word in words))
            labels.append(trade * len(products) + listing % len(products))
    ids = [f"p{row}" for row in range(len(titles))]
    return catalog_from_frame(
        pd.DataFrame({"posting_id": ids, "title": titles, "label_group": labels})
    )


CATALOG = trades()
TITLE = f"{CATALOG.titles[190]} unheard"
NEW = catalog_from_frame(pd.DataFrame({"posting_id": ["new"], "title": [TITLE]}))


@pytest.fixture(scope="module", params=["union", "boundary", "pairs", "groups"])
def bench(request):
    if request.param == "union":
        decision = Decision(parse_union("+".join(SYSTEMS)), ((1.0,),) * 2, (0.0,) * 2, (0.7, 0.6))
        return Workbench(Matcher(decision, (), {"num_candidates": len(CATALOG)}), CATALOG)
    rows = np.arange(len(CATALOG), dtype=np.int32)
    how = {"fusion": "sum" if request.param == "groups" else request.param}
    sets = "groups" if request.param == "groups" else "threshold"
    return Workbench(fit_matcher(SYSTEMS, Source(CATALOG), rows=rows, sets=sets, **how), CATALOG)


def assert_same(found, expected):
    assert [card.second for card in found] == [card.second for card in expected]
    assert any(card.verdict.accepted for card in found)
    for one, other in zip(found, expected, strict=True):
        assert one.verdict.accepted == other.verdict.accepted
        assert one.verdict_back.accepted == other.verdict_back.accepted
        if one.probability is not None:
            assert one.probability == pytest.approx(other.probability, abs=1e-6)
        for ours, theirs in zip(one.systems, other.systems, strict=True):
            assert ours.similarity == pytest.approx(theirs.similarity, abs=1e-6)
            assert ours.percentile == pytest.approx(theirs.percentile, abs=1)
            assert ours.rank == theirs.rank
            # Older neighbours are in an order of before the new title made its words less rare.
            back, expected_back = ours.rank_back, theirs.rank_back
            near_the_end = back is None or back > 46
            assert (back is None) == (expected_back is None) or near_the_end
            assert (back or 50) == pytest.approx(expected_back or 50, abs=3)


@pytest.mark.parametrize("few", [0, 2000])
def test_cards_are_those_of_a_search_of_all(bench, few, monkeypatch):
    monkeypatch.setattr(surroundings, "_FEW", few)
    joined = join_catalogs(bench.catalog, NEW).catalog
    expected = cards_of(Explainer(bench.matcher, Source(joined)), "new", limit=12)
    assert_same(ask(bench, title=TITLE), expected)


def test_where_most_listings_are_single_they_are_told_what_all_are(monkeypatch):
    monkeypatch.setattr(surroundings, "_FEW", 0)
    rows = np.arange(len(CATALOG), dtype=np.int32)
    matcher = fit_matcher(SYSTEMS, Source(CATALOG), rows=rows, fusion="boundary")
    single = np.unique(CATALOG.labels, return_index=True)[1]
    kept = CATALOG.take(np.union1d(single, rows[180:200]))
    bench = Workbench(matcher, kept)
    assert catalogue_shift(matcher.decision, bench.explainer.part).factor < 1
    title = min(kept.titles)
    new = catalog_from_frame(pd.DataFrame({"posting_id": ["new"], "title": [title]}))
    whole = Explainer(matcher, Source(join_catalogs(kept, new).catalog))
    for one, other in zip(
        ask(bench, title=title, limit=3), cards_of(whole, "new", limit=3), strict=True
    ):
        assert one.probability == pytest.approx(other.probability, abs=0.02)


def test_a_title_that_a_photo_joins_with_one_of_another_trade_is_among_them(monkeypatch):
    monkeypatch.setattr(surroundings, "_FEW", 0)
    catalog = CATALOG.with_column("image", ["x" if row in (5, 190) else "" for row in range(1200)])
    decision = Decision(
        parse_union("tfidf"), ((1.0,),), (0.0,), (0.5,), (Step("identical_photos", {}),)
    )
    bench = Workbench(Matcher(decision, (), {"num_candidates": 1200}), catalog)
    joined = join_catalogs(catalog, NEW.with_column("image", [""])).catalog
    expected = cards_of(Explainer(bench.matcher, Source(joined)), "new", limit=12)
    found = ask(bench, title=TITLE)
    assert "p5" in [card.second.posting_id for card in found]
    assert_same(found, expected)


def test_none_but_those_around_it_are_judged(bench, monkeypatch):
    monkeypatch.setattr(surroundings, "_FEW", 0)
    source = bench.source.joined(join_catalogs(bench.catalog, NEW).catalog)
    around = open_surroundings(bench.matcher, source, bench.explainer).catalog.posting_ids
    assert set(around) - {"new"} <= {"p0", *(f"p{row}" for row in range(180, 240))}
    assert len(around) > 50


def test_a_photo_is_shown_the_nearest_hashes_however_far():
    hashes = ["0" * 16, *["f" * 16] * 2, *["0" * 14 + "ff"] * 2]
    table = {"posting_id": list("abcde"), "title": "tas", "image_phash": hashes}
    decision = Decision(parse_union("phash"), ((1.0,),), (0.0,), (-9.0,))
    matcher = Matcher(decision, (), {"num_candidates": 5})
    bench = Workbench(matcher, catalog_from_frame(pd.DataFrame(table)))
    new = bench.catalog.frame.assign(posting_id="new", image_phash="0" * 12 + "ffff").iloc[:1]
    source = bench.source.joined(join_catalogs(bench.catalog, catalog_from_frame(new)).catalog)
    cards = cards_of(open_surroundings(matcher, source, bench.explainer), "new", limit=9)
    said = {card.second.posting_id: card.systems[0] for card in cards}
    assert (said["d"].distance, said["d"].rank, said["d"].rank_back) == (8, 1, 3)
    assert (said["a"].distance, said["a"].rank, said["a"].rank_back) == (16, 3, 3)

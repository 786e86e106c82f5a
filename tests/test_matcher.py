"""The matcher: fitted, saved, loaded, it matches as before."""

import numpy as np
import pandas as pd
import pytest

from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.matcher import fit_matcher, load_matcher, match_catalog, save_matcher
from shopee_tf.metrics import row_f1
from shopee_tf.systems import Part, Source, decide, describe
from tfrecords import files
from tfrecords.errors import DataError, IntegrityError, UsageError

WORDS = ["kopi", "susu", "teh", "gula", "sabun", "tas", "baju", "topi"]
CATALOG = catalog_from_frame(
    pd.DataFrame(
        {
            "posting_id": [f"p{row}" for row in range(16)],
            "image_phash": [f"{2 ** (row // 2) * 0x1000001:016x}" for row in range(16)],
            "title": [f"{WORDS[row // 2]} murah {row}" for row in range(16)],
            "label_group": [str(row // 2) for row in range(16)],
        }
    )
)
ROWS = np.arange(16, dtype=np.int32)


def fitted():
    return fit_matcher(["phash", "tfidf"], Source(CATALOG), rows=ROWS)


def test_it_finds_what_it_was_fitted_to_find():
    matcher = fitted()
    assert row_f1(match_catalog(matcher, Source(CATALOG)), CATALOG.labels) == pytest.approx(
        matcher.fitted["f1"]
    )


def test_saved_and_loaded_it_is_the_same(tmp_path):
    matcher = fitted()
    save_matcher(matcher, tmp_path / "matcher")
    assert load_matcher(tmp_path / "matcher") == matcher


@pytest.mark.parametrize("system", ["phash~tfidf", "tfidf^idf+phash", "phash+idf~tfidf_chars"])
def test_ensembles_find_the_same_when_loaded(tmp_path, system):
    matcher = fit_matcher([system], Source(CATALOG), rows=ROWS)
    save_matcher(matcher, tmp_path / "matcher")
    loaded = load_matcher(tmp_path / "matcher")
    assert loaded == matcher
    assert match_catalog(loaded, Source(CATALOG)) == match_catalog(matcher, Source(CATALOG))


def test_titles_that_name_their_product_need_no_trees(tmp_path):
    matcher = fit_matcher(["phash", "tfidf"], Source(CATALOG), rows=ROWS, fusion="pairs")
    assert matcher.decision.fusion.parameters.rounds == ()
    save_matcher(matcher, tmp_path / "matcher")
    found = match_catalog(load_matcher(tmp_path / "matcher"), Source(CATALOG))
    assert row_f1(found, CATALOG.labels) == 1


@pytest.mark.parametrize("system", ["phash", "phash+tfidf", "phash~tfidf", "phash+phash~tfidf"])
@pytest.mark.parametrize("guard", ["none", "veto", "penalty"])
def test_hashes_further_than_the_decision_asks_change_nothing(system, guard):
    matcher = fit_matcher([system], Source(CATALOG), rows=ROWS, variant_guard=guard)
    part = Part(Source(CATALOG), candidates=ROWS, queries=ROWS)
    assert match_catalog(matcher, Source(CATALOG)) == decide(matcher.decision, part).matches


@pytest.mark.parametrize("guard", ["none", "veto", "penalty"])
def test_the_variant_guard_is_saved(tmp_path, guard):
    # Two of the same size are as alike as two of the same colour.
    sizes = [f"{WORDS[row // 4]} {row // 2 % 2 + 1}kg {'ab'[row % 2]}" for row in range(16)]
    source = Source(CATALOG.with_column("title", sizes))
    matcher = fit_matcher(["tfidf"], source, rows=ROWS, variant_guard=guard)
    save_matcher(matcher, tmp_path / "matcher")
    assert load_matcher(tmp_path / "matcher") == matcher
    right = [[row, row ^ 1] for row in range(16)]
    assert (list(match_catalog(matcher, source).values()) == right) == (guard != "none")


def test_a_guard_that_does_not_exist():
    with pytest.raises(UsageError, match="variant_guard=hope: expected one of none, veto, penalty"):
        fit_matcher(["tfidf"], Source(CATALOG), rows=ROWS, variant_guard="hope")


@pytest.mark.parametrize("root", ["", "ram://vectors"])
def test_a_file_of_word_vectors_travels_with_it(tmp_path, root):
    vectors = files.join(root or tmp_path, "vectors.txt")
    lines = [f"{word} {row} {row * row} 9" for row, word in enumerate(WORDS)]
    files.write_text(vectors, "\n".join(lines) + "\n")
    matcher = fit_matcher([f"phash~glove_idf:{vectors}"], Source(CATALOG), rows=ROWS)
    save_matcher(matcher, tmp_path / "matcher")
    expected = match_catalog(matcher, Source(CATALOG))
    files.remove(vectors)
    (tmp_path / "matcher").rename(tmp_path / "elsewhere")
    assert match_catalog(load_matcher(tmp_path / "elsewhere"), Source(CATALOG)) == expected


@pytest.mark.faults
@pytest.mark.parametrize("swap", [True, False])
def test_other_word_vectors_are_refused(tmp_path, swap):
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("".join(f"{word} {row} 1\n" for row, word in enumerate(WORDS)))
    matcher = fit_matcher([f"glove:{vectors}"], Source(CATALOG), rows=ROWS)
    save_matcher(matcher, tmp_path / "matcher")
    inside = tmp_path / "matcher" / "0_vectors.txt"
    inside.unlink()
    if swap:
        inside.write_text("".join(f"{word} 1 {row}\n" for row, word in enumerate(WORDS)))
    with pytest.raises(IntegrityError, match="not what it was; calibrate again"):
        load_matcher(tmp_path / "matcher")


def test_a_matcher_of_the_first_format_is_still_read(tmp_path):
    first = {
        "format": 1,
        "systems": ["phash", "tfidf"],
        "thresholds": [-3.0, None],
        "fitted": {"f1": 0.5, "num_queries": 16, "num_candidates": 16},
    }
    (tmp_path / "matcher").mkdir()
    files.write_sealed_json(tmp_path / "matcher" / "matcher.json", first)
    decision = load_matcher(tmp_path / "matcher").decision
    assert describe(decision) == "phash distance <= 3"
    assert decision.weights == ((1.0,), (1.0,))


def test_it_wants_the_titles_it_was_fitted_with(tmp_path):
    save_matcher(
        fit_matcher(["idf"], Source(CATALOG, title_steps=["units"]), rows=ROWS),
        tmp_path / "matcher",
    )
    matcher = load_matcher(tmp_path / "matcher")
    assert match_catalog(matcher, Source(CATALOG, title_steps=matcher.title_steps))
    with pytest.raises(UsageError, match="fitted with title_steps=units"):
        match_catalog(matcher, Source(CATALOG))


def test_it_matches_listings_without_labels():
    catalog = catalog_from_frame(CATALOG.frame.drop(columns="label_group"))
    assert match_catalog(fitted(), Source(catalog)) == match_catalog(fitted(), Source(CATALOG))


def test_fitting_needs_two_listings_of_a_product():
    with pytest.raises(DataError, match="no two of the 8 listings to fit on are of one product"):
        fit_matcher(["tfidf"], Source(CATALOG), rows=ROWS[::2])


def test_fitting_needs_labels():
    catalog = catalog_from_frame(CATALOG.frame.drop(columns="label_group"))
    with pytest.raises(DataError, match="label_group"):
        fit_matcher(["tfidf"], Source(catalog), rows=ROWS)


@pytest.mark.parametrize(("old", "new"), [("{", ""), ("phash", "tfidf"), ('"systems"', '"system"')])
def test_an_edited_matcher_is_refused(tmp_path, old, new):
    save_matcher(fitted(), tmp_path / "matcher")
    path = tmp_path / "matcher" / "matcher.json"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(IntegrityError, match="matcher"):
        load_matcher(tmp_path / "matcher")


def test_in_the_folder_above_it_the_matcher_is_named(tmp_path):
    save_matcher(fitted(), tmp_path / "mine")
    with pytest.raises(UsageError, match="no matcher, but .*mine is one; is that meant"):
        load_matcher(tmp_path)


def test_a_run_is_not_a_matcher(tmp_path):
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(UsageError, match="a run, not a matcher; python -m shopee_tf.calibrate"):
        load_matcher(tmp_path)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="no such folder"):
        load_matcher(tmp_path / "none")


def test_fitted_among_more_listings_the_thresholds_are_no_looser():
    few = fit_matcher(["tfidf"], Source(CATALOG), rows=ROWS[:6], candidates=ROWS[:6])
    many = fit_matcher(["tfidf"], Source(CATALOG), rows=ROWS[:6])
    assert (few.fitted["num_candidates"], many.fitted["num_candidates"]) == (6, 16)
    assert many.fitted["f1"] <= few.fitted["f1"]


def test_a_catalogue_of_another_size_is_warned_of(caplog):
    few = fit_matcher(["tfidf"], Source(CATALOG), rows=ROWS[:6], candidates=ROWS[:6])
    match_catalog(few, Source(CATALOG))
    assert "fitted for a catalogue of 6 listings, this one has 16" in caplog.text


@pytest.mark.parametrize(
    "count, share, warned", [(8, None, False), (7, None, True), (7, 0.2, False)]
)
def test_where_partners_may_be_lost_a_decision_that_looks_for_none_warns(
    caplog, count, share, warned
):
    matcher = fit_matcher(["tfidf"], Source(CATALOG), rows=ROWS, fusion="sum")
    matcher = matcher._replace(decision=matcher.decision._replace(share=share))
    match_catalog(matcher, Source(CATALOG.take(ROWS[:count])))
    assert ("have lost their partners" in caplog.text) == warned

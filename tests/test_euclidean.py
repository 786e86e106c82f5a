"""A run compared by Euclidean distance, from its name to what the commands print."""

import json

import numpy as np
import pandas as pd
import pytest

from shopee_tf import calibrate, evaluate, match
from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.systems import Decision, Part, Source, System, describe, fit_decision, parse_union
from shopee_tf.systems.grammar import is_euclidean, kind_of, run_folder, short_names
from shopee_tf.systems.run_embeddings import RunEmbeddings
from tests.tiny_catalog import build_tiny_records
from tfrecords.errors import UsageError
from trainers import image

LABELS = [0, 0, 0, 1, 1, 2, 3]
CATALOG = catalog_from_frame(
    pd.DataFrame(
        {
            "posting_id": list("abcdefg"),
            "title": ["x 1kg", "x 2kg", "x 1kg", "y", "y", "z", "w"],
            "label_group": [str(label) for label in LABELS],
        }
    )
)
# All in one direction: by cosine they are the same, by distance 0, 1, 2 | 10, 11 | 30, unknown.
VECTORS = np.outer([5, 6, 7, 15, 16, 35], [0.6, 0.8]).astype(np.float32)
ROWS = np.arange(7, dtype=np.int32)


@pytest.fixture
def run_of_titles(monkeypatch):
    """Runs see no photos, whatever their folder holds."""
    monkeypatch.setattr("shopee_tf.systems.run_embeddings.sees_photos", lambda folder: False)


@pytest.fixture
def part(monkeypatch, run_of_titles):
    """Listings whose embeddings are on a line; the last has none."""
    monkeypatch.setattr(RunEmbeddings, "_stored", lambda self: Embeddings(ROWS[:6], VECTORS))
    return Part(Source(CATALOG), candidates=ROWS, queries=ROWS)


def test_a_name_says_the_folder_and_the_measure():
    (blend,) = parse_union("euclidean:runs/a/").blends
    assert str(blend) == "euclidean:runs/a"
    assert is_euclidean(blend)
    assert (kind_of("euclidean:runs/a"), run_folder("euclidean:runs/a")) == ("run", "runs/a")
    assert short_names(["euclidean:x/a", "x/a"]) == {"euclidean:x/a": "euclidean:a", "x/a": "a"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("euclidean:a~tfidf", "~ adds cosines, and euclidean: gives distances"),
        ("phash~euclidean:a", "~ adds cosines"),
        ("euclidean:a^b", r"\^ joins embeddings for cosines"),
        ("tfidf^euclidean:a", r"\^ joins embeddings"),
        ("euclidean:", "the folder of a run is missing after euclidean:"),
    ],
)
def test_distances_are_not_added_to_cosines(text, message):
    with pytest.raises(UsageError, match=message):
        parse_union(text)


def test_similarity_is_minus_the_distance(part):
    found = part.neighbors(System(("euclidean:run",)))
    np.testing.assert_array_equal(found.neighbors[0], [0, 1, 2, 3, 4, 5])
    np.testing.assert_allclose(found.similarities[0], [0, -1, -2, -10, -11, -30], rtol=1e-6)


def test_a_listing_without_an_embedding_finds_itself_at_distance_0(part):
    found = part.neighbors(System(("euclidean:run",)))
    np.testing.assert_array_equal(found.neighbors[6], [6, -1, -1, -1, -1, -1])
    assert found.similarities[6, 0] == 0


def test_the_threshold_lies_between_the_distances_of_matches_and_of_others(part):
    decision, f1 = fit_decision(parse_union("euclidean:run"), part)
    assert f1 == 1
    assert decision.thresholds == pytest.approx((-5.0,))  # midway between 2 and 8, from 7 to 15
    assert describe(decision) == "distance <= 5"


def test_by_cosine_the_same_embeddings_tell_nothing_apart(part):
    assert fit_decision(parse_union("run"), part).f1 < 0.7


def test_a_union_of_both_measures_is_fitted_together(part):
    decision, f1 = fit_decision(parse_union("tfidf+euclidean:run"), part)
    assert f1 == 1
    assert "euclidean:run distance <= " in describe(decision)


@pytest.mark.parametrize(
    ("threshold", "penalty", "said"),
    [
        (-16.5, 0.0, "distance <= 16.5"),
        (-7.25, 2.0, "distance <= 7.25 (other variants - 2)"),
        (np.inf, 0.0, "never"),
    ],
)
def test_a_decision_in_words(threshold, penalty, said):
    union = parse_union("euclidean:runs/a")
    assert describe(Decision(union, ((1.0,),), (penalty,), (threshold,))) == said


def test_penalties_are_of_the_size_of_distances(part):
    (blend,) = parse_union("euclidean:run").blends
    penalty = part.fit_penalty(blend, (1.0,))
    known = [abs(a - b) for a in VECTORS @ [0.6, 0.8] for b in VECTORS @ [0.6, 0.8] if a != b]
    shares = np.array([0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, np.inf])
    assert np.isclose(penalty, shares[:-1] * np.median(known)).any() or np.isinf(penalty)


def test_a_penalty_is_fitted_where_all_listings_look_the_same(run_of_titles, monkeypatch):
    same = Embeddings(ROWS, np.ones((7, 2), np.float32))
    monkeypatch.setattr(RunEmbeddings, "_stored", lambda self: same)
    part = Part(Source(CATALOG), candidates=ROWS, queries=ROWS)
    decision = fit_decision(parse_union("euclidean:run"), part, variant_guard="penalty").decision
    assert decision.penalties[0] >= 0


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A small catalogue and a run of no epochs on it."""
    folder = tmp_path_factory.mktemp("house")
    data = build_tiny_records(folder, image_size=48)
    image.main(
        [
            f"--data={data}", f"--workdir={folder / 'frozen'}", "--backbone=tiny",
            "--weights=none", "--image_size=32", "--epochs=0", "--fold=0", "--batch_size=8",
        ]
    )  # fmt: skip
    return folder


def flags(house):
    return [f"--csv={house / 'train.csv'}", f"--images={house / 'train_images'}"]


def test_evaluate_scores_and_draws_both_measures(house, tmp_path, capsys):
    run = house / "frozen"
    evaluate.main(
        [
            *flags(house), f"--systems={run},euclidean:{run}",
            f"--output={tmp_path / 'r.json'}", f"--plot={tmp_path / 'r.png'}",
        ]
    )  # fmt: skip
    rows = json.loads((tmp_path / "r.json").read_text())["results"]
    assert [row["system"].startswith("euclidean:") for row in rows] == [False, True, False]
    assert rows[1]["decision"].startswith("distance <= ")
    assert rows[1]["thresholds"][0] < 0
    assert "euclidean:frozen" in capsys.readouterr().out
    assert (tmp_path / "r.png").stat().st_size > 10_000


def test_a_matcher_takes_its_runs_along_with_their_measure(house, tmp_path):
    systems = f"--systems=euclidean:{house / 'frozen'},phash"
    calibrate.main([*flags(house), systems, f"--matcher={house / 'matcher'}"])
    (house / "matcher").rename(tmp_path / "elsewhere")
    output = tmp_path / "submission.csv"
    match.main([*flags(house), f"--matcher={tmp_path / 'elsewhere'}", f"--output={output}"])
    about = json.loads((tmp_path / "elsewhere" / "matcher.json").read_text())
    assert about["systems"] == ["euclidean:0_frozen", "phash"]
    assert len(pd.read_csv(output)) == 60


def test_a_folder_that_is_no_run(house):
    values = [*flags(house), f"--systems=euclidean:{house / 'nothing'}"]
    with pytest.raises(SystemExit) as end:
        evaluate.main(values)
    assert end.value.code == 1

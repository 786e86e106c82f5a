import json
import shutil

import pytest

from shopee_tf.exporting import model_card
from shopee_tf.models.saving import load_encoder
from tfrecords.errors import IntegrityError


@pytest.fixture
def run(tiny, tmp_path):
    shutil.copytree(tiny / "image", tmp_path / "run")
    return tmp_path / "run"


@pytest.fixture(scope="module")
def encoder(tiny):
    return load_encoder(tiny / "image" / "encoder")


def card(run, encoder, format="saved_model"):
    records = model_card.read_records(run)
    return model_card.model_card(records, encoder, format=format, num_bytes=1_234_567)


def change(run, **values):
    about = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(about | values))


def test_says_what_it_was_trained_on(run, encoder):
    about = json.loads((run / "run.json").read_text())
    listings = len((run / "trained_on.csv").read_text().splitlines()) - 1
    text = card(run, encoder)
    assert f"{listings} listings of {about['num_classes']} products" in text
    assert (
        f"fold 0 of 5, for scoring, and fold 1, for choosing (split {about['split_hash'][:12]}"
        in text
    )


def test_says_how_good_it_is_and_that_it_is_no_score(run, encoder):
    change(run, f1=0.81234, threshold=0.4567, choosing_rows=1234)
    text = card(run, encoder)
    assert "F1 0.8123 at cosine similarity 0.457, among the 1,234 listings" in text
    assert "That is not a score" in text


def test_without_a_fold_no_figure_is_given(run, encoder):
    change(run, fold=None, f1=None, threshold=None)
    text = card(run, encoder)
    assert "No product was held out." in text
    assert "Not known from the run" in text


def test_a_run_that_was_not_judged_says_how_to_score_it(run, encoder):
    """As trainers.autoencoder --fold=0 leaves it."""
    change(run, made_for="distance", f1=None, threshold=None, choosing_rows=0)
    text = card(run, encoder)
    assert "look alike have vectors of small Euclidean distance" in text
    assert "listings, whose labels were not looked at," in text
    assert "it was not judged in training" in text and "--systems=euclidean:RUN" in text
    assert "by Euclidean distance: do not normalise it" in text
    assert "cosine" not in text and "all products were trained on" not in text


def test_a_classifier_tells_its_products_and_accuracies(run, encoder):
    """As trainers.classifier leaves it."""
    change(
        run, made_for="logits", fold=None, f1=None, threshold=0.0, validation_accuracy=0.75,
        test_accuracy=0.8125, test_rows=16, choosing_rows=12, products=["shoe", "bag"],
    )  # fmt: skip
    text = card(run, encoder)
    assert text.startswith("# Classifier of photos by product\n")
    assert "Turns a photo into 16 logits" in text
    assert "in the order of the logits:\n\n```\nshoe\nbag\n```" in text
    assert "Accuracy 0.8125 on the 16 photos of the test" in text
    assert "0.7500 on those that the\nepoch was chosen on" in text
    assert "| epoch | loss | accuracy in training | accuracy in validation |" in text
    assert "cosine" not in text and "No product was held out" not in text


def test_a_classifier_that_was_not_tested_says_so(run, encoder):
    change(run, made_for="logits", fold=None, f1=None, finished=False)
    text = card(run, encoder)
    assert "which has not finished: it is tested in the end" in text
    assert "## Products\n\nNot known" in text


def test_an_untrained_encoder_says_so(run, encoder):
    (run / "trained_on.csv").write_text("posting_id,image,image_phash\n")
    assert "Nothing: it is the network as it comes." in card(run, encoder)


def test_a_run_that_has_not_finished_says_so(run, encoder):
    assert "had not finished" not in card(run, encoder)
    change(run, finished=False)
    assert "The run had not finished." in card(run, encoder)


def test_says_how_it_was_made(run, encoder):
    text = card(run, encoder)
    assert (run / "flags.txt").read_text().rstrip() in text
    assert f"tensorflow {json.loads((run / 'env.json').read_text())['tensorflow']}" in text
    epoch = json.loads((run / "metrics.jsonl").read_text().splitlines()[0])
    assert f"| 1 | {epoch['loss']:.4f} | {epoch['choose_f1']:.4f} |" in text


@pytest.mark.parametrize("format", ["saved_model", "litert"])
def test_says_what_goes_in_and_comes_out(format, run, encoder):
    text = card(run, encoder, format)
    assert "`pixels` [batch, 32, 32, 3] float32, RGB in 0..255" in text
    assert "`embedding` [batch, 16] float32" in text
    assert ("`image` [batch] string" in text) == (format == "saved_model")
    assert f"{encoder.model.count_params():,} parameters, 1.2 MB" in text
    assert "not normalised" in text


@pytest.mark.parametrize("name", ["flags.txt", "env.json", "metrics.jsonl", "run.json"])
def test_a_run_that_lacks_a_file_is_refused(name, run):
    (run / name).unlink()
    with pytest.raises(IntegrityError, match=name):
        model_card.read_records(run)


def test_a_run_that_does_not_say_how_good_it_is_is_refused(run):
    about = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({k: v for k, v in about.items() if k != "f1"}))
    with pytest.raises(IntegrityError, match="run.json: lacks f1; give the command"):
        model_card.read_records(run)


def test_damaged_metrics_are_refused(run):
    (run / "metrics.jsonl").write_text('{"epoch": 0')
    with pytest.raises(IntegrityError, match="metrics.jsonl: damaged"):
        model_card.read_records(run)

"""The photo trainer from records to a run folder."""

import json
import signal
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from shopee_tf import options
from shopee_tf.data.catalog import read_catalog
from shopee_tf.data.folds import assign_folds, fold_rows
from shopee_tf.encoding import embed_records
from shopee_tf.models.configs import ImageEncoderConfig
from shopee_tf.models.saving import load_encoder
from shopee_tf.training.config import TrainingConfig
from tests.tiny_catalog import build_tiny_records
from tfrecords.errors import DataError, IntegrityError, ResourceError, UsageError
from tfrecords.manifest import load_manifest
from trainers import image

TINY = ImageEncoderConfig("tiny", image_size=32, embedding_dim=16, weights="none")
FAST = TrainingConfig(fold=0, epochs=2, batch_size=8, learning_rate=3e-3, clip_norm=10.0)


def fast(**changes):
    return replace(FAST, **changes)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return build_tiny_records(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    workdir = tmp_path_factory.mktemp("runs") / "image"
    return image.train(data, workdir, encoder=TINY, config=FAST), workdir


def test_leaves_a_run_folder(trained, data):
    result, workdir = trained
    about = json.loads((workdir / "run.json").read_text())
    catalog = read_catalog(data / "catalog.csv")
    assert about["kind"] == "image"
    assert (about["fold"], about["num_folds"], about["split_seed"]) == (0, 5, 0)
    assert about["ids_sha256"] == catalog.ids_sha256
    assert about["finished"]
    assert (about["f1"], about["epoch"]) == (result.f1, result.epoch)
    assert json.loads((workdir / "env.json").read_text())["devices"]
    assert list((workdir / "tensorboard").iterdir())


def test_trains_on_the_other_folds_only(trained, data):
    _, workdir = trained
    catalog = read_catalog(data / "catalog.csv")
    rows = fold_rows(assign_folds(catalog, num_folds=5, seed=0), 0)
    found = pd.read_csv(workdir / "trained_on.csv", dtype=str)
    assert list(found.columns) == ["posting_id", "image", "image_phash", "label_group"]
    assert set(found["posting_id"]) == set(catalog.posting_ids[rows.train])
    about = json.loads((workdir / "run.json").read_text())
    assert about["num_classes"] == len(np.unique(catalog.labels[rows.train]))


def test_no_epochs_keep_the_encoder_as_it_comes(data, tmp_path):
    result = image.train(data, tmp_path / "run", encoder=TINY, config=fast(epochs=0))
    assert result.steps == 0
    assert 0 < result.f1 <= 1
    kept = load_encoder(tmp_path / "run" / "encoder").config
    assert kept == replace(TINY, stored_size=load_manifest(str(data)).image_size)
    assert len(pd.read_csv(tmp_path / "run" / "trained_on.csv")) == 0


def test_no_epochs_again_leave_one_line_of_metrics(data, tmp_path):
    for _ in range(2):
        image.train(data, tmp_path / "run", encoder=TINY, config=fast(epochs=0))
    assert len((tmp_path / "run" / "metrics.jsonl").read_text().splitlines()) == 1


def test_stopped_while_judging_no_epochs_ends_as_the_signal_would(data, tmp_path, monkeypatch):
    from shopee_tf.training import session
    from shopee_tf.training.signals import Stopped

    def stopped(*args, **options):
        raise Stopped(signal.SIGTERM)

    monkeypatch.setattr(session, "judge_encoder", stopped)
    with pytest.raises(SystemExit) as end:
        image.train(data, tmp_path / "run", encoder=TINY, config=fast(epochs=0))
    assert end.value.code == 143


def test_a_line_of_metrics_an_epoch(trained):
    result, workdir = trained
    lines = [json.loads(line) for line in (workdir / "metrics.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines] == [0, 1]
    assert max(line["choose_f1"] for line in lines) == result.f1
    assert result.steps == lines[-1]["step"]


def test_the_encoder_kept_is_that_of_the_best_epoch(trained, data):
    from shopee_tf.training.judge import judge_encoder

    result, workdir = trained
    catalog = read_catalog(data / "catalog.csv")
    choose = fold_rows(assign_folds(catalog, num_folds=5, seed=0), 0).choose
    encoder = load_encoder(workdir / "encoder")
    again = judge_encoder(encoder, data, rows=choose, labels=catalog.labels)
    assert again.f1 == pytest.approx(result.f1)


def test_flags_txt_is_the_run(trained):
    _, workdir = trained
    values = options.parse(image.define_flags, [f"--flagfile={workdir / 'flags.txt'}"])
    config, encoder = image.check_flags(values)
    assert (config, encoder) == (FAST, TINY)
    assert values.workdir == str(workdir)


def test_a_finished_run_stays_as_it_is(trained, data):
    result, workdir = trained
    assert image.train(data, workdir, encoder=TINY, config=FAST) == result


def test_changed_flags_are_refused(trained, data):
    _, workdir = trained
    with pytest.raises(UsageError, match=r"--learning_rate was 0.003, is 0.1"):
        image.train(data, workdir, encoder=TINY, config=fast(learning_rate=0.1))


def test_changed_data_is_refused(trained, tmp_path):
    _, workdir = trained
    other = build_tiny_records(tmp_path, num_products=15)
    with pytest.raises(IntegrityError, match="number of classes was"):
        image.train(other, workdir, encoder=TINY, config=FAST)


def test_learns_what_tells_products_apart(data, tmp_path):
    config = fast(epochs=8, fold=None, cache="memory")
    result = image.train(data, tmp_path / "all", encoder=TINY, config=config)
    assert result.f1 is None
    lines = (tmp_path / "all" / "metrics.jsonl").read_text().splitlines()
    losses = [json.loads(line)["loss"] for line in lines]
    assert losses[-1] < 0.8 * losses[0]
    vectors = embed_records(load_encoder(tmp_path / "all" / "encoder"), data).vectors
    assert vectors.shape == (60, 16)


def test_a_loss_that_is_not_finite_stops_and_names_its_rows(data, tmp_path):
    config = fast(learning_rate=1e30, clip_norm=0.0, warmup_epochs=0.0)
    with pytest.raises(DataError, match=r"the loss of step \d+ is (nan|inf)"):
        image.train(data, tmp_path / "run", encoder=TINY, config=config)
    with np.load(tmp_path / "run" / "nan_batch.npz") as found:
        assert len(found["rows"]) == 8
        assert found["step"] < 6
    assert not list((tmp_path / "run").glob("checkpoints/*"))


def test_fewer_rows_than_a_batch(data, tmp_path, caplog):
    config = fast(epochs=1, batch_size=512)
    assert image.train(data, tmp_path / "run", encoder=TINY, config=config).steps == 1
    assert "batch size" in caplog.text


def test_a_dry_run_writes_nothing(data, tmp_path):
    result = image.train(data, tmp_path / "run", encoder=TINY, config=FAST, dry_run=True)
    assert (result.epoch, result.steps) == (-1, 0)
    assert not (tmp_path / "run").exists()


def test_one_product_cannot_be_trained_on(data, tmp_path):
    with pytest.raises(DataError, match="all of one product"):
        image.train(data, tmp_path / "run", encoder=TINY, config=fast(fold=None, limit_rows=2))


def test_out_of_memory_says_what_to_try(data, tmp_path, monkeypatch):
    import tensorflow as tf

    from shopee_tf.training import session

    def no_memory(*args, **options):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    monkeypatch.setattr(session.Session, "make_step", no_memory)
    with pytest.raises(ResourceError, match=r"batch 8 at 32 px .* --batch_size=4"):
        image.train(data, tmp_path / "run", encoder=TINY, config=FAST)


def test_keras_cv_needs_noresume(data, tmp_path):
    with pytest.raises(UsageError, match="--noresume"):
        image.train(data, tmp_path / "run", encoder=TINY, config=FAST, augment="keras_cv")


def test_noresume_leaves_no_encoder_of_the_former_run(data, tmp_path, monkeypatch):
    """It learnt from rows that the new run may list as held out."""
    from shopee_tf.training import session

    def stop(self):
        raise KeyboardInterrupt

    workdir = tmp_path / "run"
    image.train(data, workdir, encoder=TINY, config=fast(epochs=0, fold=None))
    (workdir / "embeddings").mkdir()
    monkeypatch.setattr(session.Session, "make_step", stop)
    with pytest.raises(KeyboardInterrupt):
        image.train(data, workdir, encoder=TINY, config=fast(resume=False))
    assert not (workdir / "encoder").exists()
    assert not (workdir / "embeddings").exists()


def test_noresume_on_data_that_cannot_be_used_removes_nothing(trained, tmp_path):
    _, workdir = trained
    with pytest.raises(UsageError, match="no such folder"):
        image.train(tmp_path / "typo", workdir, encoder=TINY, config=fast(resume=False))
    assert load_encoder(workdir / "encoder").config == TINY
    assert list((workdir / "checkpoints").iterdir())


@pytest.mark.faults
def test_a_file_where_the_run_folder_should_be(data, tmp_path):
    (tmp_path / "run").write_text("")
    with pytest.raises(UsageError, match="run is a file; name a folder"):
        image.train(data, tmp_path / "run", encoder=TINY, config=FAST)


@pytest.mark.faults
def test_what_cannot_be_trained_leaves_no_run_folder(data, tmp_path):
    encoder = replace(TINY, weights="none.weights.h5")
    with pytest.raises(UsageError, match="not a weights file of tiny"):
        image.train(data, tmp_path / "runs" / "run", encoder=encoder, config=FAST)
    assert not (tmp_path / "runs").exists()


def test_two_trainers_cannot_share_a_folder(data, tmp_path):
    from tfrecords import files
    from tfrecords.errors import LockedError

    with files.lock(tmp_path / "run"), pytest.raises(LockedError):
        image.train(data, tmp_path / "run", encoder=TINY, config=FAST)

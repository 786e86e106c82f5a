"""The classifier of the largest products, from records to its curves."""

import dataclasses
import json

import numpy as np
import pytest

from shopee_tf import draw_curves, options
from shopee_tf.models.saving import load_encoder
from shopee_tf.training.accuracy import score_classes
from shopee_tf.training.checkpoints import fingerprint, read_latest
from shopee_tf.training.class_rows import class_rows
from shopee_tf.training.classifier_config import ClassifierConfig
from shopee_tf.training.config import TrainingConfig
from tests.tiny_catalog import build_tiny_records
from tests.trainers.unused_fields import other_values
from tfrecords.errors import DataError, UsageError
from trainers import classifier

TINY = ClassifierConfig(num_classes=3, image_size=32, augment="flip")
FAST = TrainingConfig(
    epochs=3, batch_size=8, learning_rate=0.02, clip_norm=10.0, strategy="cpu", cache="memory"
)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Six products of ten photos, each of another colour."""
    folder = tmp_path_factory.mktemp("tiny")
    return build_tiny_records(folder, num_products=6, num_photos=10, image_size=48)


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    workdir = tmp_path_factory.mktemp("runs") / "cnn"
    return classifier.train(data, workdir, classifier=TINY, config=FAST), workdir


def lines(workdir):
    return [json.loads(line) for line in (workdir / "metrics.jsonl").read_text().splitlines()]


def test_it_learns_colours(trained):
    result, workdir = trained
    assert result.num_test == 3
    assert lines(workdir)[-1]["train_accuracy"] > 0.6
    assert lines(workdir)[-1]["train_loss"] < lines(workdir)[0]["train_loss"]


def test_the_epoch_kept_is_the_best_in_validation(trained):
    result, workdir = trained
    found = [line["choose_accuracy"] for line in lines(workdir)]
    assert result.validation_accuracy == max(found)
    assert result.epoch == found.index(max(found))


def test_run_json_tells_the_test_and_no_f1(trained, data):
    result, workdir = trained
    about = json.loads((workdir / "run.json").read_text())
    split = class_rows(data, FAST, num_classes=3)
    score = score_classes(
        load_encoder(workdir / "encoder"), data, split.test, split.classes(split.test)
    )
    assert (about["f1"], about["made_for"]) == (None, "logits")
    assert about["validation_accuracy"] == result.validation_accuracy
    assert about["test_accuracy"] == result.test_accuracy == score.accuracy
    assert (about["test_rows"], about["identical_photos_left_out"]) == (3, 0)
    assert about["products"] == ["1000", "1001", "1002"]


def test_a_finished_run_is_tested_again_alike(trained, data):
    result, workdir = trained
    assert classifier.train(data, workdir, classifier=TINY, config=FAST) == result


def test_a_dry_run_writes_nothing(data, tmp_path):
    result = classifier.train(data, tmp_path / "run", classifier=TINY, config=FAST, dry_run=True)
    assert (result.epoch, result.test_accuracy, result.num_test) == (-1, None, 3)
    assert not (tmp_path / "run").exists()


def test_flags_txt_is_the_run(trained):
    _, workdir = trained
    argv = [f"--flagfile={workdir / 'flags.txt'}"]
    config, found = classifier.check_flags(options.parse(classifier.define_flags, argv))
    assert found == TINY
    assert (config.epochs, config.learning_rate, config.split_seed) == (3, 0.02, 0)


def test_another_split_is_another_run(trained, data):
    _, workdir = trained
    config = dataclasses.replace(FAST, split_seed=1)
    with pytest.raises(UsageError, match="--split_seed was 0, is 1"):
        classifier.train(data, workdir, classifier=TINY, config=config)


def test_fields_without_use_change_nothing(trained, data, tmp_path):
    result, workdir = trained
    config = dataclasses.replace(FAST, **other_values(classifier.UNUSED))
    found = classifier.train(data, tmp_path / "cnn", classifier=TINY, config=config)
    assert found == result._replace(workdir=found.workdir)
    here, there = (read_latest(folder / "checkpoints") for folder in (tmp_path / "cnn", workdir))
    assert fingerprint(here.arrays) == fingerprint(there.arrays)
    assert here.meta["settings"] | {"workdir": str(workdir)} == there.meta["settings"]


def test_limit_rows_takes_the_first_rows(data):
    """Of the 35 first listings three products have ten photos, and a fourth has five."""
    config = dataclasses.replace(FAST, limit_rows=35)
    split = class_rows(data, config, num_classes=4)
    rows = np.concatenate([split.rows.train, split.rows.choose, split.test])
    assert sorted(rows) == list(range(35))
    argv = ["--data=d", "--workdir=w", "--limit_rows=35"]
    config, _ = classifier.check_flags(options.parse(classifier.define_flags, argv))
    assert config.limit_rows == 35


def test_the_help_names_the_optimizer_that_is_used(capsys):
    with pytest.raises(SystemExit):
        classifier.main(["--help"])
    printed = capsys.readouterr().out
    assert "Weight decay of SGD." in printed
    assert "AdamW" not in printed


def test_after_no_epochs_the_network_is_as_it_comes(data, tmp_path, capsys):
    argv = [f"--data={data}", f"--workdir={tmp_path}", "--num_classes=3", "--image_size=32"]
    classifier.main([*argv, "--epochs=0", "--strategy=cpu"])
    assert ": encoder as it comes, accuracy 0." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--model=efficientnet_b0", "--weights=imagenet"], False),
        (["--model=efficientnet_b0", "--weights=imagenet", "--train_batch_norm"], True),
        (["--weights=none"], True),
        (["--weights=none", "--notrain_batch_norm"], False),
    ],
    ids=["pretrained", "pretrained-asked", "scratch", "scratch-asked"],
)
def test_pretrained_batch_normalization_trains_where_asked(flags, expected):
    values = options.parse(classifier.define_flags, ["--data=d", "--workdir=w", *flags])
    _, found = classifier.check_flags(values)
    assert found.encoder().train_batch_norm is expected


@pytest.mark.parametrize(
    "flag",
    [
        "--num_classes=1", "--momentum=1", "--model=vgg", "--weights=imagenet",
        "--weights=no/such/file", "--augment=blur", "--augment=keras_cv", "--fold=0",
        "--image_size=16", "--dropout=1",
        "--strategy=multi_worker",
    ],
)  # fmt: skip
def test_refused(flag):
    with pytest.raises(UsageError) as error:
        argv = ["--data=d", "--workdir=w", flag]
        classifier.check_flags(options.parse(classifier.define_flags, argv))
    assert "\n" not in str(error.value)


def test_the_curves_of_runs_in_one_figure(trained, tmp_path, capsys):
    _, workdir = trained
    plot = tmp_path / "curves.png"
    draw_curves.main([f"--runs={workdir},{workdir}", f"--plot={plot}"])
    assert plot.read_bytes().startswith(b"\x89PNG")
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].split()[0] == "run"
    assert [line.split()[:2] for line in printed[2:4]] == [["cnn", "3"]] * 2


def test_a_run_without_accuracy_has_no_curves(tmp_path):
    from shopee_tf.evaluation.learning_curves import read_learning_curves

    (tmp_path / "run.json").write_text('{"kind": "image"}')
    (tmp_path / "metrics.jsonl").write_text('{"epoch": 0, "loss": 1.0}\n')
    with pytest.raises(DataError, match="expected the epochs of a run of trainers.classifier"):
        read_learning_curves(tmp_path)


@pytest.mark.faults
@pytest.mark.parametrize(
    ("run", "code", "said"),
    [
        ({}, 1, "not the folder of a run"),
        (None, 1, "no such folder; a trainer makes it"),
        ({"flags.txt": ""}, 3, "run.json"),
        ({"run.json": "{}"}, 2, "metrics.jsonl: not there; the first epoch that ends writes it"),
        ({"flags.txt": "# python -m trainers.image --flagfile=..."}, 2, "a run of trainers.image;"),
        ({"run.json": "{}", "metrics.jsonl": "{"}, 3, "metrics.jsonl: not readable"),
    ],
    ids=["other", "missing", "no-run.json", "no-epoch", "another trainer's", "damaged"],
)
def test_runs_that_cannot_be_drawn(run, code, said, tmp_path, capsys):
    if run is not None:
        (tmp_path / "run").mkdir()
        for name, text in run.items():
            (tmp_path / "run" / name).write_text(text)
    with pytest.raises(SystemExit) as end:
        draw_curves.main([f"--runs={tmp_path / 'run'}", f"--plot={tmp_path / 'curves.png'}"])
    assert (end.value.code, said in capsys.readouterr().err) == (code, True)

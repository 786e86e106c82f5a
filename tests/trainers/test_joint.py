"""The trainer of photo and title together, from records to a system like every other."""

import dataclasses
import json
import pathlib
import shutil

import numpy as np
import pandas as pd
import pytest

from shopee_tf import embed, evaluate, export, options
from shopee_tf.data.augment_config import AugmentConfig
from shopee_tf.data.catalog import read_catalog
from shopee_tf.encoding import embed_catalog, embed_records
from shopee_tf.models.configs import ImageEncoderConfig, JointEncoderConfig, TitleEncoderConfig
from shopee_tf.models.saving import load_encoder
from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.joint_start import check_start, start_joint_encoder
from tests.tiny_catalog import build_tiny_records
from tests.trainers.crash import assert_goes_on_exactly
from tfrecords.errors import UsageError
from trainers import image, joint, text

PHOTOS = ImageEncoderConfig("tiny", image_size=32, embedding_dim=8, pooling="gem", weights="none")
TITLES = TitleEncoderConfig(
    "scratch", max_length=12, hidden_dim=16, num_layers=1, vocabulary_size=200, dropout=0.1,
    title_steps=("units",),
)  # fmt: skip
TINY = JointEncoderConfig(PHOTOS, TITLES, neck="batch_norm", embedding_dim=12, dropout=0.1)
FAST = TrainingConfig(fold=0, epochs=2, batch_size=8, learning_rate=3e-3, layer_lr_decay=0.9)
NEEDED = ["--data=data", "--workdir=run"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return build_tiny_records(tmp_path_factory.mktemp("tiny"), image_size=40)


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    workdir = tmp_path_factory.mktemp("runs") / "joint"
    return joint.train(data, workdir, encoder=TINY, config=FAST), workdir


def test_leaves_an_encoder_of_listings(trained, data):
    result, workdir = trained
    assert 0 < result.f1 <= 1
    assert json.loads((workdir / "run.json").read_text())["kind"] == "joint"
    encoder = load_encoder(workdir / "encoder")
    stored = dataclasses.replace(PHOTOS, stored_size=40)
    assert encoder.config == dataclasses.replace(TINY, image=stored)
    vectors = embed_records(encoder, data).vectors
    assert vectors.shape == (60, 12)
    catalog, images = read_catalog(data / "catalog.csv"), data.parent / "train_images"
    again = embed_catalog(encoder, catalog, images=images, batch_size=7)
    np.testing.assert_allclose(again.vectors, vectors, rtol=1e-4, atol=1e-4)


def test_speeds_are_of_listings(trained):
    _, workdir = trained
    line = json.loads((workdir / "metrics.jsonl").read_text().splitlines()[0])
    assert "listings_per_second" in line


def test_flags_txt_is_the_run(trained):
    _, workdir = trained
    values = options.parse(joint.define_flags, [f"--flagfile={workdir / 'flags.txt'}"])
    assert joint.check_flags(values) == (FAST, TINY)


def test_a_listing_whose_photo_cannot_be_read_has_no_embedding(trained, data, tmp_path, caplog):
    catalog = read_catalog(data / "catalog.csv", limit_rows=4)
    for name in catalog.images:
        (tmp_path / name).write_bytes((data.parent / "train_images" / name).read_bytes())
    (tmp_path / catalog.images[1]).write_bytes(b"not a photo")
    encoder = load_encoder(trained[1] / "encoder")
    assert embed_catalog(encoder, catalog, images=tmp_path).rows.tolist() == [0, 2, 3]
    assert "1 of 4 photos" in caplog.text


def test_is_a_system_like_every_other(trained, data, tmp_path, capsys):
    _, workdir = trained
    embed.main([f"--run={workdir}", f"--data={data}"])
    csv = data.parent / "train.csv"
    evaluate.main([
        f"--csv={csv}", f"--systems={workdir}", f"--output={tmp_path / 'results.json'}",
        "--protocol=held-out",
    ])  # fmt: skip
    (row,) = json.loads((tmp_path / "results.json").read_text())["results"]
    assert 0 < row["f1"] <= 1
    assert "60 embeddings of 12 numbers" in capsys.readouterr().out


@pytest.mark.faults
def test_export_is_refused_in_one_line(trained, tmp_path, capsys):
    with pytest.raises(SystemExit) as end:
        export.main([f"--run={trained[1]}", f"--output={tmp_path / 'exported'}"])
    assert end.value.code == 1
    assert capsys.readouterr().err.startswith("error: a joint encoder")
    assert not (tmp_path / "exported").exists()


def test_a_run_that_crashed_goes_on_exactly(data, tmp_path, monkeypatch):
    """With rows in an order of ours, out of memory, and an average of the weights."""
    config = dataclasses.replace(
        FAST, epochs=1, fold=None, limit_rows=48, save_every=2,
        head="supcon", cache="memory", ema_decay=0.9,
    )  # fmt: skip

    def train(workdir):
        joint.train(data, workdir, encoder=TINY, config=config)

    assert_goes_on_exactly(train, tmp_path, monkeypatch)


@pytest.mark.parametrize("name", ["pooling", "neck", "embedding_dim", "dropout", "mix"])
def test_what_two_encoders_have_needs_a_prefix_and_titles_are_not_mixed(name):
    with pytest.raises(UsageError, match=f"Unknown command line flag '{name}'"):
        options.parse(joint.define_flags, [*NEEDED, f"--{name}=1"])


@pytest.mark.faults
@pytest.mark.parametrize(
    ("flag", "message"),
    [
        ("--image_dropout=1", "--image_dropout=1.0: expected"),
        ("--title_dropout=1", "--title_dropout=1.0: expected"),
        ("--joint_dropout=1", "--joint_dropout=1.0: expected"),
        ("--title_pooling=pooled", "--title_pooling=pooled: a scratch encoder has mean and cls"),
        ("--joint_neck=dense_dropout_batch_norm", "dense layer, --joint_embedding_dim"),
        ("--image_neck=dense_dropout_batch_norm", "dense layer, --image_embedding_dim"),
        ("--weights=no/such/file", "--weights=no/such/file: expected"),
        ("--encoder=folder", "a hub encoder needs --encoder= and --preprocessor="),
        ("--augment=keras_cv", "does not repeat"),
    ],
)
def test_refused_by_the_name_of_its_flag(flag, message):
    values = options.parse(joint.define_flags, [*NEEDED, flag])
    with pytest.raises(UsageError, match=message):
        joint.check_flags(values)


@pytest.mark.faults
def test_mixed_photos_are_refused(data, tmp_path):
    with pytest.raises(UsageError, match="--mix=cutmix: expected none"):
        joint.train(data, tmp_path, encoder=TINY, augment=AugmentConfig(mix="cutmix"))


@pytest.fixture(scope="module")
def parts(data, tmp_path_factory):
    """A run of photos and a run of titles, as flags."""
    folder = tmp_path_factory.mktemp("parts")
    config = dataclasses.replace(FAST, epochs=1)
    image.train(data, folder / "image", encoder=PHOTOS, config=config)
    text.train(data, folder / "text", encoder=TITLES, config=config)
    return [f"--image_run={folder / 'image'}", f"--title_run={folder / 'text'}"]


def checked(*flags):
    return joint.check_flags(options.parse(joint.define_flags, flags))


def test_starts_from_what_runs_learnt(parts, data, tmp_path):
    joint.main([f"--data={data}", f"--workdir={tmp_path}", "--fold=0", "--epochs=0", *parts])
    found = embed_records(load_encoder(tmp_path / "encoder"), data).vectors
    expected = []
    for part in parts:
        vectors = embed_records(load_encoder(f"{part.partition('=')[2]}/encoder"), data).vectors
        expected.append(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    np.testing.assert_allclose(found, np.concatenate(expected, axis=1), atol=1e-5)
    assert checked(f"--flagfile={tmp_path / 'flags.txt'}") == checked(
        *NEEDED, "--fold=0", "--epochs=0", *parts
    )


def test_of_a_run_it_starts_from_other_layers_may_train(parts):
    _, config = checked(*NEEDED, *parts, "--unfreeze=last_layer", "--notrain_batch_norm")
    assert (config.image.unfreeze, config.image.train_batch_norm) == ("last_layer", False)
    started = start_joint_encoder(config, titles=["tas"], image_run=parts[0].partition("=")[2])
    paths = [variable.path for variable in started.image.model.trainable_variables]
    assert paths[0].startswith("image_encoder/block5_conv")
    assert not any("block4" in path or "bn" in path for path in paths)


@pytest.mark.parametrize(
    ("part", "flags"),
    [(0, ["--weights=no/such/file"]), (1, ["--encoder=no/such", "--preprocessor=no/such"])],
)
def test_what_an_encoder_would_start_from_is_not_looked_at_as_its_help_says(part, flags, parts):
    assert checked(*NEEDED, parts[part], *flags) == checked(*NEEDED, parts[part])
    help = options.parse(joint.define_flags, NEEDED)[["image_run", "title_run"][part]].help
    for flag in flags:
        assert flag.partition("=")[0] in help.partition("not looked at")[0]


@pytest.mark.faults
@pytest.mark.parametrize(
    ("flag", "message"),
    [
        ("--image_size=64", "--image_size=64: .*image was trained with 32; leave it out"),
        ("--title_pooling=cls", "--title_pooling=cls: .*text was trained with mean"),
        ("--image_run=no/such/run", "--image_run=no/such/run: no such folder; trainers.image"),
    ],
)
def test_flags_must_agree_with_the_runs(flag, message, parts):
    with pytest.raises(UsageError, match=message):
        checked(*NEEDED, *parts, flag)


@pytest.mark.faults
def test_a_run_of_the_other_kind_is_refused(parts):
    with pytest.raises(UsageError, match="--title_run=.*: expected a run of kind title, not image"):
        checked(*NEEDED, parts[0].replace("image_run", "title_run"))


@pytest.mark.faults
def test_a_run_that_saw_what_is_held_out_is_refused(parts, data, tmp_path):
    flags = [f"--data={data}", f"--workdir={tmp_path / 'run'}", *parts]
    config, encoder = checked(*flags, "--fold=1")
    with pytest.raises(UsageError, match="--image_run=.* --fold=0 .*this run with --fold=1 "):
        joint.train(
            data, tmp_path / "run", encoder=encoder, config=config,
            image_run=parts[0].partition("=")[2],
        )  # fmt: skip


def listed(run):
    return set(pd.read_csv(run / "trained_on.csv", dtype=str)["posting_id"])


@pytest.mark.parametrize("fold", [[], ["--fold=0"]])
def test_what_its_parts_were_trained_on_counts_as_trained_on(fold, parts, data, tmp_path):
    joint.main([f"--data={data}", f"--workdir={tmp_path}", "--epochs=0", *fold, *parts])
    of_parts = [listed(pathlib.Path(part.partition("=")[2])) for part in parts]
    assert listed(tmp_path) == of_parts[0] | of_parts[1] != set()


def test_what_it_trains_on_itself_is_listed_with_that_of_its_parts(parts, data, tmp_path):
    joint.main([
        f"--data={data}", f"--workdir={tmp_path}", "--epochs=1", "--limit_rows=20", *parts
    ])  # fmt: skip
    theirs = listed(pathlib.Path(parts[0].partition("=")[2]))
    ours = set(read_catalog(data / "catalog.csv").posting_ids[:20])
    assert not ours <= theirs
    assert listed(tmp_path) == theirs | ours


@pytest.mark.faults
def test_equal_flags_are_no_equal_folds(parts, data, tmp_path):
    """As where the records of the two have hashes that join other products."""
    former = tmp_path / "image"
    shutil.copytree(parts[0].partition("=")[2], former)
    split = pd.read_csv(former / "split.csv", dtype=str)
    split.assign(fold=split["fold"].iloc[::-1].to_list()).to_csv(former / "split.csv", index=False)
    with pytest.raises(UsageError, match="--image_run=.*in other folds"):
        check_start(data, FAST, run=str(former), flag="image_run")


@pytest.mark.faults
def test_a_run_of_another_catalogue_is_refused(parts, tmp_path):
    other = build_tiny_records(tmp_path, num_products=6)
    config, encoder = checked(*NEEDED, *parts, "--fold=0")
    with pytest.raises(UsageError, match="--title_run=.*: trained on another catalogue"):
        joint.train(
            other, tmp_path / "run", encoder=encoder, config=config,
            title_run=parts[1].partition("=")[2],
        )  # fmt: skip

"""The autoencoder from records to a run that is compared by distance."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from shopee_tf import evaluate, make_tfrecords, options
from shopee_tf.data.catalog import read_catalog
from shopee_tf.data.folds import assign_folds, fold_rows
from shopee_tf.models.saving import load_encoder
from shopee_tf.training.checkpoints import fingerprint, read_latest
from shopee_tf.training.config import TrainingConfig
from tests.tiny_catalog import build_tiny_records
from tests.trainers.unused_fields import other_values
from tfrecords.errors import UsageError
from trainers import autoencoder

FLAGS = [
    "--image_size=32", "--latent_dim=8", "--epochs=3", "--batch_size=4", "--warmup_epochs=0.5",
    "--learning_rate=5e-3", "--strategy=cpu", "--cache=memory",
]  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A catalogue, its records, and a run on them."""
    folder = tmp_path_factory.mktemp("house")
    data = build_tiny_records(folder, image_size=48)
    autoencoder.main([f"--data={data}", f"--workdir={folder / 'run'}", "--fold=0", *FLAGS])
    return folder


def lines(workdir):
    return [json.loads(line) for line in (workdir / "metrics.jsonl").read_text().splitlines()]


def test_it_learns_to_reconstruct(house):
    losses = [line["loss"] for line in lines(house / "run")]
    assert len(losses) == 3
    assert losses[-1] < 0.7 * losses[0]


def test_it_learns_from_the_folds_that_are_not_held_out(house):
    catalog = read_catalog(house / "records" / "catalog.csv")
    rows = fold_rows(assign_folds(catalog, num_folds=5, seed=0), 0)
    found = pd.read_csv(house / "run" / "trained_on.csv", dtype=str)["posting_id"]
    assert set(found) == set(catalog.posting_ids[rows.train])


def test_the_encoder_is_kept_as_that_of_any_run_of_photos(house):
    encoder = load_encoder(house / "run" / "encoder")
    assert encoder.config.backbone == "autoencoder"
    assert encoder.model(np.zeros((1, 32, 32, 3))).shape == (1, 8)


def test_no_labels_choose_the_epoch(house):
    about = json.loads((house / "run" / "run.json").read_text())
    assert (about["kind"], about["choosing_rows"]) == ("image", 0)
    assert (about["epoch"], about["f1"], about["made_for"]) == (2, None, "distance")


def test_it_is_scored_by_distance(house, capsys):
    evaluate.main(
        [
            f"--csv={house / 'train.csv'}", f"--images={house / 'train_images'}",
            f"--systems=euclidean:{house / 'run'}", "--protocol=held-out",
        ]
    )  # fmt: skip
    assert "distance <= " in capsys.readouterr().out


def test_the_picture_has_photos_over_reconstructions(house):
    """Twelve photos are in the next fold: eight in the first row, four in the second."""
    picture = np.array(Image.open(house / "run" / "reconstructions.png"))
    assert picture.shape == (4 * 34, 80 + 8 * 34, 3)
    assert (picture[2 * 34 :, 80 + 4 * 34 :] == 255).all()


def test_a_finished_run_draws_its_picture_again(house, tmp_path):
    shutil.copytree(house / "run", tmp_path / "run")
    (tmp_path / "run" / "reconstructions.png").unlink()
    flags = [f"--data={house / 'records'}", f"--workdir={tmp_path / 'run'}", "--fold=0", *FLAGS]
    autoencoder.main(flags)
    before, after = (
        np.array(Image.open(folder / "run" / "reconstructions.png")) for folder in (house, tmp_path)
    )
    np.testing.assert_array_equal(after, before)


def test_going_on_ends_in_the_same_weights(house, tmp_path):
    """In a run cut off after two steps; signals are tried on the photo trainer."""
    from shopee_tf.training import session
    from shopee_tf.training.signals import Stopped

    flags = [f"--data={house / 'records'}", f"--workdir={tmp_path}", "--fold=0", *FLAGS]
    whole = session.Session.before_step

    def cut(self, step):
        if step == 6:
            raise Stopped(15)
        whole(self, step)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(session.Session, "before_step", cut)
        autoencoder.main(flags)
    assert read_latest(tmp_path / "checkpoints").meta["position"]["step"] == 6
    autoencoder.main(flags)
    resumed, expected = (read_latest(f / "checkpoints") for f in (tmp_path, house / "run"))
    assert fingerprint(resumed.arrays) == fingerprint(expected.arrays)


@pytest.mark.parametrize("fold", [[], ["--fold=0"]], ids=["all", "fold"])
def test_photos_without_labels(house, tmp_path, fold):
    table = pd.read_csv(house / "train.csv", dtype=str).drop(columns="label_group")
    table.to_csv(tmp_path / "bare.csv", index=False)
    make_tfrecords.main(
        [
            f"--csv={tmp_path / 'bare.csv'}", f"--images={house / 'train_images'}",
            f"--output={tmp_path / 'bare'}", "--image_size=48",
        ]
    )  # fmt: skip
    flags = [*FLAGS, "--epochs=1", *fold]
    autoencoder.main([f"--data={tmp_path / 'bare'}", f"--workdir={tmp_path / 'run'}", *flags])
    assert json.loads((tmp_path / "run" / "run.json").read_text())["f1"] is None
    assert (tmp_path / "run" / "reconstructions.png").exists()
    assert load_encoder(tmp_path / "run" / "encoder").config.embedding_dim == 8


@pytest.mark.parametrize("size", [0, 16, 48])
def test_sizes_that_halve_five_times_only(size):
    with pytest.raises(UsageError, match=f"--image_size={size}: expected a multiple of 32"):
        autoencoder.encoder_config(image_size=size, latent_dim=8)


@pytest.mark.parametrize("flag", ["--latent_dim=0", "--margin=0.5", "--augment=keras_cv"])
def test_refused(flag):
    with pytest.raises(UsageError):
        argv = ["--data=d", "--workdir=w", flag]
        autoencoder.check_flags(options.parse(autoencoder.define_flags, argv))


def test_flags_txt_is_the_run(house):
    argv = [f"--flagfile={house / 'run' / 'flags.txt'}"]
    values = options.parse(autoencoder.define_flags, argv)
    assert (values.image_size, values.latent_dim, values.learning_rate) == (32, 8, 5e-3)


def test_fields_without_use_change_nothing(house, tmp_path):
    config = TrainingConfig(
        fold=0, epochs=3, batch_size=4, warmup_epochs=0.5, learning_rate=5e-3, strategy="cpu",
        cache="memory", **other_values(autoencoder.UNUSED),
    )  # fmt: skip
    autoencoder.train(house / "records", tmp_path, image_size=32, latent_dim=8, config=config)
    here, there = (read_latest(folder / "checkpoints") for folder in (tmp_path, house / "run"))
    assert fingerprint(here.arrays) == fingerprint(there.arrays)
    assert here.meta["settings"] | {"workdir": str(house / "run")} == there.meta["settings"]


def test_after_no_epochs_the_encoder_is_as_it_comes(house, tmp_path, capsys):
    flags = [*FLAGS, "--epochs=0", "--fold=0"]
    autoencoder.main([f"--data={house / 'records'}", f"--workdir={tmp_path}", *flags])
    assert capsys.readouterr().out.endswith(f"encoder as it comes; written: {tmp_path}\n")

"""Trains a convolutional autoencoder on the photos of a folder of TFRecords; it needs no labels.

Usage: python -m trainers.autoencoder --data=FOLDER --workdir=FOLDER --fold=0 --image_size=64

The run is compared by Euclidean distance: --systems=euclidean:FOLDER. Its reconstructions.png has
rows of photos over what they are decoded to. The same command, given again after an interruption,
goes on where it was, and draws that picture where it is missing.
"""

import dataclasses
import os
from typing import TYPE_CHECKING

from shopee_tf import options
from shopee_tf.data.augment_config import AugmentConfig
from shopee_tf.models.configs import AUTOENCODER_STRIDE, ImageEncoderConfig
from shopee_tf.training.config import TrainingConfig
from tfrecords.errors import UsageError
from trainers import options as trainer_options
from trainers import photo_options

if TYPE_CHECKING:
    import keras

    from shopee_tf.models.image_encoder import ImageEncoder
    from shopee_tf.training.report import TrainingResult
    from shopee_tf.training.session import Session
    from shopee_tf.training.task import Task
    from shopee_tf.training.training_rows import TrainingRows

PHOTOS_DRAWN = 16
UNUSED = (
    "sampling", "head_lr_multiplier", "layer_lr_decay", "ema_decay", "divergence_factor", "head",
    "rows_per_class", "temperature", "sub_centers", "scale", "margin", "margin_start",
    "margin_warmup_epochs", "class_margin_exponent", "easy_margin", "head_dropout",
    "label_smoothing",
)  # fmt: skip
"""Fields of `TrainingConfig` that are about products, class centres, or an encoder's layers."""
FIXED = {"head": "softmax", "head_lr_multiplier": 1.0}


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    trainer_options.define_flags(values, without=UNUSED)
    options.integer(
        values, "image_size", 64,
        f"Side of the photos in pixels, a multiple of {AUTOENCODER_STRIDE}.",
    )  # fmt: skip
    options.integer(values, "latent_dim", 128, "Size of the latent vector.", lower_bound=1)
    photo_options.define_augment(values, "none")


def check_flags(values: options.FlagValues) -> TrainingConfig:
    """Checks every flag without importing TensorFlow.

    Raises:
      UsageError: a value that cannot be used.
    """
    config = trainer_options.training_config(values, **FIXED)
    trainer_options.check_backend(config)
    encoder_config(image_size=values.image_size, latent_dim=values.latent_dim)
    photo_options.check_augment(AugmentConfig(values.augment), config)
    return config


def encoder_config(
    *, image_size: int, latent_dim: int, stored_size: int = 512
) -> ImageEncoderConfig:
    """Returns what the half that encodes is made of.

    Raises:
      UsageError: a size that five halvings do not divide.
    """
    if image_size < AUTOENCODER_STRIDE or image_size % AUTOENCODER_STRIDE:
        raise UsageError(f"--image_size={image_size}: expected a multiple of {AUTOENCODER_STRIDE}")
    return ImageEncoderConfig(
        "autoencoder", image_size=image_size, embedding_dim=latent_dim, pooling="flatten",
        weights="none", stored_size=stored_size,
    )  # fmt: skip


def train(
    data: str | os.PathLike,
    workdir: str | os.PathLike,
    *,
    image_size: int = 64,
    latent_dim: int = 128,
    augment: str = "none",
    config: TrainingConfig | None = None,
    dry_run: bool = False,
) -> "TrainingResult":
    """Trains an autoencoder, and keeps the half that encodes.

    No labels are looked at, and the last epoch is kept: retrieval F1 hardly follows the error.

    Args:
      data: folder that make_tfrecords wrote, with photos.
      workdir: run folder; the encoder is in `workdir/encoder`.
      image_size: side of the photos in pixels, a multiple of 32.
      latent_dim: size of the latent vector.
      augment: what is done to the photos, and seen by both halves.
      config: how to train; the fields `UNUSED` are as by default, whatever it says.
      dry_run: builds everything, logs the plan, trains and writes nothing.

    Returns:
      The epoch kept; no F1 and no threshold.

    Example:

    >>> from trainers import autoencoder
    >>> autoencoder.train("data/shopee", "runs/autoencoder")  # doctest: +SKIP
    """
    from shopee_tf.training.train import train_encoder
    from tfrecords.manifest import load_manifest

    config = trainer_options.without(config, UNUSED, **FIXED)
    photo_options.check_augment(AugmentConfig(augment), config)
    encoder = encoder_config(
        image_size=image_size, latent_dim=latent_dim,
        stored_size=load_manifest(str(data)).image_size,
    )  # fmt: skip
    settings = {
        "data": str(data), "workdir": str(workdir), "image_size": image_size,
        "latent_dim": latent_dim, "augment": augment,
        **trainer_options.settings(config, unused=UNUSED),
    }  # fmt: skip
    result = train_encoder(
        _task(data, encoder, AugmentConfig(augment), config), data=data, workdir=workdir,
        config=config, settings=settings, command="trainers.autoencoder", dry_run=dry_run,
    )  # fmt: skip
    # Of several processes the chief may still be at work on what this would read.
    if not dry_run and config.strategy != "multi_worker":
        draw_missing(data, workdir, config)
    return result


def _task(
    data: str | os.PathLike,
    encoder: ImageEncoderConfig,
    augment: AugmentConfig,
    config: TrainingConfig,
) -> "Task":
    """What differs from the other trainers: no labels, the loss, and a picture of it."""
    import functools

    from shopee_tf.models.autoencoder import build_autoencoder
    from shopee_tf.models.image_encoder import build_image_encoder
    from shopee_tf.training.network import Objective
    from shopee_tf.training.photo_epochs import photo_epochs
    from shopee_tf.training.task import Task
    from shopee_tf.training.training_rows import training_rows

    return Task(
        "image", f"{encoder.image_size} px", lambda titles: build_image_encoder(encoder),
        photo_epochs(data, config, image_size=encoder.image_size, augment=augment),
        rows=functools.partial(training_rows, needs_images=True, needs_labels=False),
        objective=Objective(
            lambda built: build_autoencoder(built.model), lambda labels, errors: errors
        ),
        kept=draw_kept, made_for="distance",
    )  # fmt: skip


def draw_kept(session: "Session") -> None:
    """Draws what the epoch that was kept makes of photos."""
    _draw(
        session.network.encoder, session.network.model, session.data, session.rows,
        session.config, session.folder.reconstructions,
    )  # fmt: skip


def draw_missing(
    data: str | os.PathLike, workdir: str | os.PathLike, config: TrainingConfig
) -> None:
    """Draws the picture of a finished run that has lost it, from its encoder and its checkpoint.

    Args:
      data: folder that the run was trained on.
      workdir: the run folder.
      config: how it was trained.
    """
    from shopee_tf.models.autoencoder import build_autoencoder
    from shopee_tf.models.saving import load_encoder
    from shopee_tf.training.checkpoints import read_latest, restore
    from shopee_tf.training.run_folder import RunFolder
    from shopee_tf.training.training_rows import training_rows

    folder = RunFolder(workdir)
    if folder.reconstructions.exists():
        return
    encoder = load_encoder(folder.encoder)
    model = build_autoencoder(encoder.model)
    # The first in a checkpoint are those of the model: `network.Network.variables`.
    restore(model.variables, read_latest(folder.checkpoints).arrays[: len(model.variables)])
    rows = training_rows(
        data, dataclasses.replace(config, verify=False), needs_images=True, needs_labels=False
    )
    _draw(encoder, model, data, rows, config, folder.reconstructions)


def _draw(
    encoder: "ImageEncoder",
    model: "keras.Model",
    data: str | os.PathLike,
    rows: "TrainingRows",
    config: TrainingConfig,
    path: os.PathLike,
) -> None:
    """Draws photos of the next fold, if there are folds, and what an autoencoder makes of them."""
    import numpy as np

    from shopee_tf.data.datasets import image_inference_dataset
    from shopee_tf.evaluation.reconstructions import draw_reconstructions

    drawn = rows.train
    if rows.folds is not None:
        drawn = np.flatnonzero(rows.folds == (config.fold + 1) % config.num_folds)
    apart = np.linspace(0, len(drawn) - 1, min(PHOTOS_DRAWN, len(drawn))).astype(int)
    dataset = image_inference_dataset(
        data, image_size=encoder.config.image_size, batch_size=len(apart), rows=drawn[apart]
    )
    photos, _ = next(iter(dataset.as_numpy_iterator()))
    latent = encoder.model(photos, training=False)
    decoded = model.get_layer("decoder")(latent, training=False)
    draw_reconstructions(photos, np.array(decoded), path)


def run(values: options.FlagValues) -> options.Done:
    """Trains as the flags say."""
    config = check_flags(values)
    trainer_options.check_data(values.data)
    result = train(
        values.data, values.workdir, image_size=values.image_size, latent_dim=values.latent_dim,
        augment=values.augment, config=config, dry_run=values.dry_run,
    )  # fmt: skip
    return trainer_options.done(result)


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()

"""Trains a photo encoder with ArcFace on a folder of TFRecords.

Usage: python -m trainers.image --flagfile=flags/image_b3_arcface.txt --data=FOLDER --workdir=FOLDER

The same command, given again after an interruption, goes on where it was.
"""

import dataclasses
import os
from typing import TYPE_CHECKING

from shopee_tf import options
from shopee_tf.data.augment_config import MIXES, AugmentConfig
from shopee_tf.models import configs
from shopee_tf.models.configs import ImageEncoderConfig
from shopee_tf.training.config import TrainingConfig
from trainers import encoder_flags, photo_options
from trainers import options as trainer_options

if TYPE_CHECKING:
    from shopee_tf.training.report import TrainingResult

DEFAULTS = configs.ImageEncoderConfig()
AUGMENT_DEFAULTS = AugmentConfig()


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    trainer_options.define_flags(values)
    define_encoder(values)
    define_augmentation(values)
    _define_mix(values)


def define_encoder(values: options.FlagValues, *, prefix: str = "") -> None:
    """Defines the flags of a photo encoder; `prefix` begins those of `encoder_flags.IN_BOTH`."""
    photo_options.define_network(values, "backbone", DEFAULTS)
    options.integer(
        values, f"{prefix}embedding_dim", DEFAULTS.embedding_dim,
        "Size of a learnt projection; 0 for the backbone's own features.",
    )  # fmt: skip
    options.choice(
        values, f"{prefix}pooling", DEFAULTS.pooling, configs.IMAGE_POOLINGS,
        "How the positions of a photo become one vector.",
    )  # fmt: skip
    options.choice(
        values, f"{prefix}neck", DEFAULTS.neck, configs.NECKS,
        "What follows pooling, in that order.",
    )  # fmt: skip
    options.number(
        values, f"{prefix}dropout", DEFAULTS.dropout,
        f"Dropout after pooling, or after the projection where --{prefix}neck says so.",
    )  # fmt: skip


def define_augmentation(values: options.FlagValues) -> None:
    """Defines the changes to single photos."""
    photo_options.define_augment(values, AUGMENT_DEFAULTS.augment)
    options.integer(
        values, "rand_augment_ops", AUGMENT_DEFAULTS.rand_augment_ops,
        "rand_augment: operations drawn for a photo.",
    )  # fmt: skip
    options.number(
        values, "rand_augment_magnitude", AUGMENT_DEFAULTS.rand_augment_magnitude,
        "rand_augment: how far they go, 0 to 10.",
    )  # fmt: skip


def _define_mix(values: options.FlagValues) -> None:
    options.choice(
        values, "mix", AUGMENT_DEFAULTS.mix, MIXES, "Mixes each photo with another of its batch."
    )
    options.number(
        values, "mix_alpha", AUGMENT_DEFAULTS.mix_alpha,
        "The share of the first photo is drawn from Beta(mix_alpha, mix_alpha).",
    )  # fmt: skip
    options.number(
        values, "mix_probability", AUGMENT_DEFAULTS.mix_probability,
        "Share of the batches that are mixed.",
    )  # fmt: skip


def check_flags(values: options.FlagValues) -> tuple[TrainingConfig, ImageEncoderConfig]:
    """Checks every flag without importing TensorFlow.

    Raises:
      UsageError: a value that cannot be used.
    """
    config = trainer_options.training_config(values)
    trainer_options.check_backend(config)
    encoder = encoder_config(values)
    photo_options.check_augment(augmentation(values), config)
    return config, encoder


def encoder_config(values: options.FlagValues, *, prefix: str = "") -> ImageEncoderConfig:
    """Returns which photo encoder the flags of `define_encoder` ask for.

    Raises:
      UsageError: a value that cannot be used.
    """
    names = [field.name for field in dataclasses.fields(ImageEncoderConfig)]
    names.remove("stored_size")  # told by the records
    with encoder_flags.named_with(prefix):
        fields = encoder_flags.encoder_fields(values, names, prefix=prefix)
        encoder = ImageEncoderConfig(**fields)
    photo_options.check_weights(encoder.weights)
    return encoder


def augmentation(values: options.FlagValues) -> AugmentConfig:
    """Returns what is to be done to the training photos.

    Raises:
      UsageError: a value that cannot be used.
    """
    names = [field.name for field in dataclasses.fields(AugmentConfig) if field.name in values]
    return AugmentConfig(**{name: values[name].value for name in names})


def train(
    data: str | os.PathLike,
    workdir: str | os.PathLike,
    *,
    encoder: ImageEncoderConfig | None = None,
    config: TrainingConfig | None = None,
    augment: AugmentConfig | str = "basic",
    dry_run: bool = False,
) -> "TrainingResult":
    """Trains a photo encoder.

    Args:
      data: folder that make_tfrecords wrote, with photos.
      workdir: run folder; the encoder is in `workdir/encoder`.
      encoder: which network; the defaults of `ImageEncoderConfig` where not given.
      config: how to train; the defaults of `TrainingConfig` where not given.
      augment: what is done to the photos; names alone where the rest is as by default.
      dry_run: builds everything, logs the plan, trains and writes nothing.

    Returns:
      The epoch kept, its F1 and threshold.

    Example:

    >>> from trainers import image
    >>> image.train("data/shopee", "runs/image", config=TrainingConfig(fold=0))  # doctest: +SKIP
    """
    from shopee_tf.models.image_encoder import build_image_encoder
    from shopee_tf.training.photo_epochs import photo_epochs
    from shopee_tf.training.task import Task
    from shopee_tf.training.train import train_encoder
    from tfrecords.manifest import load_manifest

    encoder, config = encoder or ImageEncoderConfig(), config or TrainingConfig()
    augment = AugmentConfig(augment) if isinstance(augment, str) else augment
    photo_options.check_augment(augment, config)
    dataset = photo_epochs(data, config, image_size=encoder.image_size, augment=augment)
    stored = dataclasses.replace(encoder, stored_size=load_manifest(str(data)).image_size)
    task = Task(
        "image", f"{encoder.image_size} px", lambda titles: build_image_encoder(stored), dataset,
        mixed=augment.mix != "none",
    )  # fmt: skip
    settings = {
        "data": str(data), "workdir": str(workdir), **dataclasses.asdict(config),
        **encoder_settings(encoder), **dataclasses.asdict(augment),
    }  # fmt: skip
    return train_encoder(
        task, data=data, workdir=workdir, config=config, settings=settings,
        command="trainers.image", dry_run=dry_run,
    )  # fmt: skip


def encoder_settings(encoder: ImageEncoderConfig, *, prefix: str = "") -> dict:
    """Flag -> value of a photo encoder, as flags.txt keeps them."""
    fields = dataclasses.asdict(encoder)
    del fields["stored_size"]  # no flag: the records tell it
    return {encoder_flags.flag_of(name, prefix): value for name, value in fields.items()}


def run(values: options.FlagValues) -> options.Done:
    """Trains as the flags say."""
    config, encoder = check_flags(values)
    trainer_options.check_data(values.data)
    result = train(
        values.data, values.workdir, encoder=encoder, config=config, augment=augmentation(values),
        dry_run=values.dry_run,
    )  # fmt: skip
    return trainer_options.done(result)


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()

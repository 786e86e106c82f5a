"""Trains a title encoder with ArcFace on a folder of TFRecords.

Usage: python -m trainers.text --flagfile=flags/text_bert_arcface.txt --data=FOLDER --workdir=FOLDER

The same command, given again after an interruption, goes on where it was.
"""

import dataclasses
import logging
import os
from typing import TYPE_CHECKING

from shopee_tf import options, shared_flags
from shopee_tf.models import configs
from shopee_tf.models.configs import TitleEncoderConfig
from shopee_tf.training.config import TrainingConfig
from trainers import encoder_flags
from trainers import options as trainer_options

if TYPE_CHECKING:
    from shopee_tf.training.report import TrainingResult

DEFAULTS = TitleEncoderConfig(source="scratch")
KERAS_HUB = "keras_hub:"


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    trainer_options.define_flags(values)
    define_encoder(values)


def define_encoder(values: options.FlagValues, *, prefix: str = "") -> None:
    """Defines the flags of a title encoder; `prefix` begins those of `encoder_flags.IN_BOTH`."""
    options.string(
        values, "encoder", "scratch",
        "scratch (a small BERT of our own), keras_hub:PRESET, or the folder or handle of a TF-Hub "
        "text encoder.",
    )  # fmt: skip
    options.string(values, "preprocessor", "", "Folder or handle of the TF-Hub preprocessor.")
    shared_flags.define_title_steps(values, "Normalise titles first")
    options.integer(values, "max_length", DEFAULTS.max_length, "Most tokens of a title.")
    options.choice(
        values, f"{prefix}pooling", DEFAULTS.pooling, configs.TITLE_POOLINGS,
        "How the tokens of a title become one vector.",
    )  # fmt: skip
    options.integer(
        values, f"{prefix}embedding_dim", DEFAULTS.embedding_dim,
        "Size of a learnt projection; 0 for the encoder's own vector.",
    )  # fmt: skip
    options.choice(
        values, f"{prefix}neck", DEFAULTS.neck, configs.NECKS,
        "What the embedding goes through last.",
    )  # fmt: skip
    options.number(values, f"{prefix}dropout", DEFAULTS.dropout, "Dropout.")
    options.boolean(
        values, "encoder_dropout", DEFAULTS.encoder_dropout,
        "Let a TF-Hub encoder drop what it was saved to drop; such a run does not repeat exactly.",
    )  # fmt: skip
    _define_scratch(values)


def _define_scratch(values: options.FlagValues) -> None:
    options.integer(values, "hidden_dim", DEFAULTS.hidden_dim, "Scratch encoder: its width.")
    options.integer(values, "num_layers", DEFAULTS.num_layers, "Scratch encoder: its depth.")
    options.integer(values, "num_heads", DEFAULTS.num_heads, "Scratch encoder: attention heads.")
    options.integer(
        values, "vocabulary_size", DEFAULTS.vocabulary_size, "Scratch encoder: word pieces."
    )


def check_flags(values: options.FlagValues) -> tuple[TrainingConfig, TitleEncoderConfig]:
    """Checks every flag without importing TensorFlow.

    Raises:
      UsageError: a value that cannot be used.
    """
    config = trainer_options.training_config(values)
    encoder = encoder_config(values)
    check_backend(encoder, config)
    return config, encoder


def encoder_config(values: options.FlagValues, *, prefix: str = "") -> TitleEncoderConfig:
    """Returns which title encoder the flags of `define_encoder` ask for.

    Raises:
      UsageError: a value that cannot be used.
    """
    source, encoder = _source(values.encoder)
    names = {field.name for field in dataclasses.fields(TitleEncoderConfig)}
    with encoder_flags.named_with(prefix):
        fields = encoder_flags.encoder_fields(values, names - {"source", "encoder"}, prefix=prefix)
        return TitleEncoderConfig(source=source, encoder=encoder, **fields)


def check_backend(encoder: TitleEncoderConfig, config: TrainingConfig) -> None:
    """Refuses a Keras backend that a title encoder does not train on."""
    tensorflow_only = "a TF-Hub encoder" if encoder.source == "hub" else ""
    trainer_options.check_backend(config, tensorflow_only=tensorflow_only)


def _source(encoder: str) -> tuple[str, str]:
    if encoder == "scratch":
        return "scratch", ""
    if encoder.startswith(KERAS_HUB):
        return "keras_hub", encoder.removeprefix(KERAS_HUB)
    return "hub", encoder


def train(
    data: str | os.PathLike,
    workdir: str | os.PathLike,
    *,
    encoder: TitleEncoderConfig = DEFAULTS,
    config: TrainingConfig | None = None,
    dry_run: bool = False,
) -> "TrainingResult":
    """Trains a title encoder.

    Args:
      data: folder that make_tfrecords wrote.
      workdir: run folder; the encoder is in `workdir/encoder`.
      encoder: which network; a small BERT from scratch where not given.
      config: how to train; the defaults of `TrainingConfig` where not given.
      dry_run: builds everything, logs the plan, trains and writes nothing.

    Returns:
      The epoch kept, its F1 and threshold.

    Example:

    >>> from trainers import text
    >>> text.train("data/shopee", "runs/text", config=TrainingConfig(fold=0))  # doctest: +SKIP
    """
    from shopee_tf.data import datasets, ordered_records, record_order
    from shopee_tf.encoding import accepts_any_length
    from shopee_tf.models.title_encoder import build_title_encoder
    from shopee_tf.training.epoch_records import EpochRecords
    from shopee_tf.training.task import Task
    from shopee_tf.training.train import train_encoder

    config, folder = config or TrainingConfig(), str(data)
    warn_of_dropout(encoder)
    records = EpochRecords(
        config,
        in_order=lambda labels, order: ordered_records.ordered_titles(
            folder, labels, order=order, keep=config.cache == "memory"
        ),
        in_memory=lambda labels: record_order.cache_titles(folder, labels),
    )

    def dataset(built, table, *, epoch, batch_size, **where):
        return datasets.title_training_dataset(
            folder, table, tokenize=built.tokenize, seed=config.seed, epoch=epoch,
            batch_size=batch_size, shuffle_buffer=config.shuffle_buffer,
            by_length=config.strategy != "tpu" and accepts_any_length(built.model),
            **records.arguments(table, epoch=epoch, batch_size=batch_size), **where,
        )  # fmt: skip

    settings = {
        "data": str(data), "workdir": str(workdir), **dataclasses.asdict(config),
        **encoder_settings(encoder),
    }  # fmt: skip
    task = Task(
        "title", f"{encoder.max_length} tokens",
        lambda titles: build_title_encoder(encoder, titles=titles), dataset,
    )  # fmt: skip
    return train_encoder(
        task, data=data, workdir=workdir, config=config, settings=settings,
        command="trainers.text", dry_run=dry_run,
    )  # fmt: skip


def warn_of_dropout(encoder: TitleEncoderConfig) -> None:
    """Says that a run does not repeat, where its encoder drops what cannot be seeded."""
    if encoder.encoder_dropout:
        logging.warning("--encoder_dropout: a resumed run will not equal an uninterrupted one")


def encoder_settings(encoder: TitleEncoderConfig, *, prefix: str = "") -> dict:
    """Flag -> value of a title encoder, as flags.txt keeps them."""
    fields = dataclasses.asdict(encoder)
    source, name = fields.pop("source"), fields.pop("encoder")
    named = {"hub": name, "keras_hub": KERAS_HUB + name, "scratch": "scratch"}[source]
    fields = {"encoder": named, **fields, "title_steps": ",".join(encoder.title_steps)}
    return {encoder_flags.flag_of(name, prefix): value for name, value in fields.items()}


def run(values: options.FlagValues) -> options.Done:
    """Trains as the flags say."""
    config, encoder = check_flags(values)
    trainer_options.check_data(values.data)
    result = train(
        values.data, values.workdir, encoder=encoder, config=config, dry_run=values.dry_run
    )
    return trainer_options.done(result)


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()

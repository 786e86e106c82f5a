"""The flags that trainers share, and their checks, which need no TensorFlow."""

import dataclasses
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from shopee_tf import options, shared_flags
from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.config_checks import CACHES, HEADS, PRECISIONS, SAMPLINGS, STRATEGIES
from tfrecords.errors import UsageError
from tfrecords.wording import counted

if TYPE_CHECKING:
    from shopee_tf.training.report import TrainingResult

DEFAULTS = TrainingConfig()


def define_flags(values: options.FlagValues, *, without: Sequence[str] = ()) -> None:
    """Defines the shared flags: folders, and one for each field of `TrainingConfig`.

    Args:
      values: to define them on.
      without: those that the trainer has no use for.
    """
    options.string(values, "data", None, "Folder that make_tfrecords wrote.")
    options.string(values, "workdir", None, "Folder of the run; made if it is not there.")
    options.boolean(values, "dry_run", False, "Build everything, show the plan, train nothing.")
    options.require(values, "data", "workdir")
    _define_split(values)
    _define_learning(values)
    _define_loss(values)
    _define_machine(values)
    for name in without:
        delattr(values, name)


def _define_split(values: options.FlagValues) -> None:
    options.integer(
        values, "fold", None,
        "Hold out this fold for scoring and the next one for choosing the epoch; train on all "
        "rows where not given.",
    )  # fmt: skip
    options.integer(values, "num_folds", DEFAULTS.num_folds, "Folds of the split.")
    options.integer(values, "split_seed", DEFAULTS.split_seed, "Seed of the split.")
    options.integer(values, "limit_rows", None, "Use only the first so many rows.")
    options.integer(
        values, "train_postings", None, "Train on about so many, drawn as whole products."
    )


def _define_learning(values: options.FlagValues) -> None:
    options.integer(values, "seed", DEFAULTS.seed, "Seed of weights, order and augmentation.")
    options.integer(
        values,
        "epochs",
        DEFAULTS.epochs,
        "Passes over the training rows; 0 keeps the encoder as it comes (frozen baseline).",
    )
    options.integer(
        values, "batch_size", DEFAULTS.batch_size, "Rows a step, on all devices together."
    )
    options.choice(
        values, "sampling", DEFAULTS.sampling, SAMPLINGS,
        "uniform: each row once an epoch; class_weighted: as many draws, every product as likely.",
    )  # fmt: skip
    options.number(values, "learning_rate", DEFAULTS.learning_rate, "Highest learning rate.")
    options.number(
        values, "warmup_epochs", DEFAULTS.warmup_epochs,
        "Epochs over which the learning rate rises; it then falls as half a cosine.",
    )  # fmt: skip
    options.number(
        values, "head_lr_multiplier", DEFAULTS.head_lr_multiplier,
        "The class centres learn so many times faster.",
    )  # fmt: skip
    options.number(
        values, "layer_lr_decay", DEFAULTS.layer_lr_decay,
        "Each layer learns at the rate of the one above times this.",
    )  # fmt: skip
    options.number(
        values, "ema_decay", DEFAULTS.ema_decay,
        "Judge and keep a running average of the weights, as 0.999; 0 for the weights themselves.",
    )  # fmt: skip
    options.number(values, "weight_decay", DEFAULTS.weight_decay, "Weight decay of AdamW.")
    options.number(
        values, "clip_norm", DEFAULTS.clip_norm, "Largest norm of the gradients; 0 for any."
    )


def _define_loss(values: options.FlagValues) -> None:
    options.choice(values, "head", DEFAULTS.head, HEADS, "What the embeddings are trained against.")
    options.integer(
        values, "rows_per_class", DEFAULTS.rows_per_class,
        "supcon, multi_similarity: rows of each product in a batch.",
    )  # fmt: skip
    options.number(
        values, "temperature", DEFAULTS.temperature, "supcon: what the cosines are divided by."
    )
    options.integer(
        values, "sub_centers", DEFAULTS.sub_centers, "sub_center_arcface: centres of each class."
    )
    options.number(values, "scale", DEFAULTS.scale, "Factor of the cosines to class centres.")
    options.number(
        values, "margin", DEFAULTS.margin,
        "Margin in radians; of the cosine with cosface; none with a softmax.",
    )  # fmt: skip
    options.number(
        values, "margin_start", DEFAULTS.margin_start, "Margin at the first step, if it rises."
    )
    options.number(
        values, "margin_warmup_epochs", DEFAULTS.margin_warmup_epochs,
        "Epochs over which the margin rises to --margin; 0 for a fixed one.",
    )  # fmt: skip
    options.number(
        values, "class_margin_exponent", DEFAULTS.class_margin_exponent,
        "The margin of a class is times (its rows)^this, as -0.2; 0 for one margin.",
    )  # fmt: skip
    options.number(
        values, "divergence_factor", DEFAULTS.divergence_factor,
        "Stop where the loss stays this many times above that of knowing nothing; 0 for never.",
    )  # fmt: skip
    options.boolean(
        values, "easy_margin", DEFAULTS.easy_margin, "ArcFace: margin below 90 degrees only."
    )
    options.number(
        values, "head_dropout", DEFAULTS.head_dropout, "Dropout before the class centres."
    )
    options.number(values, "label_smoothing", DEFAULTS.label_smoothing, "Label smoothing.")


def _define_machine(values: options.FlagValues) -> None:
    options.choice(values, "precision", DEFAULTS.precision, PRECISIONS, "Numeric precision.")
    options.choice(
        values, "strategy", DEFAULTS.strategy, STRATEGIES,
        "Devices: auto takes a TPU, else all GPUs, else the CPU.",
    )  # fmt: skip
    shared_flags.define_gpu_memory(values)
    options.boolean(
        values, "resume", DEFAULTS.resume,
        "Go on from the run in --workdir; --noresume replaces it.",
    )  # fmt: skip
    options.integer(
        values, "save_every", None, "Steps between checkpoints; one an epoch where not given."
    )
    options.integer(values, "shuffle_buffer", DEFAULTS.shuffle_buffer, "Rows to draw from.")
    options.choice(
        values, "cache", DEFAULTS.cache, CACHES, "Keep what was read in memory between epochs."
    )
    options.integer(
        values, "eval_batch_size", DEFAULTS.eval_batch_size, "Rows a batch when judging an epoch."
    )
    options.boolean(
        values, "verify", DEFAULTS.verify, "Compare the records with their checksums first."
    )


def check_data(folder: str) -> None:
    """Sees to it that there are records, before what takes long to import.

    Raises:
      UsageError: no such folder.
      IntegrityError: no records there, or not all of them.
    """
    from tfrecords.manifest import load_manifest

    load_manifest(folder)


def training_config(values: options.FlagValues, **fixed) -> TrainingConfig:
    """Returns the shared settings.

    Args:
      values: parsed.
      **fixed: those that are no flags of this trainer, where not as by default.

    Raises:
      UsageError: a value out of its range.
    """
    names = [field.name for field in dataclasses.fields(TrainingConfig) if field.name in values]
    return TrainingConfig(**{name: values[name].value for name in names}, **fixed)


def without(config: TrainingConfig | None, unused: Iterable[str], **fixed: Any) -> TrainingConfig:
    """Returns how to train, with the fields that a trainer has no use for as by default.

    Args:
      config: as given; the defaults where not.
      unused: names of those fields.
      **fixed: fields that have a value of their own in this trainer.

    Example:

    >>> without(TrainingConfig(epochs=3, ema_decay=0.9), ["ema_decay"], head="softmax").ema_decay
    0.0
    """
    defaults = {name: getattr(DEFAULTS, name) for name in unused}
    return dataclasses.replace(config or DEFAULTS, **defaults | fixed)


def settings(config: TrainingConfig, *, unused: Iterable[str] = ()) -> dict[str, Any]:
    """Returns flag -> value of the fields that a trainer has a use for, as flags.txt keeps them."""
    return {name: value for name, value in dataclasses.asdict(config).items() if name not in unused}


def check_backend(config: TrainingConfig, *, tensorflow_only: str = "") -> None:
    """Refuses a Keras backend that a run does not work on: TensorFlow and JAX are known.

    Args:
      config: how to train.
      tensorflow_only: what of the run needs TensorFlow, as it is named in the message.

    Raises:
      UsageError: KERAS_BACKEND names another backend than the run can take.
    """
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    if backend not in ("tensorflow", "jax"):
        raise UsageError(f"KERAS_BACKEND={backend}: the trainers run on tensorflow and jax")
    if config.precision == "mixed_float16":
        tensorflow_only = tensorflow_only or "--precision=mixed_float16"
    if backend == "jax" and tensorflow_only:
        raise UsageError(
            f"KERAS_BACKEND=jax: {tensorflow_only} needs the TensorFlow backend; unset it"
        )


def done(result: "TrainingResult") -> options.Done:
    """Says what came of a run."""
    if result.epoch < 0:
        return options.Done("dry run, nothing was trained")
    if not result.steps:
        what = "encoder as it comes"
    elif result.f1 is None:
        what = f"encoder of the last epoch, {counted(result.steps, 'step')}"
    else:
        what = f"encoder of epoch {result.epoch + 1}, {counted(result.steps, 'step')}"
    if result.f1 is not None:
        chosen = "epochs" if result.steps else "thresholds"
        what += (
            f", F1 {result.f1:.4f} at cosine {result.threshold:.3f} on the fold that {chosen} are "
            "chosen on (not yet a score)"
        )
    return options.Done(f"{counted(result.num_rows, 'row')}, {what}", [result.workdir])

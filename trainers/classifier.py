"""Trains a classifier of the photos of the largest products, and tests it once.

Usage:
  python -m trainers.classifier --data=FOLDER --workdir=FOLDER --model=cnn
  python -m trainers.classifier --data=FOLDER --workdir=FOLDER --model=efficientnet_b0 \\
      --weights=imagenet --augment=gray,flip,vertical_flip

Identical photos are left out; the rest is split 80 / 10 / 10, by product. The epoch with the best
accuracy on the second part is kept and tested on the third. `python -m shopee_tf.draw_curves` draws
the curves of several runs. The same command, given again after an interruption, goes on where it
was.
"""

import dataclasses
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from shopee_tf import options
from shopee_tf.data.augment_config import AugmentConfig
from shopee_tf.training.classifier_config import ClassifierConfig
from shopee_tf.training.config import TrainingConfig
from tfrecords.errors import UsageError
from trainers import options as trainer_options
from trainers import photo_options

if TYPE_CHECKING:
    from shopee_tf.training.class_rows import ClassRows
    from shopee_tf.training.task import Task

UNUSED = (
    "fold", "num_folds", "train_postings", "sampling", "head_lr_multiplier",
    "layer_lr_decay", "ema_decay", "divergence_factor", "head", "rows_per_class", "temperature",
    "sub_centers", "scale", "margin", "margin_start", "margin_warmup_epochs",
    "class_margin_exponent", "easy_margin", "head_dropout",
)  # fmt: skip
"""Fields of `TrainingConfig` that are about folds of products, or class centres."""
FIXED = {"head": "softmax", "head_lr_multiplier": 1.0}


class ClassifierResult(NamedTuple):
    """What came of a run.

    Attributes:
      workdir: the run folder.
      epoch: the epoch that was kept, from 0; -1 after a dry run.
      steps: steps taken in all; after none the network is as it comes.
      validation_accuracy: by which it was chosen; None after a dry run.
      test_accuracy: of that epoch; None after a dry run.
      num_test: photos that it was tested on.
    """

    workdir: str
    epoch: int
    steps: int
    validation_accuracy: float | None
    test_accuracy: float | None
    num_test: int


DEFAULTS = ClassifierConfig()


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    trainer_options.define_flags(values, without=UNUSED)
    values["weight_decay"].help = "Weight decay of SGD."
    options.integer(values, "num_classes", DEFAULTS.num_classes, "So many products, the largest.")
    photo_options.define_network(values, "model", DEFAULTS)
    options.number(values, "dropout", DEFAULTS.dropout, "Dropout before the last layer.")
    options.number(values, "momentum", DEFAULTS.momentum, "Momentum of SGD.")
    photo_options.define_augment(values, DEFAULTS.augment)


def check_flags(values: options.FlagValues) -> tuple[TrainingConfig, ClassifierConfig]:
    """Checks every flag without importing TensorFlow.

    Raises:
      UsageError: a value that cannot be used.
    """
    config = trainer_options.training_config(values, **FIXED)
    check_strategy(config)
    trainer_options.check_backend(config)
    names = [field.name for field in dataclasses.fields(ClassifierConfig)]
    classifier = ClassifierConfig(**{name: values[name].value for name in names})
    photo_options.check_weights(classifier.weights)
    photo_options.check_augment(AugmentConfig(classifier.augment), config)
    return config, classifier


def check_strategy(config: TrainingConfig) -> None:
    """Refuses several processes, as each would test and write run.json.

    Raises:
      UsageError: `config` asks for them.
    """
    if config.strategy == "multi_worker":
        raise UsageError("--strategy=multi_worker: a classifier is trained by one process")


def train(
    data: str | os.PathLike,
    workdir: str | os.PathLike,
    *,
    classifier: ClassifierConfig | None = None,
    config: TrainingConfig | None = None,
    dry_run: bool = False,
) -> ClassifierResult:
    """Trains a classifier of the largest products, and tests it.

    Args:
      data: folder that make_tfrecords wrote, with photos.
      workdir: run folder; `workdir/encoder` gives logits, in the order of the products' labels.
      classifier: what is classified by what; the defaults where not given.
      config: how to train; the fields `UNUSED` are as by default, whatever it says.
      dry_run: builds everything, logs the plan, trains and writes nothing.

    Example:

    >>> from trainers import classifier
    >>> classifier.train("data/shopee", "runs/cnn")  # doctest: +SKIP
    """
    import functools

    from shopee_tf.training.class_rows import class_rows
    from shopee_tf.training.train import train_encoder

    classifier = classifier or ClassifierConfig()
    config = trainer_options.without(config, UNUSED, **FIXED)
    check_strategy(config)
    photo_options.check_augment(AugmentConfig(classifier.augment), config)

    @functools.cache  # read when TensorFlow knows how much of the GPU it may take, and once
    def split():
        return class_rows(data, config, num_classes=classifier.num_classes)

    result = train_encoder(
        _task(data, classifier, config, split), data=data, workdir=workdir, config=config,
        settings=_settings(data, workdir, classifier, config), command="trainers.classifier",
        dry_run=dry_run,
    )  # fmt: skip
    if dry_run:
        return ClassifierResult(str(workdir), -1, 0, None, None, len(split().test))
    accuracy = _test(workdir, str(data), split(), batch_size=config.eval_batch_size)
    return ClassifierResult(
        str(workdir), result.epoch, result.steps, result.f1, accuracy, len(split().test)
    )


def _task(
    data: str | os.PathLike,
    classifier: ClassifierConfig,
    config: TrainingConfig,
    split: "Callable[[], ClassRows]",
) -> "Task":
    """What differs from the other trainers: the rows, the loss, and the measure."""
    from shopee_tf.models.image_encoder import build_image_encoder
    from shopee_tf.training.accuracy import judge_classes
    from shopee_tf.training.class_objective import class_objective
    from shopee_tf.training.photo_epochs import photo_epochs
    from shopee_tf.training.task import Task
    from tfrecords.manifest import load_manifest

    size, changes = classifier.image_size, AugmentConfig(classifier.augment)
    encoder = classifier.encoder(stored_size=load_manifest(str(data)).image_size)
    return Task(
        "image", f"{size} px", lambda titles: build_image_encoder(encoder),
        photo_epochs(data, config, image_size=size, augment=changes),
        rows=lambda data, config: split().rows,
        objective=class_objective(classifier, config),
        judge=lambda session, progress: judge_classes(session, progress, split=split()),
        measure="validation_accuracy", made_for="logits",
    )  # fmt: skip


def _settings(
    data: str | os.PathLike,
    workdir: str | os.PathLike,
    classifier: ClassifierConfig,
    config: TrainingConfig,
) -> dict:
    """Flag -> value, as flags.txt keeps them."""
    return {
        "data": str(data), "workdir": str(workdir), **dataclasses.asdict(classifier),
        **trainer_options.settings(config, unused=UNUSED),
    }  # fmt: skip


def _test(workdir: str | os.PathLike, data: str, split, *, batch_size: int) -> float:
    """Tests what was kept, adds that to run.json, and returns the accuracy."""
    import numpy as np

    from shopee_tf.models.saving import load_encoder
    from shopee_tf.progress import progress_bar
    from shopee_tf.training.accuracy import score_classes
    from shopee_tf.training.run_folder import RunFolder
    from tfrecords import files

    folder = RunFolder(workdir)
    score = score_classes(
        load_encoder(folder.encoder), data, split.test, split.classes(split.test),
        batch_size=batch_size, progress=progress_bar("testing"),
    )  # fmt: skip
    about = files.read_json(folder.path / "run.json")
    names = np.unique(split.rows.catalog.label_groups)[split.products]
    tested = {
        "identical_photos_left_out": split.num_identical,
        "test_rows": len(split.test),
        "test_accuracy": score.accuracy,
        "test_loss": score.loss,
        "products": names.tolist(),
    }
    folder.write_about(about | tested)
    return score.accuracy


def run(values: options.FlagValues) -> options.Done:
    """Trains as the flags say."""
    config, classifier = check_flags(values)
    trainer_options.check_data(values.data)
    result = train(
        values.data, values.workdir, classifier=classifier, config=config, dry_run=values.dry_run
    )
    if result.epoch < 0:
        return options.Done("dry run, nothing was trained")
    kept = f"encoder of epoch {result.epoch + 1}" if result.steps else "encoder as it comes"
    what = (
        f"{kept}, accuracy {result.validation_accuracy:.4f} in validation, "
        f"{result.test_accuracy:.4f} on the {result.num_test} photos of the test"
    )
    return options.Done(what, [result.workdir])


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()

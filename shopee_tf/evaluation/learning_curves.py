"""How classifiers learnt: accuracy and loss of every epoch, of several runs in one figure."""

import json
import os
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from shopee_tf.evaluation.epoch_axes import run_style, style_axes
from shopee_tf.evaluation.plot import figure_class, save_figure
from shopee_tf.runs import check_run
from tfrecords import files
from tfrecords.errors import DataError, IntegrityError

_NEEDED = ("epoch", "train_accuracy", "train_loss", "choose_accuracy", "choose_loss")

_TRAINER = "trainers.classifier"


class LearningCurves(NamedTuple):
    """What the run of a classifier wrote after each epoch.

    Attributes:
      name: of the run's folder.
      epochs: [e] int, from 1.
      train_accuracy, validation_accuracy: [e] shares.
      train_loss, validation_loss: [e] nats.
      test_accuracy: of the epoch that was kept; None where it was not tested yet.
    """

    name: str
    epochs: np.ndarray
    train_accuracy: np.ndarray
    validation_accuracy: np.ndarray
    train_loss: np.ndarray
    validation_loss: np.ndarray
    test_accuracy: float | None


def read_learning_curves(folder: str | os.PathLike) -> LearningCurves:
    """Reads the metrics of a classifier's run.

    Raises:
      UsageError: no run there.
      IntegrityError: a damaged one.
      DataError: a run that has not finished an epoch, or is not a classifier's.
    """
    check_run(folder)
    trainer = trainer_of(folder)
    if trainer not in ("", _TRAINER):
        raise DataError(f"{folder}: a run of {trainer}; only those of {_TRAINER} have such curves")
    about = files.read_json(os.path.join(folder, "run.json"))
    lines = read_epochs(folder)
    if any(name not in line for line in lines for name in _NEEDED):
        raise DataError(f"{_metrics(folder)}: expected the epochs of a run of {_TRAINER}")
    columns = [np.array([line[name] for line in lines]) for name in _NEEDED]
    epoch, train_accuracy, train_loss, accuracy, loss = columns
    return LearningCurves(
        os.path.basename(os.path.normpath(folder)), epoch + 1, train_accuracy, accuracy,
        train_loss, loss, about.get("test_accuracy"),
    )  # fmt: skip


def read_epochs(folder: str | os.PathLike) -> list[dict[str, Any]]:
    """Reads what a run, of whatever trainer, wrote after each epoch.

    Raises:
      IntegrityError: a damaged file.
      DataError: a run that has not finished an epoch.
    """
    path = _metrics(folder)
    try:
        with open(path, encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
    except FileNotFoundError:
        raise DataError(f"{path}: not there; the first epoch that ends writes it") from None
    except (OSError, ValueError) as error:
        raise IntegrityError(f"{path}: not readable ({error}); train again") from None
    if not lines or not all(isinstance(line, dict) and "epoch" in line for line in lines):
        raise DataError(f"{path}: expected the epochs of a run")
    return lines


def _metrics(folder: str | os.PathLike) -> str:
    return os.path.join(folder, "metrics.jsonl")


def trainer_of(folder: str | os.PathLike) -> str:
    """The command that made a run, as its flags begin; "" where they do not tell."""
    path = os.path.join(folder, "flags.txt")
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8", errors="replace") as file:
        found = re.match(r"# python -m (\S+)", file.readline())
    return found[1] if found else ""


def draw_learning_curves(curves: Sequence[LearningCurves], path: str | os.PathLike) -> None:
    """Draws accuracy and loss into the PNG file `path`; see `learning_figure`."""
    save_figure(learning_figure(curves), path, dpi=100)


def learning_figure(curves: Sequence[LearningCurves]) -> Any:
    """Draws accuracy and loss: a colour a run, solid in validation, dashed in training.

    Args:
      curves: at least one.

    Returns:
      A figure of matplotlib.

    Raises:
      ResourceError: matplotlib is not installed.
    """
    figure_type = figure_class()
    figure = figure_type(figsize=(12.0, 4.2), layout="constrained")
    accuracy, loss = figure.subplots(1, 2)
    for number, run in enumerate(curves):
        tested = "" if run.test_accuracy is None else f", test {run.test_accuracy:.3f}"
        for axes, training, validation in (
            (accuracy, run.train_accuracy, run.validation_accuracy),
            (loss, run.train_loss, run.validation_loss),
        ):
            how = run_style(number)
            axes.plot(run.epochs, training, "--", alpha=0.6, **how)
            axes.plot(run.epochs, validation, "-", label=run.name + tested, **how)
    style_axes(accuracy, "accuracy")
    style_axes(loss, "cross-entropy")
    accuracy.set_ylim(0.0, 1.0)
    loss.set_ylim(bottom=0.0)
    accuracy.set_title("solid: validation, dashed: training", loc="left", fontsize=10)
    figure.legend(*accuracy.get_legend_handles_labels(), loc="outside right upper", fontsize=9)
    return figure

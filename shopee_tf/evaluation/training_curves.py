"""How encoders learnt: the loss of every epoch, and the F1 by which one was chosen."""

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from shopee_tf.evaluation.epoch_axes import run_style, style_axes
from shopee_tf.evaluation.learning_curves import read_epochs
from shopee_tf.evaluation.plot import figure_class
from shopee_tf.runs import check_run
from tfrecords.errors import DataError


class TrainingCurves(NamedTuple):
    """What the run of an encoder wrote after each epoch.

    Attributes:
      name: of the run's folder.
      epochs: [e] int, from 1; 0 is the encoder as it came.
      loss: [e] of training; NaN of epoch 0.
      f1: [e] on the rows that choose the epoch; None where there are none.
    """

    name: str
    epochs: np.ndarray
    loss: np.ndarray
    f1: np.ndarray | None


def read_training_curves(folder: str | os.PathLike) -> TrainingCurves:
    """Reads the metrics of a run of any trainer.

    Raises:
      UsageError: no run there.
      IntegrityError: a damaged one.
      DataError: a run that has not finished an epoch.
    """
    check_run(folder)
    lines = read_epochs(folder)
    try:
        epochs = np.array([int(line["epoch"]) + 1 for line in lines])
        loss, f1 = (_column(lines, name) for name in ("loss", "choose_f1"))
    except (TypeError, ValueError) as error:
        raise DataError(f"{folder}/metrics.jsonl: not the epochs of a run ({error})") from None
    name = os.path.basename(os.path.normpath(folder))
    return TrainingCurves(name, epochs, loss, None if np.isnan(f1).all() else f1)


def _column(lines, name) -> np.ndarray:
    return np.array([float(line.get(name, np.nan)) for line in lines])


def training_figure(curves: Sequence[TrainingCurves]) -> Any:
    """Draws loss and, where a run has it, F1: a colour a run.

    Args:
      curves: at least one.

    Returns:
      A figure of matplotlib.

    Raises:
      ResourceError: matplotlib is not installed.
    """
    judged = any(run.f1 is not None for run in curves)
    figure = figure_class()(figsize=(12.0 if judged else 7.5, 4.2), layout="constrained")
    grid = figure.subplots(1, 1 + judged, squeeze=False)[0]
    for number, run in enumerate(curves):
        how = run_style(number)
        grid[0].plot(run.epochs, run.loss, label=run.name, **how)
        if run.f1 is not None:
            grid[1].plot(run.epochs, run.f1, **how)
    for axes, what in zip(grid, ("loss in training", "F1 on the rows that choose"), strict=False):
        style_axes(axes, what)
    figure.legend(loc="outside right upper", fontsize=9)
    return figure

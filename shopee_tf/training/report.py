"""What a run says about itself: before it starts, after each epoch, and to those who use it."""

import logging
import math
from collections.abc import Mapping
from typing import NamedTuple

from shopee_tf.training.loop import Position
from shopee_tf.training.session import Session
from shopee_tf.training.training_rows import TrainingRows
from tfrecords.wording import counted


class TrainingResult(NamedTuple):
    """What came of a run.

    Attributes:
      workdir: the run folder; `workdir/encoder` holds the encoder.
      epoch: the epoch whose encoder was kept, from 0; -1 after a dry run.
      f1: its F1 on the rows that choose, or what else the task judges by; None without such rows.
      threshold: the cosine similarity at which it reached that; None without such rows.
      steps: steps taken in all.
      num_rows: rows trained on, or to be trained on.
    """

    workdir: str
    epoch: int
    f1: float | None
    threshold: float | None
    steps: int
    num_rows: int


def training_result(session: Session, position: Position) -> TrainingResult:
    """Returns what came of a run so far."""
    chosen = len(session.rows.choose) > 0
    return TrainingResult(
        str(session.folder.path),
        position.best_epoch,
        position.best_f1 if chosen else None,
        position.best_threshold if chosen else None,
        position.step,
        len(session.rows.train),
    )


def describe_run(session: Session, position: Position) -> dict:
    """Returns what run.json says: which rows trained it, and how good it is."""
    rows, config = session.rows, session.config
    result = training_result(session, position)
    return {
        "kind": session.task.kind,
        "made_for": session.task.made_for,
        "fold": config.fold,
        "num_folds": config.num_folds,
        "split_seed": config.split_seed,
        "split_hash": rows.identity["split hash"],
        "ids_sha256": rows.catalog.ids_sha256,
        "num_classes": rows.num_classes,
        "training_rows": len(rows.train),
        "choosing_rows": len(rows.choose),
        "finished": position.epoch == config.epochs,
        "epoch": result.epoch,
        "f1": None,
        "threshold": result.threshold,
        session.task.measure: result.f1,
    }


def log_plan(session: Session) -> None:
    """Logs what is about to be trained on what; warns where its F1 will say nothing."""
    rows, model = session.rows, session.network.model
    trained = sum(math.prod(variable.shape) for variable in model.trainable_variables)
    logging.info(
        "%s of %s, %s; %s of %s of %s on %s; %.1f M parameters, %.1f M of "
        "them trained",
        counted(len(rows.train), "row"), counted(rows.num_classes, "product"),
        _how_chosen(rows), counted(session.config.epochs, "epoch"),
        counted(session.steps_per_epoch, "step"), counted(session.batch_size, session.task.example),
        counted(session.strategy.num_replicas_in_sync, "device"), model.count_params() / 1e6,
        trained / 1e6,
    )  # fmt: skip
    if session.task.measure == "f1" and _without_pairs(rows):
        logging.warning(
            "every product among the %s to choose the epoch on has one listing: F1 is 1 where "
            "nothing is found, and says nothing of the encoder. Look at the column label_group",
            counted(len(rows.choose), "row"),
        )


def _how_chosen(rows: TrainingRows) -> str:
    if not len(rows.choose):
        return "none to choose the epoch on: the last is kept"
    return f"{counted(len(rows.choose), 'row')} to choose the epoch on"


def _without_pairs(rows: TrainingRows) -> bool:
    """Whether rows choose the epoch, no two of them of one product."""
    return 0 < len(rows.choose) == len(set(rows.catalog.labels[rows.choose].tolist()))


def log_epoch(line: Mapping, epochs: int) -> None:
    """Logs the line of an epoch."""
    chosen = ""
    if "choose_f1" in line:
        chosen = f", F1 {line['choose_f1']:.4f} at {line['choose_threshold']:.3f}"
    if "choose_accuracy" in line:
        chosen = (
            f", accuracy {line['train_accuracy']:.4f} in training, {line['choose_accuracy']:.4f} "
            "in validation"
        )
    logging.info(
        "epoch %d of %d: loss %.4f%s",
        line["epoch"] + 1, epochs, line["loss"], chosen,
    )  # fmt: skip
    if line.get("choose_threshold") == math.inf:
        logging.warning(
            "at no threshold are matches better than none: the encoder tells products apart no "
            "more. Try a lower --learning_rate, a longer --warmup_epochs or a smaller --margin"
        )

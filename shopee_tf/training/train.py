"""Trains an encoder from a TFRecord folder into a run folder, whatever it encodes."""

import contextlib
import functools
import logging
import os
from collections.abc import Iterator, Mapping

import numpy as np
import tensorflow as tf

from shopee_tf.gpu_memory import limit_gpu_memory
from shopee_tf.training import distribution, resume
from shopee_tf.training.batches import fitting_batch_size
from shopee_tf.training.board import show_epoch
from shopee_tf.training.checkpoints import read_latest, remove_leftovers
from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.divergence import Diverged
from shopee_tf.training.loop import NonFiniteLoss, Position, fit
from shopee_tf.training.report import (
    TrainingResult,
    describe_run,
    log_epoch,
    log_plan,
    training_result,
)
from shopee_tf.training.run_folder import RunFolder
from shopee_tf.training.session import Session
from shopee_tf.training.signals import Stopped, StopRequest
from shopee_tf.training.task import Task
from shopee_tf.training.tensorboard import EventWriter
from shopee_tf.training.training_rows import training_rows
from tfrecords import files
from tfrecords.errors import DataError, ResourceError, UsageError
from tfrecords.outputs import check_writable


def train_encoder(
    task: Task,
    *,
    data: str | os.PathLike,
    workdir: str | os.PathLike,
    config: TrainingConfig,
    settings: Mapping,
    command: str,
    dry_run: bool = False,
) -> TrainingResult:
    """Trains, or goes on training, the encoder of a task.

    Args:
      task: photos, titles, or both.
      data: TFRecord folder.
      workdir: run folder.
      config: how to train.
      settings: flag -> value: what flags.txt and the checkpoints keep.
      command: module that takes these flags, as "trainers.image".
      dry_run: builds everything, logs the plan and writes nothing.

    Raises:
      UsageError: settings that cannot be used, or that are not those of the run in `workdir`.
      DataError: data that cannot be trained on, or a loss that is not finite.
      IntegrityError: damaged records, or no checkpoint that is whole.
      ResourceError: not enough memory, or no such device.
      LockedError: another run is at work in `workdir`.
    """
    if files.is_remote(workdir):
        raise UsageError(f"--workdir={workdir}: expected a local folder")
    limit_gpu_memory(config.gpu_memory_gb)
    strategy = distribution.get_strategy(config.strategy)
    folder = RunFolder(workdir)
    with contextlib.ExitStack() as stack:
        if distribution.is_chief(strategy) and not dry_run:
            check_writable(workdir)
            stack.enter_context(files.lock(workdir))
            remove_leftovers(folder.checkpoints)
        all_products = functools.partial(training_rows, needs_images=task.kind != "title")
        rows = (task.rows or all_products)(data, config)
        if task.mixed:
            devices = strategy.num_replicas_in_sync
            rows = rows._replace(identity={**rows.identity, "devices": devices})
        checkpoint = read_latest(folder.checkpoints) if config.resume else None
        if checkpoint:
            resume.check_same_run(checkpoint, settings=settings, identity=rows.identity)
        batch_size = fitting_batch_size(config, rows, strategy)
        stack.enter_context(_out_of_memory_explained(batch_size, task.size))
        session = Session(
            task, data=str(data), config=config, rows=rows, settings=settings, folder=folder,
            strategy=strategy, batch_size=batch_size,
        )  # fmt: skip
        log_plan(session)
        if dry_run:
            return TrainingResult(str(workdir), -1, None, None, 0, len(session.rows.train))
        position = (
            resume.resume(checkpoint, session.network.variables) if checkpoint else Position()
        )
        return _train(session, position, command)


def _train(session: Session, position: Position, command: str) -> TrainingResult:
    folder, config = session.folder, session.config
    chief = distribution.is_chief(session.strategy)
    if chief and not config.resume:
        folder.remove_results()
    session.metrics = folder.read_metrics(before_epoch=position.epoch)
    if chief:
        devices = distribution.device_names(session.strategy)
        folder.write_start(
            command=command, settings=session.settings, about=describe_run(session, position),
            devices=devices,
        )  # fmt: skip
        learnt_from = session.rows.train if config.epochs else session.rows.train[:0]
        seen = np.union1d(np.asarray(session.task.seen, np.int32), learnt_from)
        folder.write_trained_on(session.rows.catalog, seen)
        if session.rows.folds is not None:
            folder.write_split(session.rows.catalog, session.rows.folds)
    with StopRequest() as stop, EventWriter(folder.tensorboard, active=chief) as events:

        def end_epoch(position: Position, loss: float) -> None:
            line = session.end_epoch(position, loss, stop=stop)
            log_epoch(line, config.epochs)
            show_epoch(events, session, position, line)
            if chief:
                folder.write_metrics(session.metrics)

        with _explained(session):
            if not config.epochs:
                line = session.keep_untrained(position, stop=stop)
                show_epoch(events, session, position, line)
            fit(
                session.make_step(), session.batches, position=position, epochs=config.epochs,
                before_step=session.before_step, on_loss=session.guard.check, save=session.save,
                end_epoch=end_epoch, save_every=config.save_every, stop=stop, meter=session.meter,
                local_rows=session.local_rows,
            )  # fmt: skip
    if chief:
        folder.write_metrics(session.metrics)
        folder.write_about(describe_run(session, position))
    return training_result(session, position)


@contextlib.contextmanager
def _explained(session: Session) -> Iterator[None]:
    """Turns the ways in which training ends early into what the user should read."""
    try:
        yield
    except NonFiniteLoss as error:
        path = session.folder.write_bad_batch(error.rows, step=error.step)
        raise DataError(
            f"{error}; the rows of its batch are in {path}. Try a lower --learning_rate, a longer "
            "--warmup_epochs, or a smaller --clip_norm"
        ) from None
    except Diverged as error:
        raise DataError(
            f"{error}. Try a smaller --margin or one that rises (--margin_warmup_epochs), a lower "
            "--learning_rate or a longer --warmup_epochs; --divergence_factor=0 goes on regardless"
        ) from None
    except Stopped as stopped:
        logging.warning("%s: stopped after a checkpoint; the same command goes on", stopped)
        stopped.reraise()


@contextlib.contextmanager
def _out_of_memory_explained(batch_size: int, size: str) -> Iterator[None]:
    try:
        yield
    except (tf.errors.ResourceExhaustedError, MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "RESOURCE_EXHAUSTED" not in str(error):
            raise  # JAX has no class of its own for it
        raise ResourceError(
            f"batch {batch_size} at {size} does not fit into memory; "
            f"try --batch_size={max(batch_size // 2, 1)}"
        ) from None

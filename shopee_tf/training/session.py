"""A run at work: its model, optimizer, data and folder, and what happens at the end of an epoch."""

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator, Mapping

import keras
import numpy as np

from shopee_tf.data.record_photos import RecordPhotos
from shopee_tf.evaluation.mistakes import worst_mistakes
from shopee_tf.models.predict import make_predict
from shopee_tf.models.saving import save_encoder
from shopee_tf.progress import progress_bar
from shopee_tf.training import distribution, resume
from shopee_tf.training.batches import steps_per_epoch
from shopee_tf.training.checkpoints import save_checkpoint
from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.divergence import DivergenceGuard, divergence_limit
from shopee_tf.training.jax_steps import make_jax_step
from shopee_tf.training.jax_strategy import JaxStrategy
from shopee_tf.training.judge import Judgement, judge_encoder
from shopee_tf.training.loop import Position
from shopee_tf.training.losses import head_loss
from shopee_tf.training.margins import MarginSchedule
from shopee_tf.training.meter import Meter
from shopee_tf.training.network import build_network
from shopee_tf.training.precision import layer_precision
from shopee_tf.training.run_folder import RunFolder
from shopee_tf.training.schedules import warmup_cosine
from shopee_tf.training.signals import StopRequest
from shopee_tf.training.steps import make_train_step
from shopee_tf.training.task import Task
from shopee_tf.training.training_rows import TrainingRows


class Session:
    """Everything that one run holds in memory.

    Args:
      task: photos, titles, or both.
      data: TFRecord folder.
      config: how to train.
      rows: what to train on.
      settings: flag -> value, stored in checkpoints.
      folder: where the run is written.
      strategy: what to train on.
      batch_size: global, at most the number of training rows.
    """

    def __init__(
        self,
        task: Task,
        *,
        data: str,
        config: TrainingConfig,
        rows: TrainingRows,
        settings: Mapping,
        folder: RunFolder,
        strategy: distribution.Strategy,
        batch_size: int,
    ) -> None:
        self.task, self.data, self.config, self.rows = task, data, config, rows
        self.settings, self.folder, self.strategy = settings, folder, strategy
        self.batch_size = batch_size
        self.steps_per_epoch = steps_per_epoch(config, rows, batch_size=batch_size)
        self.num_steps = max(self.steps_per_epoch * config.epochs, 1)
        self.meter = Meter(f"{task.example}s", num_steps=self.num_steps, batch_size=batch_size)
        self.metrics: list[dict] = []
        self.judged: Judgement | None = None  # of the latest epoch
        self.photos = RecordPhotos(data)
        self._build()

    def _build(self) -> None:
        config, rows = self.config, self.rows
        keras.utils.set_random_seed(config.seed)
        self.schedule = warmup_cosine(
            config.learning_rate,
            num_steps=self.num_steps,
            warmup_steps=round(min(config.warmup_epochs, config.epochs) * self.steps_per_epoch),
        )
        self._margins = MarginSchedule(
            config, rows.table[rows.train], steps_per_epoch=self.steps_per_epoch
        )
        with self.strategy.scope(), layer_precision(config.precision):
            self.network = build_network(
                lambda: self.task.build(rows.catalog.titles[rows.train]), config,
                margins=self._margins.last, schedule=self.schedule, strategy=self.strategy,
                mixed=self.task.mixed, objective=self.task.objective,
            )  # fmt: skip
        limit = divergence_limit(
            self.network.head, factor=config.divergence_factor,
            label_smoothing=config.label_smoothing,
        )  # fmt: skip
        self.guard = DivergenceGuard(limit)
        self.predict = make_predict(self.network.encoder.model, batch_size=config.eval_batch_size)

    def make_step(self) -> Callable:
        """Returns the compiled training step."""
        objective = self.task.objective
        loss = objective.loss if objective else head_loss(self.config, mixed=self.task.mixed)
        model, optimizer, average = self.network.model, self.network.optimizer, self.network.average
        sizes = {"batch_size": self.batch_size, "clip_norm": self.config.clip_norm}
        if isinstance(self.strategy, JaxStrategy):
            step = make_jax_step(model, optimizer, loss, **sizes)
        else:
            step = make_train_step(
                model, optimizer, loss, strategy=self.strategy,
                element_spec=self._epoch(0, 0).element_spec, **sizes,
            )  # fmt: skip
        if average is None:
            return step

        def averaged_step(features, labels, rows):
            loss = step(features, labels, rows)
            average.update()
            return loss

        return averaged_step

    def before_step(self, step: int) -> None:
        """Sets what follows a schedule of our own; `step` steps were taken so far."""
        self._margins.assign(self.network.head, step)

    def batches(self, epoch: int, skip: int) -> Iterator:
        """Returns the global batches of an epoch from batch `skip` on."""
        return itertools.islice(self._epoch(epoch, skip), self.steps_per_epoch - skip)

    def _epoch(self, epoch: int, skip: int):
        def dataset(context):
            return self.task.dataset(
                self.network.encoder,
                self.rows.table,
                epoch=epoch,
                skip_batches=skip,
                batch_size=self.batch_size,
                input_context=context,
            )

        return self.strategy.distribute_datasets_from_function(dataset)

    def local_rows(self, rows) -> np.ndarray:
        """Returns the rows of a batch that are on this worker."""
        local = self.strategy.experimental_local_results(rows)
        return np.concatenate([np.asarray(part) for part in local])

    def save(self, position: Position) -> None:
        """Writes a checkpoint."""
        if not distribution.is_chief(self.strategy):
            return
        meta = resume.checkpoint_meta(position, settings=self.settings, identity=self.rows.identity)
        save_checkpoint(
            self.folder.checkpoints, self.network.variables, step=position.step, meta=meta
        )

    def end_epoch(self, position: Position, loss: float, *, stop: StopRequest) -> dict:
        """Judges the encoder, keeps it if it is the best so far, and returns the epoch's line."""
        line = {
            "epoch": position.epoch,
            "step": position.step,
            "loss": loss,
            "learning_rate": float(self.schedule(position.step)),
            f"{self.task.example}s_per_second": round(self.meter.speed(), 2),
        }
        with self.network.average.applied() if self.network.average else contextlib.nullcontext():
            if len(self.rows.choose):
                line |= self._judge(position, stop)
            elif position.epoch + 1 == self.config.epochs:
                self._keep_encoder(position, f1=-1.0, threshold=0.0)
        self.metrics.append(line)
        return line

    def keep_untrained(self, position: Position, *, stop: StopRequest) -> dict:
        """Judges and keeps the encoder as it comes, for a run of no epochs; returns its line."""
        line = {"epoch": -1, "step": 0}
        if len(self.rows.choose):
            line |= self._judge(position, stop)
            self.metrics = [line]
        else:
            self._keep_encoder(position, f1=-1.0, threshold=0.0)
        return line

    def _judge(self, position: Position, stop: StopRequest) -> dict:
        started, show = time.monotonic(), progress_bar("judging")

        def progress(done: int, total: int) -> None:
            stop.check()
            show(done, total)

        judged = (self.task.judge or _judge_retrieval)(self, progress)
        self.judged = judged
        if judged.score > position.best_f1:
            self._keep_encoder(position, f1=judged.score, threshold=judged.threshold)
        return judged.line | {"judge_seconds": round(time.monotonic() - started, 2)}

    def _keep_encoder(self, position: Position, *, f1: float, threshold: float) -> None:
        if distribution.is_chief(self.strategy):
            save_encoder(self.network.encoder, self.folder.encoder)
            if self.task.kept:
                self.task.kept(self)
        position.best_epoch = position.epoch
        position.best_f1, position.best_threshold = f1, threshold


def _judge_retrieval(session: Session, progress: Callable[[int, int], None]) -> Judgement:
    fitted = judge_encoder(
        session.network.encoder,
        session.data,
        rows=session.rows.choose,
        labels=session.rows.catalog.labels,
        batch_size=session.config.eval_batch_size,
        predict=session.predict,
        progress=progress,
    )
    line = {"choose_f1": fitted.f1, "choose_threshold": fitted.threshold}
    labels = session.rows.catalog.labels
    mistakes = worst_mistakes(fitted.neighbors, labels, fitted.threshold)
    return Judgement(fitted.f1, fitted.threshold, line, mistakes, fitted.embeddings)

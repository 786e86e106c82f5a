"""What a run trains: an encoder, the head it is trained against, and their optimizer."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np

from shopee_tf.models.classifier import build_classifier
from shopee_tf.training import distribution
from shopee_tf.training.averaging import WeightAverage, weights_to_average
from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.config_checks import PAIR_HEADS
from shopee_tf.training.optimizer import make_optimizer


class Objective(NamedTuple):
    """What an encoder is trained for, where that is none of the heads of `TrainingConfig`.

    Attributes:
      model: encoder -> model of (features, labels); called in the strategy's scope.
      loss: (labels, output of the model) -> [batch] float32, an example each.
      optimizer: schedule -> optimizer; that of the configuration where not given.
    """

    model: Callable[[Any], keras.Model]
    loss: Callable
    optimizer: Callable[[Any], keras.optimizers.Optimizer] | None = None


class Network(NamedTuple):
    """Everything of a run that has variables.

    Attributes:
      encoder: of photos or titles; what is judged and kept.
      model: (features, labels) -> what the loss takes; shares the encoder's weights.
      optimizer: built on the model's trainable variables.
      average: of the encoder's weights; None where they are kept as they are.
    """

    encoder: Any
    model: keras.Model
    optimizer: keras.optimizers.Optimizer
    average: WeightAverage | None

    @property
    def head(self) -> keras.layers.Layer:
        """The last layer of the model: class centres, or what makes embeddings of length 1."""
        return self.model.layers[-1]

    @property
    def variables(self) -> list[keras.Variable]:
        """Every variable whose value decides how the run goes on."""
        average = self.average.variables if self.average else []
        return [*self.model.variables, *self.optimizer.variables, *average]


def build_network(
    build_encoder: Callable[[], Any],
    config: TrainingConfig,
    *,
    margins: np.ndarray,
    schedule: keras.optimizers.schedules.LearningRateSchedule,
    strategy,
    mixed: bool = False,
    objective: Objective | None = None,
) -> Network:
    """Builds the network of a run; to be called inside `strategy.scope()`.

    Args:
      build_encoder: makes the encoder.
      config: how to train.
      margins: [num_classes] float32, the margin of each class.
      schedule: of the learning rate.
      strategy: the strategy whose scope this is.
      mixed: each row of a batch is a mixture of two; see `build_classifier`.
      objective: in the place of the head that `config` names.
    """
    encoder = build_encoder()
    if objective is None:
        model = _with_head(encoder.model, config, margins=margins, mixed=mixed)
    else:
        model = objective.model(encoder)
    distribution.synchronize_batch_norm(model, strategy)
    if objective is None or objective.optimizer is None:
        optimizer = _configured_optimizer(config, schedule)
    else:
        optimizer = objective.optimizer(schedule)
    optimizer.build(model.trainable_variables)
    average = None
    if config.ema_decay:
        average = WeightAverage(weights_to_average(encoder.model), decay=config.ema_decay)
    return Network(encoder, model, optimizer, average)


def _with_head(encoder_model, config, *, margins, mixed) -> keras.Model:
    return build_classifier(
        encoder_model,
        len(margins),
        head=config.head,
        sub_centers=config.sub_centers,
        scale=config.scale,
        margin=margins,
        easy_margin=config.easy_margin,
        dropout=config.head_dropout,
        mixed=mixed,
    )


def _configured_optimizer(config, schedule) -> keras.optimizers.Optimizer:
    return make_optimizer(
        schedule,
        head_lr_multiplier=1.0 if config.head in PAIR_HEADS else config.head_lr_multiplier,
        layer_lr_decay=config.layer_lr_decay,
        weight_decay=config.weight_decay,
        precision=config.precision,
    )

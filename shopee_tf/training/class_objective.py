"""What a classifier is trained for: cross-entropy of its logits, by SGD."""

import functools

import keras

from shopee_tf.models.arc_margin import smoothed_cross_entropy
from shopee_tf.models.image_encoder import ImageEncoder
from shopee_tf.training.classifier_config import ClassifierConfig
from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.network import Objective
from shopee_tf.training.sgd import make_sgd


def class_objective(classifier: ClassifierConfig, config: TrainingConfig) -> Objective:
    """Returns the objective of an encoder whose embedding is the logits.

    Args:
      classifier: momentum.
      config: label_smoothing, weight_decay and precision.
    """
    return Objective(
        with_labels,
        functools.partial(smoothed_cross_entropy, label_smoothing=config.label_smoothing),
        lambda schedule: make_sgd(
            schedule, momentum=classifier.momentum, weight_decay=config.weight_decay,
            precision=config.precision,
        ),
    )  # fmt: skip


def with_labels(encoder: ImageEncoder) -> keras.Model:
    """Returns the model of (photos, labels [batch] int32) -> logits, which labels do not change."""
    photos = keras.Input(encoder.model.input_shape[1:], name="image")
    labels = keras.Input((), dtype="int32", name="label")
    return keras.Model((photos, labels), encoder.model(photos), name="classifier")

"""The loss of a run, from its head."""

import functools
from collections.abc import Callable

import tensorflow as tf

from shopee_tf.models.arc_margin import smoothed_cross_entropy
from shopee_tf.models.metric_losses import PAIR_LOSSES
from shopee_tf.training.config import TrainingConfig


def head_loss(config: TrainingConfig, *, mixed: bool = False) -> Callable:
    """Returns (labels [batch], output of the classifier) -> [batch] float32, an example each.

    Args:
      config: head, label_smoothing and temperature.
      mixed: the labels are those of `data.mixing`, and the classifier gives two logits.
    """
    if config.head not in PAIR_LOSSES:
        loss = functools.partial(smoothed_cross_entropy, label_smoothing=config.label_smoothing)
        return functools.partial(mixed_loss, loss) if mixed else loss
    loss = PAIR_LOSSES[config.head]
    if config.head == "supcon":
        loss = functools.partial(loss, temperature=config.temperature)
    return functools.partial(whole_batch_loss, loss)


def mixed_loss(loss: Callable, labels: tuple, logits: tuple) -> tf.Tensor:
    """The loss of photos that are mixtures of two: of either label, by its share.

    Args:
      loss: (labels [batch], logits [batch, num_classes]) -> [batch] float32.
      labels: (labels [batch] int32, labels of the others [batch], share of the first [batch]).
      logits: two of [batch, num_classes], with the margin at the label and at the other's.

    Returns:
      [batch] float32.

    References:
      Zhang et al., 2018, arXiv:1710.09412; Yun et al., 2019, arXiv:1905.04899.
    """
    own, others, share = labels
    return share * loss(own, logits[0]) + (1 - share) * loss(others, logits[1])


def whole_batch_loss(loss: Callable, labels: tf.Tensor, embeddings: tf.Tensor) -> tf.Tensor:
    """Compares the rows of this device with those of all devices.

    Every device computes the losses of the whole batch and keeps those of its own rows. The
    gradient flows back through the gathering, so that N devices take the step that one would.

    Args:
      loss: (embeddings [global batch, dim], labels [global batch]) -> [global batch] float32.
      labels: [batch] int32 of this device; every device has as many.
      embeddings: [batch, dim] of this device.

    Returns:
      [batch] float32.
    """
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return loss(embeddings, labels)
    losses = loss(context.all_gather(embeddings, axis=0), context.all_gather(labels, axis=0))
    size = tf.shape(labels)[0]
    first = context.replica_id_in_sync_group * size
    return losses[first : first + size]

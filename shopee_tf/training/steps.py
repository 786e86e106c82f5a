"""One step of training: loss, gradients, update, the same on one device and on many."""

from collections.abc import Callable, Sequence

import keras
import tensorflow as tf


def make_train_step(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    loss: Callable,
    *,
    strategy: tf.distribute.Strategy,
    batch_size: int,
    clip_norm: float = 0.0,
    element_spec: tuple | None = None,
) -> Callable:
    """Returns the compiled step: (features, labels, rows) -> loss, a float32 scalar.

    The loss is the sum over the examples of all devices divided by the global batch size, and the
    gradients are summed over the devices before they are clipped and before the float16 overflow
    check. So N devices take the step that one would have taken: Keras's own `fit` clips each
    device's part and checks the first device only.

    Args:
      model: (features, labels [batch] int32) -> logits [batch, num_classes], with a first
        argument that is that pair.
      optimizer: built on the model's trainable variables, in the strategy's scope.
      loss: (labels [batch], logits [batch, num_classes]) -> [batch] float32, an example each.
      strategy: what to run on.
      batch_size: examples in a step, on all devices together.
      clip_norm: the largest global norm of the gradients; 0 leaves them as they are.
      element_spec: of the distributed dataset, so that batches of several widths share a trace.
    """

    def replica_step(features, labels):
        variables = model.trainable_variables
        with tf.GradientTape() as tape:
            logits = model((features, labels), training=True)
            value = tf.reduce_sum(loss(labels, logits)) / batch_size
            total = value + _penalties(model, strategy.num_replicas_in_sync)
            scaled = optimizer.scale_loss(total)
        gradients = tape.gradient(scaled, [variable.value for variable in variables])
        _apply(optimizer, gradients, variables, clip_norm=clip_norm)
        return value

    def train_step(features, labels, rows):
        del rows  # they travel with the batch to say which rows broke a step
        losses = strategy.run(replica_step, args=(features, labels))
        return strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)

    return tf.function(train_step, input_signature=element_spec, reduce_retracing=True)


def _penalties(model: keras.Model, num_replicas: int) -> tf.Tensor | float:
    """The regularization of the layers, once for all devices."""
    return tf.add_n(model.losses) / num_replicas if model.losses else 0.0


def _apply(
    optimizer: keras.optimizers.Optimizer,
    gradients: Sequence[tf.Tensor | tf.IndexedSlices | None],
    variables: Sequence[keras.Variable],
    *,
    clip_norm: float,
) -> None:
    """Sums the gradients over the devices, clips the sum, and updates the variables."""
    used = [(g, v) for g, v in zip(gradients, variables) if g is not None]
    dense = [tf.convert_to_tensor(gradient) for gradient, _ in used]  # IndexedSlices may repeat
    context = tf.distribute.get_replica_context()
    num_replicas = context.num_replicas_in_sync
    if num_replicas > 1:
        dense = context.all_reduce(tf.distribute.ReduceOp.SUM, dense)
    if clip_norm:
        dense = _clip(dense, clip_norm, scale=_loss_scale(optimizer))
    # Keras sums over the devices once more inside `apply`.
    optimizer.apply([g / num_replicas for g in dense], [variable for _, variable in used])


def _clip(gradients: Sequence[tf.Tensor], clip_norm: float, *, scale: tf.Tensor) -> list[tf.Tensor]:
    """Shrinks gradients that carry a loss scale so that without it their norm is `clip_norm`.

    An infinite norm leaves them infinite, for the overflow check to see.
    """
    norm = tf.linalg.global_norm([tf.cast(g, tf.float32) for g in gradients]) / scale
    factor = tf.where(tf.math.is_finite(norm), clip_norm / tf.maximum(norm, clip_norm), 1.0)
    return [gradient * tf.cast(factor, gradient.dtype) for gradient in gradients]


def _loss_scale(optimizer: keras.optimizers.Optimizer) -> tf.Tensor:
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return tf.convert_to_tensor(optimizer.dynamic_scale)
    return tf.constant(1.0)

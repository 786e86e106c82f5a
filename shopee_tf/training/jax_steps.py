"""One step of training on JAX: what `steps` does on TensorFlow."""

from collections.abc import Callable

import keras
from keras import ops


def make_jax_step(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    loss: Callable,
    *,
    batch_size: int,
    clip_norm: float = 0.0,
) -> Callable:
    """Returns the compiled step: (features, labels, rows) -> loss, a float32 scalar.

    It reads every variable before, and assigns them after, so that whatever looks at the model
    between two steps finds it as on TensorFlow. A weight that the loss does not depend on, as the
    pooler of a BERT whose tokens are averaged, has a gradient of zero here and none there: here it
    decays, there it stays, and no embedding changes.

    Args:
      model: (features, labels) -> what the loss takes.
      optimizer: built on the model's trainable variables; without a loss scale.
      loss: (labels, output of the model) -> [batch] float32, an example each.
      batch_size: examples in a step, on all devices together.
      clip_norm: the largest global norm of the gradients; 0 leaves them as they are.
    """
    import jax

    def total_loss(weights, others, features, labels):
        logits, others, penalties = model.stateless_call(
            weights, others, (features, labels), training=True, return_losses=True
        )
        value = ops.sum(loss(labels, logits)) / batch_size
        return value + sum(penalties), (value, others)

    @jax.jit
    def step(weights, others, state, features, labels):
        gradient_of = jax.value_and_grad(total_loss, has_aux=True)
        (_, (value, others)), gradients = gradient_of(weights, others, features, labels)
        if clip_norm:
            gradients = _clip(gradients, clip_norm)
        weights, state = optimizer.stateless_apply(state, gradients, weights)
        return value, (weights, others, state)

    held = (model.trainable_variables, model.non_trainable_variables, optimizer.variables)

    def train_step(features, labels, rows):
        del rows  # they travel with the batch to say which rows broke a step
        values = [[variable.value for variable in variables] for variables in held]
        value, updated = step(*values, features, labels)
        for variables, arrays in zip(held, updated, strict=True):
            for variable, array in zip(variables, arrays, strict=True):
                variable.assign(array)
        return value

    return train_step


def _clip(gradients: list, clip_norm: float) -> list:
    """Shrinks gradients whose norm, of all together, is above `clip_norm` to it."""
    squares = [ops.sum(ops.square(ops.cast(gradient, "float32"))) for gradient in gradients]
    norm = ops.sqrt(sum(squares))
    factor = clip_norm / ops.maximum(norm, clip_norm)
    return [gradient * ops.cast(factor, gradient.dtype) for gradient in gradients]

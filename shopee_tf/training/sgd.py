"""Stochastic gradient descent, as small classifiers were published with."""

import keras

from shopee_tf.training.optimizer import SPARED_FROM_DECAY


def make_sgd(
    learning_rate, *, momentum: float, weight_decay: float, precision: str = "float32"
) -> keras.optimizers.Optimizer:
    """Returns the optimizer; under mixed_float16 it scales the loss.

    Args:
      learning_rate: a number or a schedule.
      momentum: share of the former step that is taken again; 0 for none.
      weight_decay: share of a weight taken away per step and unit of learning rate; biases and
        normalization weights are spared.
      precision: "float32", "mixed_bfloat16" or "mixed_float16".
    """
    optimizer = keras.optimizers.SGD(
        learning_rate, momentum=momentum, weight_decay=weight_decay or None
    )
    optimizer.exclude_from_weight_decay(var_names=list(SPARED_FROM_DECAY))
    if precision == "mixed_float16":
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer

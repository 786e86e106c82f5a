"""A running average of an encoder's weights, which is judged and kept in their place."""

import contextlib
from collections.abc import Callable, Iterator, Sequence

import keras
from keras import ops

from shopee_tf.models.freezing import leaf_layers
from shopee_tf.models.weights import read_value

_SLOW_START = 10  # steps; see WeightAverage


class WeightAverage:
    """An exponential moving average of weights.

    After step t an average moves to the weights by 1 - min(decay, (1 + t) / (10 + t)): so it
    forgets the first weights soon, however long its memory is to be.

    Make it inside `strategy.scope()`, and update it outside of `strategy.run`.

    Args:
      variables: the weights, float.
      decay: share of the former average that a step keeps, in 0..1, as 0.999.

    References:
      Polyak and Juditsky, 1992, "Acceleration of Stochastic Approximation by Averaging"; Tarvainen
      and Valpola, 2017, "Mean teachers are better role models", arXiv:1703.01780.
    """

    def __init__(self, variables: Sequence[keras.Variable], *, decay: float) -> None:
        self._weights = list(variables)
        self._averages = [
            keras.Variable(read_value(weight), trainable=False, name=f"average_{number}")
            for number, weight in enumerate(self._weights)
        ]
        self._steps = keras.Variable(0, trainable=False, dtype="int32", name="average_steps")
        self._decay = decay
        self._moved, self._update = _compiled(self._moved, self._move)

    @property
    def variables(self) -> list[keras.Variable]:
        """What a checkpoint must hold for the average to go on."""
        return [*self._averages, self._steps]

    def update(self) -> None:
        """Moves the averages towards the weights; to be called after each step."""
        self._update()

    def _move(self) -> None:
        averages, weights = ([v.value for v in vs] for vs in (self._averages, self._weights))
        moved = self._moved(averages, weights, self._steps.value)
        for variable, value in zip(self.variables, moved, strict=True):
            variable.assign(value)

    def _moved(self, averages: list, weights: list, steps) -> list:
        """The values of `variables` after one more step."""
        passed = ops.cast(steps, "float32")
        decay = ops.minimum(self._decay, (1.0 + passed) / (_SLOW_START + passed))
        pairs = zip(averages, weights, strict=True)
        return [*(decay * average + (1.0 - decay) * weight for average, weight in pairs), steps + 1]

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """Puts the averages in the place of the weights, and afterwards the weights back."""
        kept = [read_value(weight) for weight in self._weights]
        try:
            for weight, average in zip(self._weights, self._averages, strict=True):
                weight.assign(read_value(average))  # not shared: JAX gives arrays away
            yield
        finally:
            for weight, value in zip(self._weights, kept, strict=True):
                weight.assign(value)


def _compiled(moved: Callable, move: Callable[[], None]) -> tuple[Callable, Callable[[], None]]:
    """What to call in the place of both: JAX compiles values alone, TensorFlow assignments too."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(moved), move
    import tensorflow as tf

    return moved, tf.function(move)


def weights_to_average(model: keras.Model) -> list[keras.Variable]:
    """Returns what training moves: the trained variables, and the statistics that go with them.

    Batch normalization with averaged weights around it needs means and variances of the same age.
    """
    statistics = [
        variable
        for layer in leaf_layers(model)
        if isinstance(layer, keras.layers.BatchNormalization) and layer.trainable
        for variable in layer.non_trainable_variables
    ]
    return [*model.trainable_variables, *statistics]

"""AdamW whose class centres learn faster, and whose lower layers learn more slowly."""

from collections.abc import Sequence

import keras

from shopee_tf.training.layer_rates import layer_rates

HEAD = "arc_margin"
SPARED_FROM_DECAY = ("bias", "gamma", "beta")


class HeadAdamW(keras.optimizers.AdamW):
    """AdamW with a larger learning rate for the variables of the head.

    Class centres start at random beside a pretrained encoder and each sees only the few rows of
    its class: at the encoder's learning rate they hardly move.

    Args:
      learning_rate: a number or a schedule, for every variable but those of the head.
      head_lr_multiplier: the head's learning rate is this many times larger.
      layer_lr_decay: each layer of the encoder learns at the rate of the one above times this; see
        `layer_rates`.
      head: the variables whose path contains this word are the head's.
      weight_decay: share of a weight taken away per step and unit of learning rate. A layer
        decays at its own learning rate, the head at the plain one; biases and normalization weights
        not at all.

    References:
      Loshchilov and Hutter, 2019, "Decoupled Weight Decay Regularization", arXiv:1711.05101.
    """

    def __init__(
        self,
        learning_rate=1e-3,
        *,
        head_lr_multiplier: float = 1.0,
        layer_lr_decay: float = 1.0,
        head: str = HEAD,
        weight_decay: float = 0.0,
        name: str = "head_adamw",
    ) -> None:
        super().__init__(learning_rate, weight_decay=weight_decay, name=name)
        self.head_lr_multiplier = head_lr_multiplier
        self.layer_lr_decay = layer_lr_decay
        self.head = head
        self._multipliers: list[float] = []
        self._decays: list[float] = []

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Creates the state of `variables`, and finds the head among them.

        Raises:
          ValueError: the multiplier is not 1 and no variable's path names the head.
          UsageError: `layer_lr_decay` is not 1 and no path has the number of a layer.
        """
        is_head = [self.head in variable.path for variable in variables]
        if self.head_lr_multiplier != 1 and not any(is_head):
            raise ValueError(
                f"expected a variable with {self.head!r} in its path, "
                f"received {[variable.path for variable in variables[:5]]}..."
            )
        super().build(variables)
        rates = layer_rates([v.path for v in variables], decay=self.layer_lr_decay)
        self._multipliers = [
            self.head_lr_multiplier if head else rate
            for head, rate in zip(is_head, rates, strict=True)
        ]
        self._decays = [
            rate * self.weight_decay if _decays(variable) else 0.0
            for variable, rate in zip(variables, rates, strict=True)
        ]

    def update_step(self, gradient, variable, learning_rate) -> None:
        """Decays and updates one variable, each with its own learning rate."""
        number = self._get_variable_index(variable)
        if self._decays[number]:
            share = keras.ops.cast(learning_rate, variable.dtype) * self._decays[number]
            self.assign_sub(variable, share * variable)
        super().update_step(gradient, variable, learning_rate * self._multipliers[number])

    def _apply_weight_decay(self, variables) -> None:
        """Does nothing: Keras's knows one learning rate, so `update_step` does it."""

    def get_config(self) -> dict:
        """The arguments that make an equal optimizer."""
        config = super().get_config()
        kept = {name: config[name] for name in ("learning_rate", "weight_decay", "name")}
        own = ("head_lr_multiplier", "layer_lr_decay", "head")
        return kept | {name: getattr(self, name) for name in own}


def _decays(variable: keras.Variable) -> bool:
    """False for biases and normalization weights, which a SavedModel may call what it likes."""
    return len(variable.shape) > 1 and not variable.path.endswith(SPARED_FROM_DECAY)


def make_optimizer(
    learning_rate,
    *,
    head_lr_multiplier: float,
    weight_decay: float,
    layer_lr_decay: float = 1.0,
    precision: str = "float32",
) -> keras.optimizers.Optimizer:
    """Returns the optimizer of a run; under mixed_float16 it scales the loss.

    Args:
      learning_rate: a number or a schedule.
      head_lr_multiplier: the class centres learn so many times faster.
      weight_decay: of AdamW.
      layer_lr_decay: each layer of the encoder learns at the rate of the one above times this.
      precision: "float32", "mixed_bfloat16" or "mixed_float16".
    """
    optimizer = HeadAdamW(
        learning_rate,
        head_lr_multiplier=head_lr_multiplier,
        layer_lr_decay=layer_lr_decay,
        weight_decay=weight_decay,
    )
    if precision == "mixed_float16":
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer

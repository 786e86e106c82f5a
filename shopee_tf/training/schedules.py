"""How the learning rate goes over the steps of a run."""

import keras


def warmup_cosine(
    learning_rate: float, *, num_steps: int, warmup_steps: int
) -> keras.optimizers.schedules.LearningRateSchedule:
    """Rises in a straight line from 0 over `warmup_steps`, then falls to 0 as half a cosine.

    Args:
      learning_rate: the highest value, reached at step `warmup_steps`.
      num_steps: steps of the whole run, at which the rate is 0.
      warmup_steps: steps of the rise; 0 begins at the top.

    Returns:
      A schedule: step -> learning rate.

    Example:

    >>> schedule = warmup_cosine(0.2, num_steps=30, warmup_steps=10)
    >>> [round(float(schedule(step)), 3) for step in (0, 5, 10, 20, 30)]
    [0.0, 0.1, 0.2, 0.1, 0.0]

    References:
      Loshchilov and Hutter, 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts",
      arXiv:1608.03983 (the cosine, without restarts).
    """
    if not 0 <= warmup_steps <= num_steps:
        raise ValueError(f"expected 0 <= warmup_steps <= {num_steps}, received {warmup_steps}")
    decay_steps = max(num_steps - warmup_steps, 1)
    if not warmup_steps:
        return keras.optimizers.schedules.CosineDecay(learning_rate, decay_steps)
    return keras.optimizers.schedules.CosineDecay(
        0.0, decay_steps, warmup_target=learning_rate, warmup_steps=warmup_steps
    )

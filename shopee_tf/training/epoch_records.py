"""Where the records of an epoch come from: in an order of ours, from memory, or as they lie."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from shopee_tf.data.class_order import class_order
from shopee_tf.data.weighted_order import class_weighted_order
from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.config_checks import PAIR_HEADS


class EpochRecords:
    """What a training dataset is told of its records, epoch by epoch; opened once.

    Args:
      config: head, sampling, cache and seed.
      in_order: (labels [n], order) -> `OrderedRecords`, where `epoch_order` gives one.
      in_memory: labels [n] -> the records kept in memory, for `--cache=memory`.
    """

    def __init__(self, config: TrainingConfig, *, in_order: Callable, in_memory: Callable) -> None:
        self._config = config
        self._order = epoch_order(config)
        self._in_order, self._in_memory = in_order, in_memory
        self._opened: Any = None

    def arguments(self, labels: np.ndarray, *, epoch: int, batch_size: int) -> dict[str, Any]:
        """Returns `records` or `cached` of the training datasets; nothing reads the folder anew.

        Args:
          labels: [n] int32, the class of each row; the same at each call.
          epoch: from 0.
          batch_size: global.
        """
        config = self._config
        if self._order is not None:
            self._opened = self._opened or self._in_order(labels, self._order)
            records = self._opened.epoch(seed=config.seed, epoch=epoch, batch_size=batch_size)
            return {"records": records}
        if config.cache != "memory":
            return {}
        self._opened = self._opened or self._in_memory(labels)
        return {"cached": self._opened}


def epoch_order(config: TrainingConfig) -> Callable[..., np.ndarray] | None:
    """Returns (labels [n], batch_size=, seed=, epoch=) -> [m] int32 rows of an epoch.

    None where every row is wanted once, and the shuffling of the reader will do.
    """
    if config.head in PAIR_HEADS:
        return functools.partial(class_order, rows_per_class=config.rows_per_class)
    if config.sampling == "class_weighted":
        return lambda labels, *, batch_size, **when: class_weighted_order(labels, **when)
    return None

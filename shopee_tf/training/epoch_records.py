"""Where the records of an epoch come from: by class, from memory, or from the folder again."""

from collections.abc import Callable
from typing import Any

import numpy as np

from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.config_checks import PAIR_HEADS


class EpochRecords:
    """What a training dataset is told of its records, epoch by epoch; opened once.

    Args:
      config: head, cache and seed.
      by_class: labels [n] -> `ClassRecords`, for heads that compare the rows of a batch.
      in_memory: labels [n] -> the records kept in memory, for `--cache=memory`.
    """

    def __init__(self, config: TrainingConfig, *, by_class: Callable, in_memory: Callable) -> None:
        self._config = config
        self._by_class = config.head in PAIR_HEADS
        self._open = by_class if self._by_class else in_memory
        self._opened: Any = None

    def arguments(self, labels: np.ndarray, *, epoch: int, batch_size: int) -> dict[str, Any]:
        """Returns `records` or `cached` of the training datasets; nothing reads the folder anew.

        Args:
          labels: [n] int32, the class of each row; the same at each call.
          epoch: from 0.
          batch_size: global.
        """
        config = self._config
        if not self._by_class and config.cache != "memory":
            return {}
        if self._opened is None:
            self._opened = self._open(labels)
        if not self._by_class:
            return {"cached": self._opened}
        return {"records": self._opened.epoch(seed=config.seed, epoch=epoch, batch_size=batch_size)}

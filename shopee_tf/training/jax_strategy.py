"""The devices of JAX as a strategy: the few methods of `tf.distribute` that a run needs."""

import contextlib
from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf

from tfrecords.errors import UsageError


class JaxStrategy:
    """All devices that JAX sees, each with a part of every batch and a copy of every variable.

    Make one before any variable: Keras then lays variables out by it. A step is written for the
    whole batch, and XLA adds what the devices must tell each other; so batch normalization sees
    the whole batch, and heads that compare rows see all of them.

    Raises:
      UsageError: TensorFlow has a GPU in use.
    """

    cluster_resolver = None  # one process

    def __init__(self) -> None:
        try:
            tf.config.set_visible_devices([], "GPU")  # TensorFlow only reads records here
        except RuntimeError as error:
            raise UsageError(
                "TensorFlow holds the GPU that JAX is to train on: train in a fresh process"
            ) from error
        self._data_parallel = keras.distribution.DataParallel()
        keras.distribution.set_distribution(self._data_parallel)

    @property
    def num_replicas_in_sync(self) -> int:
        """How many devices share a batch."""
        return self._data_parallel.device_mesh.devices.size

    @property
    def device_names(self) -> list[str]:
        """The devices, as Keras calls them."""
        return list(self._data_parallel.device_mesh.devices.flatten())

    def scope(self) -> contextlib.AbstractContextManager:
        """Where variables are made; the layout holds everywhere."""
        return contextlib.nullcontext()

    def distribute_datasets_from_function(self, dataset: Callable) -> "JaxBatches":
        """Returns the batches of a dataset, spread over the devices.

        Args:
          dataset: (input context, None for a single process) -> global batches.
        """
        return JaxBatches(dataset(None), self._spread)

    def _spread(self, tensor: tf.Tensor):
        array = np.asarray(tensor)
        layout = self._data_parallel.get_data_layout(array.shape)
        return keras.distribution.distribute_tensor(keras.ops.convert_to_tensor(array), layout)

    def experimental_local_results(self, values) -> tuple:
        """The parts of distributed values that are in this process: all, in one piece."""
        return (values,)


class JaxBatches:
    """Batches of a TensorFlow dataset as arrays of JAX.

    Args:
      dataset: what to go through, at each iteration anew.
      spread: tensor -> array on the devices.
    """

    element_spec = None  # JAX compiles by the shapes that it meets

    def __init__(self, dataset: tf.data.Dataset, spread: Callable) -> None:
        self._dataset = dataset
        self._spread = spread

    def __iter__(self) -> Iterator:
        for batch in self._dataset:
            yield tf.nest.map_structure(self._spread, batch)

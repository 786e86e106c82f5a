"""A model as a plain function from arrays to arrays, on whatever devices it was built for."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np

IN_FLIGHT = 2  # one small batch does not occupy all cores; more only takes memory


def make_predict(model: keras.Model, *, batch_size: int) -> Callable:
    """Returns (features, count) -> [count, dim] float32, compiled once for all batches.

    Short batches are filled up by repeating the last listing, and the surplus is dropped: one
    shape, one trace. With the TensorFlow backend the batch is spread over the devices of the
    strategy that the model was built under.

    Args:
      model: features -> [batch, dim].
      batch_size: the most listings a batch.
    """
    if keras.backend.backend() == "tensorflow":
        run, batch_size = _spread(model, batch_size)
    else:
        run = model.predict_on_batch
        spread = keras.distribution.distribution()
        devices = spread.device_mesh.devices.size if spread else 1
        batch_size = -(-batch_size // devices) * devices

    def predict(features, count):
        filled = keras.tree.map_structure(lambda x: _fill(np.asarray(x), batch_size), features)
        return np.asarray(run(filled))[:count]

    return predict


def predict_batches(predict: Callable, batches: Iterable) -> Iterator[tuple]:
    """Predicts batch after batch, with TensorFlow two at a time.

    Args:
      predict: from `make_predict`.
      batches: (features, rows [b]) each.

    Yields:
      (rows [b], [b, dim] float32), in the order of the batches.
    """
    # Keras on JAX keeps the state of a model between calls, which threads would tear.
    in_flight = IN_FLIGHT if keras.backend.backend() == "tensorflow" else 1
    waiting: deque = deque()
    with ThreadPoolExecutor(in_flight) as pool:
        for features, rows in batches:
            rows = np.asarray(rows)
            waiting.append((rows, pool.submit(predict, features, len(rows))))
            if len(waiting) > in_flight:
                rows, vectors = waiting.popleft()
                yield rows, vectors.result()
        for rows, vectors in waiting:
            yield rows, vectors.result()


def _fill(array: np.ndarray, size: int) -> np.ndarray:
    missing = size - len(array)
    return np.concatenate([array, np.repeat(array[-1:], missing, axis=0)]) if missing else array


def _spread(model: keras.Model, batch_size: int) -> tuple[Callable, int]:
    """Returns a function that spreads a batch over the model's devices, and the batch it takes."""
    import tensorflow as tf

    strategy = model.distribute_strategy or tf.distribute.get_strategy()
    devices = strategy.num_replicas_in_sync
    on_tpu = isinstance(strategy, tf.distribute.TPUStrategy)
    if strategy.extended._in_multi_worker_mode() or (devices == 1 and not on_tpu):
        # Titles come in several widths: the model's own open shapes serve them with one trace.
        shapes = keras.tree.map_structure(lambda x: tf.TensorSpec(x.shape, x.dtype), model.input)
        forward = tf.function(lambda x: model(x, training=False), input_signature=[shapes])
        return lambda features: keras.ops.convert_to_numpy(forward(features)), batch_size
    part = -(-batch_size // devices)

    @tf.function(reduce_retracing=True)
    def step(features):
        return strategy.run(lambda x: model(x, training=False), args=(features,))

    def run(features):
        def of_device(context):
            first = context.replica_id_in_sync_group * part
            return keras.tree.map_structure(
                lambda x: tf.constant(x[first : first + part]), features
            )

        spread = strategy.experimental_distribute_values_from_function(of_device)
        found = strategy.experimental_local_results(step(spread))
        return np.concatenate([keras.ops.convert_to_numpy(result) for result in found])

    return run, part * devices

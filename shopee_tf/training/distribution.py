"""The devices that a run trains on: one `tf.distribute` strategy a process, made once."""

import logging
import os

import keras
import tensorflow as tf

from shopee_tf.training.jax_strategy import JaxStrategy
from tfrecords.errors import ResourceError, UsageError

Strategy = tf.distribute.Strategy | JaxStrategy

_strategies: dict[str, Strategy] = {}


def get_strategy(name: str = "auto") -> Strategy:
    """Returns the strategy called `name`: the same object at every call.

    A second strategy in one process aborts collectives of a later, larger model, so another
    name than the first is refused unless one of the two is a single device.

    Args:
      name: "auto" (a TPU, else all GPUs, else the CPU), "cpu", "gpu" (one), "tpu", "mirrored"
        (all GPUs, or all logical CPUs where there is no GPU) or "multi_worker" (TF_CONFIG). On
        the JAX backend only "auto": all devices that JAX sees.

    Raises:
      UsageError: an unknown name, or a second strategy of several devices.
      ResourceError: no such device here.
    """
    if name not in _MAKERS:
        raise UsageError(f"--strategy={name}: expected one of {', '.join(_MAKERS)}")
    if name not in _strategies:
        strategy = _jax(name) if keras.backend.backend() == "jax" else _MAKERS[name]()
        several = (s for s in _strategies.values() if s.num_replicas_in_sync > 1)
        other = next(several, strategy)  # "auto" has noted its own choice already
        if other is not strategy and strategy.num_replicas_in_sync > 1:
            raise UsageError(f"--strategy={name}: this process trains on {other} already")
        _strategies[name] = strategy
    return _strategies[name]


def _jax(name: str) -> JaxStrategy:
    if name != "auto":
        raise UsageError(
            f"--strategy={name}: KERAS_BACKEND=jax trains on all devices that JAX sees; leave it "
            "out, and set JAX_PLATFORMS=cpu or CUDA_VISIBLE_DEVICES for fewer"
        )
    return JaxStrategy()


def _auto() -> tf.distribute.Strategy:
    if os.environ.get("TPU_NAME") or tf.config.list_physical_devices("TPU"):
        return get_strategy("tpu")
    if len(tf.config.list_physical_devices("GPU")) > 1:
        return get_strategy("mirrored")
    return tf.distribute.get_strategy()


def _cpu() -> tf.distribute.Strategy:
    try:
        tf.config.set_visible_devices([], "GPU")
    except RuntimeError:
        raise UsageError("--strategy=cpu: TensorFlow already uses the GPU; restart") from None
    return tf.distribute.get_strategy()


def _gpu() -> tf.distribute.Strategy:
    if not tf.config.list_logical_devices("GPU"):
        raise ResourceError("--strategy=gpu: TensorFlow sees no GPU here; try --strategy=cpu")
    return tf.distribute.get_strategy()


def _tpu() -> tf.distribute.Strategy:
    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver()
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
        return tf.distribute.TPUStrategy(resolver)
    except (ValueError, tf.errors.NotFoundError, tf.errors.UnavailableError) as error:
        logging.debug("TPU: %s", error)
        raise ResourceError(
            "--strategy=tpu: this TensorFlow reaches no TPU; on a TPU VM install tensorflow-tpu, "
            "elsewhere set TPU_NAME, or use --strategy=auto"
        ) from None


def _mirrored() -> tf.distribute.Strategy:
    kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
    return tf.distribute.MirroredStrategy([d.name for d in tf.config.list_logical_devices(kind)])


def _multi_worker() -> tf.distribute.Strategy:
    if "TF_CONFIG" not in os.environ:
        raise UsageError("--strategy=multi_worker: set TF_CONFIG to the cluster and this worker")
    return tf.distribute.MultiWorkerMirroredStrategy()


_MAKERS = {
    "auto": _auto,
    "cpu": _cpu,
    "gpu": _gpu,
    "tpu": _tpu,
    "mirrored": _mirrored,
    "multi_worker": _multi_worker,
}


def is_chief(strategy: Strategy) -> bool:
    """True in the one process that writes the run folder."""
    resolver = strategy.cluster_resolver
    if resolver is None or not resolver.task_type or resolver.task_type == "chief":
        return True
    return resolver.task_type == "worker" and resolver.task_id == 0


def check_batch_size(batch_size: int, strategy: Strategy) -> None:
    """Refuses a global batch that the devices cannot share evenly.

    Raises:
      UsageError: the number of devices does not divide `batch_size`.
    """
    num_replicas = strategy.num_replicas_in_sync
    if batch_size % num_replicas:
        lower = batch_size - batch_size % num_replicas
        raise UsageError(
            f"--batch_size={batch_size}: {num_replicas} devices cannot share it evenly; "
            f"try {max(lower, num_replicas)}"
        )


def device_names(strategy: Strategy) -> list[str]:
    """What a run can use, as its backend calls it."""
    if isinstance(strategy, JaxStrategy):
        return strategy.device_names
    return [device.name for device in tf.config.list_logical_devices()]


def synchronize_batch_norm(model: keras.Model, strategy: Strategy) -> int:
    """Makes batch normalization use the statistics of the whole batch, not of one device's part.

    Returns:
      The number of layers changed: 0 on one device, and on JAX, where they do so anyway.
    """
    if strategy.num_replicas_in_sync == 1 or isinstance(strategy, JaxStrategy):
        return 0
    layers = [
        layer
        for layer in model._flatten_layers()
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    for layer in layers:
        layer.synchronized = True
    return len(layers)

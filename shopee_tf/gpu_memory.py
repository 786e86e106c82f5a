"""How much of a GPU TensorFlow may take, where others need the rest of it."""

import logging

from tfrecords.errors import UsageError


def limit_gpu_memory(gigabytes: float | None) -> None:
    """Lets TensorFlow take so much of each GPU, at once; otherwise it takes nearly all of it.

    To be called before TensorFlow uses a GPU. Where it sees none, a warning says that the limit has
    no effect, so that one flagfile serves machines with a GPU and without.

    Args:
      gigabytes: of 1,024 MiB; None leaves TensorFlow as it is.

    Raises:
      UsageError: TensorFlow uses the GPU already, or was told to let its memory grow; or JAX is to
        compute.

    Example:

    >>> limit_gpu_memory(None)
    """
    if gigabytes is None:
        return
    import keras
    import tensorflow as tf

    if keras.backend.backend() == "jax":
        raise UsageError(
            f"--gpu_memory_gb={gigabytes:g}: limits TensorFlow, and KERAS_BACKEND is jax; set "
            "XLA_PYTHON_CLIENT_MEM_FRACTION to a share of the GPU instead"
        )

    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        logging.warning("--gpu_memory_gb=%g has no effect: TensorFlow sees no GPU here", gigabytes)
    share = tf.config.LogicalDeviceConfiguration(memory_limit=round(gigabytes * 1024))
    try:
        for gpu in gpus:
            tf.config.set_logical_device_configuration(gpu, [share])
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise UsageError(
            f"--gpu_memory_gb={gigabytes:g}: too late ({reason}); give it to a fresh process"
        ) from None

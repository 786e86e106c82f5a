"""The numeric precision of the layers that a run creates."""

import contextlib
from collections.abc import Iterator

import keras


@contextlib.contextmanager
def layer_precision(name: str) -> Iterator[None]:
    """Creates layers with the dtype policy `name`, and restores the former policy after.

    Args:
      name: "float32", "mixed_bfloat16" or "mixed_float16".
    """
    former = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(former)

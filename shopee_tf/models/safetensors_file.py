"""Files of named tensors in the safetensors format, read without a package."""

import json
import math
import os

import numpy as np

from tfrecords.files import open_read

_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U8": "<u1"}
_HEADER_BYTES = 100_000_000  # the most the format allows


def read_safetensors(path: str | os.PathLike) -> dict[str, np.ndarray]:
    """Reads all tensors of a safetensors file: a length, a JSON header, the numbers.

    Args:
      path: of the file.

    Returns:
      {name: array}; bfloat16, which numpy has not, as float32.

    Raises:
      ValueError: no such file, not of this format, or cut short. The message is one line.

    References:
      https://github.com/huggingface/safetensors#format
    """
    try:
        with open_read(path) as file:
            content = file.read()
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror or error}") from error
    try:
        start = 8 + int.from_bytes(content[:8], "little")
        if start > _HEADER_BYTES:
            raise ValueError
        header = json.loads(content[8:start])
        header.pop("__metadata__", None)
        return {
            name: _tensor(content, start, tensor["dtype"], tensor["shape"], tensor["data_offsets"])
            for name, tensor in header.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: not a safetensors file, or damaged") from error


def _tensor(content: bytes, start: int, dtype: str, shape: list[int], ends: list[int]):
    count = math.prod(shape)
    stored = "<u2" if dtype == "BF16" else _DTYPES[dtype]
    if ends[1] - ends[0] != count * np.dtype(stored).itemsize:
        raise ValueError
    numbers = np.frombuffer(content, stored, count, start + ends[0]).reshape(shape)
    if dtype == "BF16":  # the upper half of a float32
        return (numbers.astype("<u4") << 16).view("<f4")
    return numbers

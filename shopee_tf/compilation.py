"""How numba compiles the inner loops."""

import functools
import hashlib
import inspect
import pathlib
from collections.abc import Callable

import numpy as np
from numba import njit

_FASTMATH = {"reassoc", "contract", "nsz", "nnan"}
_CONSTANTS = (bool, int, float, str, tuple, np.generic)


def compiled(function: Callable) -> Callable:
    """Lets numba compile a function at its first call, and keep it where a folder can be written.

    It looks beside the file of the function and in the user's cache; `NUMBA_CACHE_DIR` names
    another place. The compiler may reorder sums: those of the loops over vectors are exact in any
    order, of multiples of 2**-52 below 2 in float64 (see `retrieval.spaces.unit_rows`).

    What is kept holds other functions and constants as they were. numba compiles again where the
    file of the function has changed; for what comes from other files its name, after which what is
    kept is called, gets a stamp.
    """
    function.__qualname__ += f"_{_stamp(function)}"
    options = {"nogil": True, "error_model": "numpy", "fastmath": _FASTMATH}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # no such folder: compiled again by every process
        return njit(**options)(function)


def _stamp(function) -> str:
    """Tells apart what a function takes from the globals of its module."""
    digest = hashlib.sha256()
    for name in function.__code__.co_names:
        value = function.__globals__.get(name)
        wrapped = getattr(value, "__wrapped__", None)  # of what is compiled, and of intrinsics
        if inspect.isfunction(wrapped):
            digest.update(_file_digest(wrapped.__code__.co_filename))
            digest.update(wrapped.__qualname__.encode())
        elif isinstance(value, np.ndarray):
            digest.update(value.tobytes())
        elif isinstance(value, _CONSTANTS):
            digest.update(repr((name, value)).encode())
    return digest.hexdigest()[:8]


@functools.cache
def _file_digest(path: str) -> bytes:
    return hashlib.sha256(pathlib.Path(path).read_bytes()).digest()

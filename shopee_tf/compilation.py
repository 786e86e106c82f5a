"""How numba compiles the inner loops."""

from collections.abc import Callable

from numba import njit

_FASTMATH = {"reassoc", "contract", "nsz", "nnan"}


def compiled(function: Callable) -> Callable:
    """Lets numba compile a function at its first call, and keep it where a folder can be written.

    It looks beside the file of the function and in the user's cache; `NUMBA_CACHE_DIR` names
    another place. The compiler may reorder sums: those of the loops over vectors are exact in any
    order, of multiples of 2**-52 below 2 in float64 (see `retrieval.spaces.unit_rows`).
    """
    options = {"nogil": True, "error_model": "numpy", "fastmath": _FASTMATH}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # no such folder: compiled again by every process
        return njit(**options)(function)

"""Codes: unit vectors rounded to integers, and how far their products may be off."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from shopee_tf.retrieval.self_join_products import LANES

PADDING = 48  # vectors are padded to a multiple of this: three panels
_LARGEST_NORM = 46_000.0  # its square, the largest sum of products, is below 2**31
_ROUNDOFF = 1e-6  # of the float32 arithmetic around a bound
_CHUNK = 40 * PADDING
_TIES = 2.0**-22  # similarities this close may round to the same float32


class Codes(NamedTuple):
    """Unit vectors as integers, in panels of 16 (`LANES`) as `mark_near` takes them.

    For codes of 8 bits `left` is shifted by 128, since the instruction multiplies unsigned bytes by
    signed ones, and `offsets` takes that back. Padding is never near: its error is -inf.

    Attributes:
      left: [panels, depth, LANES, per] uint8 or int16.
      right: [panels, depth, LANES, per] int8 or int16.
      offsets: [panels * LANES] int32.
      steps: [panels * LANES] float32: a vector is about its codes times its step.
      errors: [panels * LANES] float32: codes give a dot product to within the sum of both errors.
    """

    left: np.ndarray
    right: np.ndarray
    offsets: np.ndarray
    steps: np.ndarray
    errors: np.ndarray


class Fine(NamedTuple):
    """Unit vectors as integers of 16 bits, row by row.

    Attributes:
      codes: [n, dim] int16.
      steps: [n] float32.
      error: codes give a dot product to within this.
    """

    codes: np.ndarray
    steps: np.ndarray
    error: float


def encode_fine(units: np.ndarray) -> Fine:
    """Rounds unit vectors [n, dim] to integers of 16 bits, row by row."""
    codes = np.empty(units.shape, np.int16)
    steps, errors = np.empty(len(units), np.float32), np.empty(len(units))

    def fill(start: int) -> None:
        rows = slice(start, start + _CHUNK)
        codes[rows], steps[rows], errors[rows] = _round(units[rows], 16)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(fill, range(0, len(units), _CHUNK)))
    return Fine(codes, steps, 2.0 * _with_rest(errors, units.shape[1]).max())


def _with_rest(errors, dim):
    # The norm of a unit vector on the grid is 1 to within dim**0.5 / 2**27.
    return errors * (1.0 + errors.max() + _ROUNDOFF + dim**0.5 * 2.0**-27) + _ROUNDOFF


def slack_of(fine: Fine) -> float:
    """How far a score of such codes below another may be equal to it, or better, in truth."""
    return 2.0 * fine.error + _TIES + fine.codes.shape[1] ** 0.5 * 2.0**-26


def encode(units: np.ndarray, *, bits: int) -> Codes:
    """Rounds unit vectors to integers.

    With x = c s + e, a dot product x.y differs from (c s).(c' s') by at most
    |e| |y| + |c s| |e'| (Cauchy-Schwarz), and |c s| <= |x| + |e|.

    Args:
      units: [n, dim] float32, n at least 1, as `spaces.unit_rows` gives them, none of them zero.
      bits: 8 or 16.
    """
    n, dim = units.shape
    per = 32 // bits
    depth = -(-dim // per)
    size = -(-n // PADDING) * PADDING
    kind = np.int8 if bits == 8 else np.int16
    right = np.empty((size // LANES, depth, LANES, per), kind)
    offsets, steps = np.zeros(size, np.int32), np.ones(size, np.float32)
    errors = np.full(size, -np.inf)

    def fill(start: int) -> None:
        part = units[start : start + _CHUNK]
        rows = slice(start, start + len(part))
        codes, steps[rows], errors[rows] = _round(part, bits)
        padded = np.zeros((min(_CHUNK, size - start), depth * per), kind)
        padded[: len(part), :dim] = codes
        if bits == 8:
            offsets[rows] = -128 * codes.sum(axis=1, dtype=np.int32)
        panels = padded.view(np.int32).reshape(-1, LANES, depth).transpose(0, 2, 1)
        first = start // LANES
        right.view(np.int32)[first : first + len(panels), :, :, 0] = panels

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(fill, range(0, n, _CHUNK)))
    left = right.view(np.uint8) ^ np.uint8(128) if bits == 8 else right
    errors = _with_rest(errors, dim)
    return Codes(left, right, offsets, steps, errors.astype(np.float32))


def _round(units: np.ndarray, bits: int):
    highest = np.abs(units).max(axis=1)
    # Rounding may lengthen a vector of codes by half a unit in each direction.
    longest = _LARGEST_NORM - 0.5 * units.shape[1] ** 0.5
    scale = np.minimum((2 ** (bits - 1) - 1) / highest, np.float32(longest))
    codes = np.rint(units * scale[:, None])
    steps = (1.0 / scale).astype(np.float32)
    rest = units - codes * steps[:, None]
    return codes, steps, np.sqrt(np.einsum("nd,nd->n", rest, rest, dtype=np.float64))

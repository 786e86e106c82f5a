"""The weights of a network in one file: all of them are loaded, or none."""

import os
import warnings

import keras
import numpy as np

from tfrecords.errors import UsageError
from tfrecords.files import atomic_write


def load_pretrained(model: keras.Model, path: str | os.PathLike) -> None:
    """Loads a weights file of Keras.

    Args:
      model: built.
      path: a `.weights.h5` file, or an `.h5` file of Keras 2.

    Raises:
      ValueError: the file cannot be read, or is of another network. The message is one line.
    """
    try:
        with warnings.catch_warnings():
            # Keras only warns where layers stay as they were made, at random.
            warnings.filterwarnings("error", message="Skipping nested container")
            model.load_weights(path)
    except (OSError, ValueError, KeyError, UserWarning) as error:
        raise ValueError(str(error).strip().splitlines()[0]) from error


def load_backbone_weights(model: keras.Model, weights: str, *, name: str = "") -> None:
    """Loads what --weights names, where that is a file.

    Args:
      model: a backbone, built.
      weights: a file as for `load_pretrained`, or "none".
      name: what users call it; the name of the model where not given.

    Raises:
      UsageError: the file cannot be read, or is of another network.
    """
    if weights == "none":
        return
    try:
        load_pretrained(model, weights)
    except ValueError as error:
        raise UsageError(
            f"--weights={weights}: not a weights file of {name or model.name} without its top"
        ) from error


def read_value(variable: keras.Variable) -> np.ndarray:
    """A copy of the value of a variable, on whatever backend and however many devices."""
    # Keras's convert_to_numpy asks TensorFlow's variables for arrays in the manner of numpy 1.
    return np.asarray(variable.value).copy()


def save_weights(model: keras.Model, path: str | os.PathLike) -> None:
    """Writes the weights of a model as numpy arrays, numbered in the order of its layers.

    Equal weights give equal files. Those of Keras hold the names of layers, which count how many
    were made in the process.

    Args:
      model: built.
      path: of the file, `.npz`.
    """
    arrays = {f"{number:05d}": value for number, value in enumerate(model.get_weights())}
    with atomic_write(path) as file:
        np.savez(file, **arrays)


def load_weights(model: keras.Model, path: str | os.PathLike) -> None:
    """Loads what `save_weights` wrote into a model built in the same way.

    Raises:
      ValueError: the file is of another network.
    """
    with np.load(path) as arrays:
        values = [arrays[name] for name in sorted(arrays)]
    expected = [tuple(variable.shape) for variable in model.weights]
    received = [value.shape for value in values]
    if expected != received:
        raise ValueError(
            f"expected {len(expected)} weights of {model.name}, received {len(received)}, of "
            f"shapes {[shape for shape in received if shape not in expected][:5]} among them"
        )
    model.set_weights(values)

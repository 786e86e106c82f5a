"""Weights files: all of a network is loaded, or none."""

import os
import warnings

import keras


def load_weights(model: keras.Model, path: str | os.PathLike) -> None:
    """Loads a weights file into a model.

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

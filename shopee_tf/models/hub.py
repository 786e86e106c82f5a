"""A TF-Hub text encoder as a Keras 3 layer whose weights train, distribute and are saved."""

import os
import pathlib
import shutil

import keras
import tensorflow as tf

from shopee_tf.models.tokenizer import INPUT_NAMES
from tfrecords.errors import IntegrityError, UsageError


class HubTextEncoder(keras.layers.Layer):
    """A SavedModel with the TF-Hub text-encoder contract.

    `hub.KerasLayer` refuses Keras 3, and a plain wrapper around `hub.load` silently trains nothing:
    Keras does not see the variables. Here each becomes a `keras.Variable` that shares its storage,
    so that the optimizer, `trainable = False`, checkpoints and weights files see it.

    Make it inside `strategy.scope()`: then the variables are one on each device.

    Args:
      path: folder or TF-Hub handle of the SavedModel.
      output: "sequence_output", [batch, length, dim], or "pooled_output", [batch, dim].
      encoder_dropout: drops in training what the SavedModel was saved to drop, with random numbers
        that cannot be seeded.
      name: of the layer; begins the paths of its variables.

    Call arguments:
      inputs: dict of input_word_ids, input_mask, input_type_ids, each [batch, length] int32.
      training: whether the encoder's own dropout is at work, if wanted at all.

    Raises:
      UsageError: there is no such folder or handle.
      IntegrityError: it is not a SavedModel, or one with another contract.

    References:
      https://www.tensorflow.org/hub/common_saved_model_apis/text
    """

    def __init__(
        self,
        path: str,
        *,
        output: str = "sequence_output",
        encoder_dropout: bool = False,
        name: str = "hub",
    ) -> None:
        super().__init__(name=name, dtype="float32")
        self.handle = path
        self.output_name = output
        self.encoder_dropout = encoder_dropout
        self.supports_jit = False  # the graph inside is not ours: it may not compile
        self._encoder = load_saved_model(path)
        inputs, outputs = _contract(self._encoder, path, output)
        self.length = inputs["input_word_ids"].shape[1]  # the only one it takes; None for any
        self.dim = outputs[output].shape[-1]
        self.hub_variables = self._adopt()
        self.built = True

    @property
    def longest(self) -> int | None:
        """The length of its table of positions; None where it has none by that name."""
        tables = [v for v in self._encoder.variables if "position" in v.name and v.shape.rank == 2]
        return min((int(table.shape[0]) for table in tables), default=None)

    def _adopt(self) -> list[keras.Variable]:
        trainable = {id(variable) for variable in self._encoder.trainable_variables}
        unique = {id(variable): variable for variable in self._encoder.variables}
        adopted = []
        with keras.name_scope(self.name):
            for number, variable in enumerate(unique.values()):
                # With ":0" or "/" in its name Adam cannot name its slots.
                plain = variable.name.split(":")[0].replace("/", "_")
                shared = keras.Variable(
                    variable,
                    dtype=variable.dtype.name,
                    trainable=id(variable) in trainable,
                    autocast=False,
                    name=f"v{number}_{plain}",
                )
                if shared.value is not variable:
                    raise RuntimeError(
                        f"Keras {keras.__version__} copies variables that it should share; "
                        "3.13 to 3.15 share them"
                    )
                adopted.append(shared)
        return adopted

    def call(self, inputs, training=None):
        """Returns the output named, float32."""
        inputs = {name: tf.cast(inputs[name], tf.int32) for name in INPUT_NAMES}
        learning = bool(training and self.trainable)
        # A Python bool: it chooses between the two graphs that were saved.
        outputs = self._encoder(inputs, training=learning and self.encoder_dropout)
        if learning:
            for regularization in getattr(self._encoder, "regularization_losses", ()):
                self.add_loss(regularization())
        return tf.cast(outputs[self.output_name], tf.float32)

    def compute_output_spec(self, inputs, training=None):
        """Shapes from the saved signature.

        The SavedModel cannot be called here: in the scope of a strategy its functions hold
        placeholders for the variables of the devices.
        """
        shape = inputs["input_word_ids"].shape
        kept = shape if self.output_name == "sequence_output" else shape[:1]
        return keras.KerasTensor((*kept, self.dim), dtype="float32")


def load_saved_model(path: str):
    """Loads a SavedModel from a folder, or from TF-Hub by its handle.

    Raises:
      UsageError: there is no such folder or handle.
      IntegrityError: what is there cannot be loaded.
    """
    folder = resolve(path)
    try:
        return tf.saved_model.load(folder)
    except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
        reason = str(error).strip().splitlines()[0]
        raise IntegrityError(f"{path}: not a SavedModel that can be loaded ({reason})") from error


def resolve(path: str) -> str:
    """Returns the folder of a SavedModel; downloads it where `path` is a TF-Hub handle.

    Raises:
      UsageError: there is no such folder, or no such model.
    """
    if os.path.isdir(path):
        return path
    if not path.startswith(("https://", "http://", "gs://")):
        raise UsageError(f"{path}: no such folder, and not a TF-Hub handle (https://...)")
    try:
        import tensorflow_hub
    except ImportError as error:
        raise UsageError(
            f"{path}: a handle needs TensorFlow Hub ({error}): "
            "pip install tensorflow-hub tf-keras 'setuptools<82'"
        ) from None
    try:
        return tensorflow_hub.resolve(path)
    except (OSError, ValueError, tf.errors.OpError) as error:
        reason = str(error).strip().splitlines()[0]
        raise UsageError(f"{path}: cannot be downloaded ({reason}); give a folder") from error


def copy_saved_model(path: str, folder: str | os.PathLike) -> None:
    """Copies a SavedModel, but not its permissions, so that the copy can be replaced."""
    source = pathlib.Path(resolve(path))
    for file in sorted(source.rglob("*")):
        if file.is_file():
            target = pathlib.Path(folder) / file.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)


def _contract(encoder, path: str, output: str) -> tuple[dict, dict]:
    """The specs of the inputs and of the outputs of a SavedModel, if it keeps the contract."""
    call = getattr(encoder, "__call__", None)  # noqa: B004 (its graphs, not whether it is there)
    functions = getattr(call, "concrete_functions", ())
    has_variables = hasattr(encoder, "variables") and hasattr(encoder, "trainable_variables")
    for function in functions if has_variables else ():
        inputs = function.structured_input_signature[0]
        inputs = inputs[0] if inputs and isinstance(inputs[0], dict) else {}
        outputs = function.structured_outputs
        if set(INPUT_NAMES) <= set(inputs) and isinstance(outputs, dict) and output in outputs:
            return inputs, outputs
    found = [name for name in dir(encoder) if not name.startswith("_")]
    signatures = sorted(getattr(encoder, "signatures", {}))
    raise IntegrityError(
        f"{path}: not a TF-Hub text encoder; expected __call__(dict of {', '.join(INPUT_NAMES)}, "
        f"training) with output {output}, and variables; found {len(functions)} functions of "
        f"__call__, attributes {found}, signatures {signatures}"
    )

"""The flags of photo networks that trainers share, and their checks, which need no TensorFlow."""

import os

from shopee_tf import options
from shopee_tf.data.augment_config import AUGMENTATIONS, AugmentConfig
from shopee_tf.models import configs
from shopee_tf.models.configs import ImageEncoderConfig
from shopee_tf.training.classifier_config import ClassifierConfig
from shopee_tf.training.config import TrainingConfig
from shopee_tf.training.config_checks import PAIR_HEADS
from tfrecords.errors import UsageError
from trainers import options as trainer_options


def define_network(
    values: options.FlagValues, name: str, defaults: ImageEncoderConfig | ClassifierConfig
) -> None:
    """Defines which network, with which weights, of which layers that train.

    Args:
      values: to define them on.
      name: of the flag that names the network, and of its field in `defaults`.
      defaults: values of the flags that are not given.
    """
    options.string(
        values, name, getattr(defaults, name),
        f"The network: {', '.join(configs.BACKBONE_NAMES)}, or {configs.PRESET_PREFIX}PRESET.",
    )  # fmt: skip
    options.integer(values, "image_size", defaults.image_size, "Side of the photos in pixels.")
    options.string(
        values, "weights", defaults.weights,
        "Weights of the network: imagenet (downloaded), none, or a file without the top.",
    )  # fmt: skip
    options.string(
        values, "unfreeze", defaults.unfreeze,
        f"What of the network trains: {', '.join(configs.UNFREEZE)}, or how the name of the first "
        "layer begins that does, as block6.",
    )  # fmt: skip
    options.boolean(
        values, "train_batch_norm", None,
        "Batch normalizations of the layers that train do so too; where not given, only with "
        "--weights=none.",
    )  # fmt: skip


def define_augment(values: options.FlagValues, default: str) -> None:
    """Defines which changes are made to single photos."""
    options.string(
        values, "augment", default,
        f"Changes to the training photos, in their order: none, or some of "
        f"{', '.join(AUGMENTATIONS)}; keras_cv does not repeat and needs --noresume.",
    )  # fmt: skip


def check_weights(weights: str) -> None:
    """Refuses weights that are neither a word known nor a local file.

    Raises:
      UsageError: as said.
    """
    if weights not in ("imagenet", "none") and not os.path.isfile(weights):
        raise UsageError(f"--weights={weights}: expected imagenet, none, or a file")


def check_augment(augment: AugmentConfig, config: TrainingConfig) -> None:
    """Refuses an augmentation that does not repeat in a run to be resumed, or that has no loss.

    Raises:
      UsageError: as said, or one that needs TensorFlow on another backend.
    """
    if "keras_cv" in augment.names:
        trainer_options.check_backend(config, tensorflow_only="--augment=keras_cv")
    if "keras_cv" in augment.names and config.resume:
        raise UsageError(
            "--augment=keras_cv does not repeat, so its runs cannot be resumed exactly; "
            "add --noresume"
        )
    if augment.mix != "none" and config.head in (*PAIR_HEADS, "curricular"):
        raise UsageError(
            f"--mix={augment.mix}: expected none with --head={config.head}, which looks at whole "
            "photos; or another head of class centres"
        )

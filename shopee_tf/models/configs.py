"""What an encoder is made of: dataclasses, checked without importing Keras."""

import dataclasses
import difflib

from shopee_tf.data.title_normalization import check_steps
from tfrecords.errors import UsageError

BACKBONE_NAMES = (
    "vgg16",
    "resnet50",
    "inception_v3",
    *(f"efficientnet_b{size}" for size in range(8)),
    *(f"efficientnet_v2_{size}" for size in ("b0", "b1", "b2", "b3", "s", "m", "l")),
    *(f"convnext_{size}" for size in ("tiny", "small", "base", "large", "xlarge")),
    "mobilenet_v2",
    *(f"tf_efficientnet_b{size}" for size in range(8)),
    *(f"timm_efficientnet_b{size}" for size in range(8)),
    "eca_nfnet_l0",
    "eca_nfnet_l0_mish",
    "resnext50_32x4d",
    "autoencoder",
    "cnn",
    "tiny",
)
PRESET_PREFIX = "keras_hub:"
"""Begins the name of a backbone that is a preset of KerasHub."""
IMAGE_POOLINGS = ("avg", "max", "gem", "flatten")
AUTOENCODER_STRIDE = 32
"""The side of an autoencoder's photos is a multiple of this: five layers halve it."""
UNFREEZE = ("all", "last_module", "last_layer", "none")
TITLE_SOURCES = ("hub", "keras_hub", "scratch")
TITLE_POOLINGS = ("pooled", "mean", "cls")
NECKS = ("none", "batch_norm", "dense_dropout_batch_norm")
_LEAST_SIZES = {"inception_v3": 75}  # others take 32
_WITHOUT_IMAGENET = ("autoencoder", "cnn", "tiny")


@dataclasses.dataclass(frozen=True)
class ImageEncoderConfig:
    """What an image encoder is made of.

    Attributes:
      backbone: one of `BACKBONE_NAMES`, or "keras_hub:" and a preset of KerasHub.
      image_size: side of the photos in pixels.
      embedding_dim: size of a learnt projection of the pooled features; 0 for none.
      pooling: "avg", "max", "gem" (generalized mean, exponent learnt), or "flatten": every position
        keeps its features.
      neck: see `necks.apply_neck`.
      dropout: share dropped in training: of the pooled features, or of their projection where the
        neck says so.
      weights: "imagenet" (downloaded; of a preset its own), a weights file of the backbone without
        its top, or "none".
      unfreeze: which layers of the backbone train: "all", "last_module", "last_layer", "none", or
        how the name of the first of them begins.
      train_batch_norm: batch normalizations of layers that train do so too, and follow the
        statistics of the batches; with None only where weights are "none".
      stored_size: shorter side in pixels of the photos in the records it was trained on; new photos
        are brought to it first, as those were.
    """

    backbone: str = "efficientnet_b0"
    image_size: int = 224
    embedding_dim: int = 0
    pooling: str = "avg"
    neck: str = "none"
    dropout: float = 0.0
    weights: str = "imagenet"
    unfreeze: str = "all"
    train_batch_norm: bool | None = None
    stored_size: int = 512

    def __post_init__(self) -> None:
        check_backbone(self.backbone)
        _check_word("pooling", self.pooling, IMAGE_POOLINGS)
        if not self.unfreeze:
            raise UsageError(f"--unfreeze=: expected {', '.join(UNFREEZE)}, or a block's name")
        _check_at_least("image_size", self.image_size, _LEAST_SIZES.get(self.backbone, 32))
        _check_at_least("embedding_dim", self.embedding_dim, 0)
        _check_neck(self.neck, self.embedding_dim)
        _check_share("dropout", self.dropout)
        if self.weights == "imagenet" and self.backbone in _WITHOUT_IMAGENET:
            raise UsageError(
                f"--weights=imagenet: the {self.backbone} backbone has none; give --weights=none"
            )
        if self.train_batch_norm is None:
            object.__setattr__(self, "train_batch_norm", self.weights == "none")


@dataclasses.dataclass(frozen=True)
class TitleEncoderConfig:
    """What a title encoder is made of.

    Attributes:
      source: "hub" (a SavedModel with the TF-Hub text-encoder contract), "keras_hub" (a preset of
        KerasHub), or "scratch" (a small BERT, not pretrained).
      encoder: folder or TF-Hub handle of the encoder, or the name or folder of the preset.
      preprocessor: folder or TF-Hub handle of the preprocessor; "hub" only.
      title_steps: names among `title_normalization.STEPS`, applied to every title first.
      max_length: tokens of a title, the two special ones counted.
      pooling: "pooled" (the encoder's own), "mean" over the tokens, or "cls", the first.
      embedding_dim: size of a learnt projection; 0 for none.
      neck: see `necks.apply_neck`.
      dropout: share dropped in training: of the pooled vector, or of its projection where the neck
        says so, and inside a scratch encoder.
      encoder_dropout: "hub" only: the encoder drops what it was saved to drop. The random numbers
        of a SavedModel cannot be seeded, so a run with it never repeats exactly.
      hidden_dim, num_layers, num_heads: size of a scratch encoder.
      vocabulary_size: most word pieces a scratch encoder learns from the titles.
    """

    source: str = "hub"
    encoder: str = ""
    preprocessor: str = ""
    title_steps: tuple[str, ...] = ()
    max_length: int = 70
    pooling: str = "mean"
    embedding_dim: int = 0
    neck: str = "none"
    dropout: float = 0.0
    encoder_dropout: bool = False
    hidden_dim: int = 128
    num_layers: int = 2
    num_heads: int = 2
    vocabulary_size: int = 8000

    def __post_init__(self) -> None:
        object.__setattr__(self, "title_steps", tuple(self.title_steps))  # a list, from JSON
        check_steps(self.title_steps)
        _check_word("source", self.source, TITLE_SOURCES)
        _check_word("pooling", self.pooling, TITLE_POOLINGS)
        _check_at_least("max_length", self.max_length, 3)
        _check_at_least("embedding_dim", self.embedding_dim, 0)
        _check_neck(self.neck, self.embedding_dim)
        _check_share("dropout", self.dropout)
        _check_at_least("num_layers", self.num_layers, 1)
        _check_at_least("num_heads", self.num_heads, 1)
        _check_at_least("vocabulary_size", self.vocabulary_size, 100)
        if self.source == "hub" and not (self.encoder and self.preprocessor):
            raise UsageError(
                "a hub encoder needs --encoder= and --preprocessor=, two SavedModel folders or "
                "handles; --encoder=scratch needs neither"
            )
        if self.source == "keras_hub" and not self.encoder:
            raise UsageError("a keras_hub encoder needs --encoder=, a preset's name or folder")
        if self.encoder_dropout and self.source != "hub":
            raise UsageError(f"--encoder_dropout is for hub encoders, not {self.source}")
        if self.source == "scratch" and self.pooling == "pooled":
            raise UsageError("--pooling=pooled: a scratch encoder has mean and cls")
        if self.source == "scratch" and self.hidden_dim % self.num_heads:
            raise UsageError(
                f"--hidden_dim={self.hidden_dim}: expected a multiple of "
                f"--num_heads={self.num_heads}"
            )


@dataclasses.dataclass(frozen=True)
class JointEncoderConfig:
    """What an encoder of photo and title together is made of.

    Attributes:
      image: the photo encoder.
      title: the title encoder.
      neck: what the concatenation of their embeddings goes through; see `necks.apply_neck`.
      embedding_dim: size of a learnt projection of the concatenation; 0 for none.
      dropout: share of the concatenation dropped in training, or of its projection where the neck
        says so.
    """

    image: ImageEncoderConfig
    title: TitleEncoderConfig
    neck: str = "none"
    embedding_dim: int = 0
    dropout: float = 0.0

    def __post_init__(self) -> None:
        _check_at_least("embedding_dim", self.embedding_dim, 0)
        _check_neck(self.neck, self.embedding_dim)
        _check_share("dropout", self.dropout)


def check_backbone(name: str, *, flag: str = "backbone") -> None:
    """Refuses what is no backbone's name.

    Args:
      name: as given.
      flag: what it was given as.

    Raises:
      UsageError: it is neither in `BACKBONE_NAMES` nor a preset's.
    """
    if name.startswith(PRESET_PREFIX) and name != PRESET_PREFIX:
        return
    if name not in BACKBONE_NAMES:
        near = difflib.get_close_matches(name, BACKBONE_NAMES, n=1)
        meant = f"is {near[0]} meant? " if near else ""
        raise UsageError(
            f"--{flag}={name}: {meant}expected one of {', '.join(BACKBONE_NAMES)}, or "
            f"{PRESET_PREFIX}PRESET"
        )


def _check_neck(neck: str, embedding_dim: int) -> None:
    _check_word("neck", neck, NECKS)
    if neck.startswith("dense") and not embedding_dim:
        raise UsageError(f"--neck={neck}: give the size of its dense layer, --embedding_dim")


def _check_word(name: str, received: str, words: tuple[str, ...]) -> None:
    if received not in words:
        raise UsageError(f"--{name}={received}: expected one of {', '.join(words)}")


def _check_at_least(name: str, received: int, least: int) -> None:
    if received < least:
        raise UsageError(f"--{name}={received}: expected at least {least}")


def _check_share(name: str, received: float) -> None:
    if not 0 <= received < 1:
        raise UsageError(f"--{name}={received}: expected at least 0 and below 1")

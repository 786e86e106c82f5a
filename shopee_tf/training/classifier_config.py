"""What a classifier of products is made of, checked without importing Keras."""

import dataclasses

from shopee_tf.data.augment_config import AugmentConfig
from shopee_tf.models.configs import ImageEncoderConfig, check_backbone
from tfrecords.errors import UsageError


@dataclasses.dataclass(frozen=True)
class ClassifierConfig:
    """What is classified by what; each field is also a flag of the classifier's trainer.

    Attributes:
      num_classes: so many products, the largest.
      model: the network, one of `configs.BACKBONE_NAMES` or a preset; a dense layer follows it.
      weights: "imagenet" (downloaded), a weights file of the network without its top, or "none".
      unfreeze: what of the network trains, as in `ImageEncoderConfig`.
      train_batch_norm: whether batch normalizations train, as in `ImageEncoderConfig`.
      image_size: side of the photos in pixels.
      dropout: share of the features dropped in training.
      momentum: of SGD; 0 for none.
      augment: changes to the training photos, as in `AugmentConfig`.
    """

    num_classes: int = 21
    model: str = "cnn"
    weights: str = "none"
    unfreeze: str = "all"
    train_batch_norm: bool | None = None
    image_size: int = 96
    dropout: float = 0.0
    momentum: float = 0.9
    augment: str = "none"

    def __post_init__(self) -> None:
        if self.num_classes < 2:
            raise UsageError(f"--num_classes={self.num_classes}: expected at least 2")
        if not 0 <= self.momentum < 1:
            raise UsageError(f"--momentum={self.momentum}: expected at least 0 and below 1")
        check_backbone(self.model, flag="model")
        AugmentConfig(self.augment)
        object.__setattr__(self, "train_batch_norm", self.encoder().train_batch_norm)

    def encoder(self, *, stored_size: int = 512) -> ImageEncoderConfig:
        """Returns the network with its dense layer: an encoder whose embedding is the logits.

        Args:
          stored_size: shorter side in pixels of the photos in the records.
        """
        return ImageEncoderConfig(
            self.model, image_size=self.image_size, embedding_dim=self.num_classes,
            weights=self.weights, unfreeze=self.unfreeze, train_batch_norm=self.train_batch_norm,
            dropout=self.dropout, stored_size=stored_size,
        )  # fmt: skip

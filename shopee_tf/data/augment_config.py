"""What may be done to training photos, checked before TensorFlow is imported."""

import dataclasses
import math

from tfrecords.errors import UsageError

AUGMENTATIONS = ("basic", "crop", "flip", "vertical_flip", "gray", "rand_augment", "keras_cv")
MIXES = ("none", "cutmix", "mixup")


@dataclasses.dataclass(frozen=True)
class AugmentConfig:
    """How training photos are changed; each field is also a flag of the photo trainer.

    Attributes:
      augment: names among `AUGMENTATIONS` separated by commas, applied in that order; or "none".
      rand_augment_ops: operations that "rand_augment" draws for each photo.
      rand_augment_magnitude: how far these go: 0 hardly changes a photo, 10 as far as the paper.
      mix: mixes the photos of a batch: "none", "cutmix" or "mixup".
      mix_alpha: the share of the first photo is drawn from Beta(mix_alpha, mix_alpha): 1 gives
        every share alike, 0.2 mostly shares near 0 and 1.
      mix_probability: share of the batches that are mixed.

    Example:

    >>> AugmentConfig("crop,flip", mix="cutmix").names
    ('crop', 'flip')
    """

    augment: str = "basic"
    rand_augment_ops: int = 2
    rand_augment_magnitude: float = 9.0
    mix: str = "none"
    mix_alpha: float = 1.0
    mix_probability: float = 1.0

    def __post_init__(self) -> None:
        if len(set(self.names) & set(AUGMENTATIONS)) < len(self.names):
            expected = f"none, or some of {', '.join(AUGMENTATIONS)}, each once"
            _refuse("augment", self.augment, expected)
        if self.rand_augment_ops < 1:
            _refuse("rand_augment_ops", self.rand_augment_ops, "at least 1")
        if not 0 <= self.rand_augment_magnitude <= 10:
            _refuse("rand_augment_magnitude", self.rand_augment_magnitude, "between 0 and 10")
        if self.mix not in MIXES:
            _refuse("mix", self.mix, f"one of {', '.join(MIXES)}")
        if not 0 < self.mix_alpha < math.inf:
            _refuse("mix_alpha", self.mix_alpha, "a number above 0")
        if not 0 < self.mix_probability <= 1:
            _refuse("mix_probability", self.mix_probability, "above 0 and at most 1")

    @property
    def names(self) -> tuple[str, ...]:
        """The augmentations in their order."""
        return () if self.augment == "none" else tuple(self.augment.split(","))


def _refuse(name: str, received, expected: str) -> None:
    raise UsageError(f"--{name}={received}: expected {expected}")

"""What an encoder is trained in: its embedding, then class centres with a margin, or nothing."""

import keras

from shopee_tf.models.arc_margin import ArcMarginProduct
from shopee_tf.models.metric_losses import PAIR_LOSSES


def build_classifier(
    encoder_model: keras.Model,
    num_classes: int,
    *,
    head: str = "arcface",
    scale: float = 30.0,
    margin: float = 0.5,
    easy_margin: bool = False,
    sub_centers: int = 3,
    dropout: float = 0.0,
) -> keras.Model:
    """Builds a classifier around an encoder, whose weights it shares.

    Args:
      encoder_model: the `model` of an image or a title encoder.
      num_classes: number of classes.
      head: the formula, as of `ArcMarginProduct`; or one of `PAIR_LOSSES`, which need no centres.
      scale: factor of the cosines.
      margin: angle in radians, or one for each class, [num_classes].
      easy_margin: adds the margin only where the angle is below 90 degrees.
      sub_centers: centres of each class, with the head "sub_center_arcface".
      dropout: share of the embedding dropped in training.

    Returns:
      A model of (features as the encoder takes them, labels [batch] int32) -> logits
      [batch, num_classes] float32. The paths of its class centres contain "arc_margin". With a
      head of `PAIR_LOSSES` the model gives embeddings [batch, dim] float32 of length 1 instead.
    """
    features = keras.tree.map_structure(
        lambda tensor: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name),
        encoder_model.input,
    )
    label = keras.Input((), dtype="int32", name="label")
    embedding = encoder_model(features)
    if dropout:
        embedding = keras.layers.Dropout(dropout, dtype="float32", name="head_dropout")(embedding)
    if head in PAIR_LOSSES:
        unit = keras.layers.UnitNormalization(dtype="float32", name="unit_embedding")
        return keras.Model((features, label), unit(embedding), name="classifier")
    centers = ArcMarginProduct(
        num_classes, head=head, scale=scale, margin=margin, easy_margin=easy_margin,
        sub_centers=sub_centers,
    )  # fmt: skip
    return keras.Model((features, label), centers((embedding, label)), name="classifier")

"""What an encoder is trained in: its embedding, then class centres with a margin, or nothing."""

import keras

from shopee_tf.models.arc_margin import ArcMarginProduct
from shopee_tf.models.inner_product import InnerProduct
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
    mixed: bool = False,
) -> keras.Model:
    """Builds a classifier around an encoder, whose weights it shares.

    Args:
      encoder_model: the `model` of an image or a title encoder.
      num_classes: number of classes.
      head: the formula, as of `ArcMarginProduct`; "softmax", of `InnerProduct`; or one
        of `PAIR_LOSSES`, which need no centres.
      scale: factor of the cosines.
      margin: angle in radians, or one for each class, [num_classes].
      easy_margin: adds the margin only where the angle is below 90 degrees.
      sub_centers: centres of each class, with the head "sub_center_arcface".
      dropout: share of the embedding dropped in training.
      mixed: each row is a mixture of two, as `data.mixing` makes them; with heads that take labels
        one by one.

    Returns:
      A model of (features as the encoder takes them, labels [batch] int32) -> logits
      [batch, num_classes] float32. The paths of its class centres contain "arc_margin", by which
      the optimizer tells them from the encoder. With a head of `PAIR_LOSSES` the model gives
      embeddings [batch, dim] float32 of length 1 instead. With `mixed` the labels are (labels,
      labels of the others, share), and there are two logits, with the margin at either label.
    """
    features = keras.tree.map_structure(
        lambda tensor: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name),
        encoder_model.input,
    )
    labels = keras.Input((), dtype="int32", name="label")
    embedding = encoder_model(features)
    if dropout:
        embedding = keras.layers.Dropout(dropout, dtype="float32", name="head_dropout")(embedding)
    if head in PAIR_LOSSES:
        unit = keras.layers.UnitNormalization(dtype="float32", name="unit_embedding")
        return keras.Model((features, labels), unit(embedding), name="classifier")
    if head == "softmax":
        layer = InnerProduct(num_classes)
    else:
        layer = ArcMarginProduct(
            num_classes, head=head, scale=scale, margin=margin, easy_margin=easy_margin,
            sub_centers=sub_centers,
        )  # fmt: skip
    logits = layer((embedding, labels))
    if not mixed:
        return keras.Model((features, labels), logits, name="classifier")
    others = keras.Input((), dtype="int32", name="label_of_other")
    share = keras.Input((), dtype="float32", name="share")  # for the loss; here it changes nothing
    outputs = (logits, layer((embedding, others)))
    return keras.Model((features, (labels, others, share)), outputs, name="classifier")

"""The joint encoder: a photo and its title to one embedding."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import keras

from shopee_tf.models.configs import JointEncoderConfig
from shopee_tf.models.image_encoder import ImageEncoder, build_image_encoder
from shopee_tf.models.necks import apply_neck
from shopee_tf.models.title_encoder import TitleEncoder, build_title_encoder

__all__ = ["JointEncoder", "JointEncoderConfig", "build_joint_encoder", "join_encoders"]

SCOPES = ("image_encoder", "title_encoder")
"""Begin the paths of the variables of either encoder, whose layers may be called alike."""


class JointEncoder(NamedTuple):
    """An encoder of listings, each a photo with its title.

    Attributes:
      model: dict of image [batch, image_size, image_size, 3], pixels in 0..255, and the tokens as
        `title.model` takes them -> [batch, dim] float32, not normalised.
      image: the photo encoder, whose weights the model shares.
      title: the title encoder, whose weights the model shares.
      config: what it is made of.
    """

    model: keras.Model
    image: ImageEncoder
    title: TitleEncoder
    config: JointEncoderConfig


def build_joint_encoder(
    config: JointEncoderConfig,
    *,
    titles: Iterable[str] | None = None,
    build_image: Callable[..., ImageEncoder] = build_image_encoder,
    build_title: Callable[..., TitleEncoder] = build_title_encoder,
) -> JointEncoder:
    """Builds a joint encoder; inside `strategy.scope()` where there is a strategy.

    Args:
      config: what it is made of.
      titles: a scratch title encoder learns its vocabulary from them; not used otherwise.
      build_image: config -> photo encoder, where it is not to be built anew.
      build_title: (config, titles=) -> title encoder, where it is not to be built anew.

    Raises: as `build_image_encoder` and `build_title_encoder`.

    Example:

    >>> from shopee_tf.models.configs import ImageEncoderConfig, TitleEncoderConfig
    >>> photos = ImageEncoderConfig("tiny", image_size=32, embedding_dim=8, weights="none")
    >>> titles = TitleEncoderConfig("scratch", hidden_dim=16)
    >>> encoder = build_joint_encoder(JointEncoderConfig(photos, titles), titles=["Red shoe"])
    >>> encoder.model.output_shape
    (None, 24)
    """
    with keras.name_scope(SCOPES[0]):
        image = build_image(config.image)
    with keras.name_scope(SCOPES[1]):
        title = build_title(config.title, titles=titles)
    return join_encoders(
        image, title,
        neck=config.neck, embedding_dim=config.embedding_dim, dropout=config.dropout,
    )  # fmt: skip


def join_encoders(
    image: ImageEncoder,
    title: TitleEncoder,
    *,
    neck: str = "none",
    embedding_dim: int = 0,
    dropout: float = 0.0,
) -> JointEncoder:
    """Concatenates the embeddings of two encoders, each brought to length 1.

    Without a neck the cosine of two listings is so the mean of the cosines of photos and of
    titles, however long either embedding is.

    Args:
      image: of photos.
      title: of titles.
      neck: what the concatenation goes through; see `necks.apply_neck`.
      embedding_dim: size of a learnt projection of it; 0 for none.
      dropout: share dropped in training.
    """
    features = {
        name: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=name)
        for name, tensor in {"image": image.model.input, **title.model.input}.items()
    }
    tokens = {name: features[name] for name in title.model.input}
    unit = keras.layers.UnitNormalization(dtype="float32", name="unit_embedding")
    parts = [unit(image.model(features["image"])), unit(title.model(tokens))]
    x = keras.layers.Concatenate(dtype="float32", name="concatenation")(parts)
    x = apply_neck(x, neck, embedding_dim=embedding_dim, dropout=dropout)
    return JointEncoder(
        keras.Model(features, x, name="joint_encoder"), image, title,
        JointEncoderConfig(
            image.config, title.config, neck=neck, embedding_dim=embedding_dim, dropout=dropout
        ),
    )  # fmt: skip

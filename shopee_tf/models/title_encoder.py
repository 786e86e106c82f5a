"""The title encoder: tokens to an embedding, with the tokeniser that makes them."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import keras

from shopee_tf.data.title_normalization import normalize_title
from shopee_tf.models.configs import TitleEncoderConfig
from shopee_tf.models.necks import apply_neck
from shopee_tf.models.normalizing_tokenizer import NormalizingTokenizer
from shopee_tf.models.pooling import MaskedMean
from shopee_tf.models.scratch_bert import scratch_bert
from tfrecords.errors import UsageError

__all__ = ["TitleEncoder", "TitleEncoderConfig", "build_title_encoder"]


class TitleEncoder(NamedTuple):
    """An encoder of titles.

    Attributes:
      model: dict of input_word_ids, input_mask, input_type_ids, each [batch, length] int32 ->
        [batch, dim] float32, not normalised. The length is at most max_length, or exactly that
        where the model's inputs have a fixed shape.
      tokenize: [batch] string tensor -> that dict, at max_length; also inside tf.data.
      config: what it is made of.
    """

    model: keras.Model
    tokenize: Callable[[Any], dict]
    config: TitleEncoderConfig


def build_title_encoder(
    config: TitleEncoderConfig,
    *,
    titles: Iterable[str] | None = None,
    vocabulary: Sequence[str] | None = None,
    pretrained: bool = True,
) -> TitleEncoder:
    """Builds a title encoder; inside `strategy.scope()` where there is a strategy.

    Args:
      config: what it is made of.
      titles: a scratch encoder learns its vocabulary from them; not used otherwise.
      vocabulary: a scratch encoder's vocabulary, instead of learning one.
      pretrained: False builds the network of a KerasHub preset without its weights, to which
        others will be given.

    Raises:
      UsageError: the encoder cannot be found or run as asked.
      IntegrityError: a SavedModel is not what its contract says.

    Example:

    >>> config = TitleEncoderConfig("scratch", max_length=16)
    >>> encoder = build_title_encoder(config, titles=["Red shoe", "Blue shirt"])
    >>> encoder.model(encoder.tokenize(["red shirt"])).shape
    TensorShape([1, 128])
    """
    if config.title_steps and titles is not None:
        titles = [normalize_title(title, config.title_steps) for title in titles]
    if config.source == "scratch":
        built = _scratch(config, titles, vocabulary)
    elif config.source == "keras_hub":
        built = _preset(config, pretrained)
    else:
        built = _hub(config)
    if not config.title_steps:
        return built
    return built._replace(tokenize=NormalizingTokenizer(built.tokenize, steps=config.title_steps))


def _scratch(config, titles, vocabulary) -> TitleEncoder:
    from shopee_tf.models.tokenizer import WordPieceTokenizer
    from shopee_tf.models.vocabulary import learn_vocabulary

    if vocabulary is None:
        if titles is None:
            raise UsageError("a scratch encoder needs titles to learn a vocabulary from")
        vocabulary = learn_vocabulary(titles, config.vocabulary_size)
    inputs = _inputs(None)
    tokens = scratch_bert(
        inputs["input_word_ids"],
        inputs["input_mask"],
        vocabulary_size=len(vocabulary),
        max_length=config.max_length,
        hidden_dim=config.hidden_dim,
        num_layers=config.num_layers,
        num_heads=config.num_heads,
        dropout=config.dropout,
    )
    tokenizer = WordPieceTokenizer(vocabulary, max_length=config.max_length)
    return TitleEncoder(_with_head(inputs, tokens, None, config), tokenizer, config)


def _hub(config: TitleEncoderConfig) -> TitleEncoder:
    if keras.backend.backend() != "tensorflow":
        raise UsageError(
            "a hub encoder needs KERAS_BACKEND=tensorflow, and the backend is "
            f"{keras.backend.backend()}; keras_hub and scratch encoders run on any"
        )
    from shopee_tf.models.hub import HubTextEncoder
    from shopee_tf.models.hub_tokenizer import HubTokenizer

    output = "pooled_output" if config.pooling == "pooled" else "sequence_output"
    layer = HubTextEncoder(config.encoder, output=output, encoder_dropout=config.encoder_dropout)
    _check_length(layer.length, layer.longest, config)
    inputs = _inputs(layer.length)
    encoded = layer(inputs)
    tokenizer = HubTokenizer(config.preprocessor, max_length=config.max_length)
    return TitleEncoder(_with_head(inputs, encoded, encoded, config), tokenizer, config)


def _preset(config: TitleEncoderConfig, pretrained: bool) -> TitleEncoder:
    from shopee_tf.models.preset import PresetTokenizer, load_backbone, preset_features

    backbone = load_backbone(config.encoder, pretrained=pretrained)
    _check_length(None, getattr(backbone, "max_sequence_length", None), config)
    inputs = _inputs(None)
    tokens, pooled = preset_features(backbone, inputs)
    tokenizer = PresetTokenizer(config.encoder, backbone, max_length=config.max_length)
    return TitleEncoder(_with_head(inputs, tokens, pooled, config), tokenizer, config)


def _inputs(length: int | None) -> dict[str, keras.KerasTensor]:
    from shopee_tf.models.tokenizer import INPUT_NAMES

    return {name: keras.Input((length,), dtype="int32", name=name) for name in INPUT_NAMES}


def _with_head(inputs, tokens, pooled, config: TitleEncoderConfig) -> keras.Model:
    """Pools the vectors of the tokens, projects, and ends in the layer `embedding`."""
    if config.pooling == "pooled":
        x = pooled
    elif config.pooling == "mean":
        x = MaskedMean()((tokens, inputs["input_mask"]))
    else:
        x = tokens[:, 0]
    embedding = apply_neck(
        x, config.neck, embedding_dim=config.embedding_dim, dropout=config.dropout
    )
    return keras.Model(inputs, embedding, name="title_encoder")


def _check_length(only: int | None, longest: int | None, config: TitleEncoderConfig) -> None:
    if only not in (None, config.max_length):
        raise UsageError(
            f"--max_length={config.max_length}: {config.encoder} was saved for {only} tokens only"
        )
    if longest is not None and config.max_length > longest:
        raise UsageError(
            f"--max_length={config.max_length}: {config.encoder} has positions for {longest} tokens"
        )

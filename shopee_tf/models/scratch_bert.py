"""A small BERT that is not pretrained, for where nothing can be downloaded."""

import keras
from keras import ops


class TokenAndPosition(keras.layers.Layer):
    """Sum of the embedding of each token and of its place.

    Args:
      vocabulary_size: number of tokens.
      max_length: number of places.
      dim: size of the embeddings.
      name: of the layer.

    Call arguments:
      word_ids: [batch, length] int32, length at most max_length.
    """

    def __init__(self, vocabulary_size: int, max_length: int, dim: int, *, name: str) -> None:
        super().__init__(name=name)
        self.vocabulary_size = vocabulary_size
        self.max_length = max_length
        self.dim = dim

    def build(self, input_shape) -> None:
        """Creates the two tables."""
        normal = keras.initializers.TruncatedNormal(stddev=0.02)
        shape = (self.vocabulary_size, self.dim)
        self.tokens = self.add_weight(name="tokens", shape=shape, initializer=normal)
        normal = keras.initializers.TruncatedNormal(stddev=0.02)
        shape = (self.max_length, self.dim)
        self.positions = self.add_weight(name="positions", shape=shape, initializer=normal)

    def call(self, word_ids):
        """Returns [batch, length, dim]."""
        length = ops.shape(word_ids)[1]
        return ops.take(self.tokens, word_ids, axis=0) + self.positions[:length]

    def compute_output_shape(self, input_shape) -> tuple:
        """(batch, length, dim)."""
        return (*input_shape, self.dim)


def scratch_bert(
    word_ids: keras.KerasTensor,
    mask: keras.KerasTensor,
    *,
    vocabulary_size: int,
    max_length: int,
    hidden_dim: int,
    num_layers: int,
    num_heads: int,
    dropout: float,
) -> keras.KerasTensor:
    """Applies a BERT (Devlin et al., 2018, arXiv:1810.04805) of a few layers.

    Normalization stands before each part, not after: so a network that is not pretrained learns
    without a long warm-up (Xiong et al., 2020, arXiv:2002.04745).

    Args:
      word_ids: [batch, length] int32 tokens.
      mask: [batch, length] int32, 1 for tokens, 0 for padding.
      vocabulary_size: number of tokens.
      max_length: most tokens of a title.
      hidden_dim: size of the vector of a token.
      num_layers: layers of attention.
      num_heads: heads of each.
      dropout: share dropped after each part.

    Returns:
      [batch, length, hidden_dim].
    """
    layers = keras.layers
    x = TokenAndPosition(vocabulary_size, max_length, hidden_dim, name="embeddings")(word_ids)
    x = layers.Dropout(dropout, name="embeddings_dropout")(x)
    seen = ops.expand_dims(mask, 1) > 0  # (batch, 1, length): every token sees all but padding
    for number in range(1, num_layers + 1):
        name = f"layer{number}"
        y = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_attention_norm")(x)
        y = layers.MultiHeadAttention(num_heads, hidden_dim // num_heads, name=f"{name}_attention")(
            y, y, attention_mask=seen
        )
        x = x + layers.Dropout(dropout, name=f"{name}_attention_dropout")(y)
        y = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_dense_norm")(x)
        y = layers.Dense(4 * hidden_dim, activation="gelu", name=f"{name}_dense1")(y)
        y = layers.Dense(hidden_dim, name=f"{name}_dense2")(y)
        x = x + layers.Dropout(dropout, name=f"{name}_dense_dropout")(y)
    return layers.LayerNormalization(epsilon=1e-6, name="norm")(x)

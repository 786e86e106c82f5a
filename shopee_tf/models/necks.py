"""The neck: what stands between the pooled features and the embedding."""

import keras

_LAYERS = {
    "none": ("dropout", "projection"),
    "batch_norm": ("dropout", "projection", "batch_norm"),
    "dense_dropout_batch_norm": ("projection", "dropout", "batch_norm"),
}


def apply_neck(pooled, neck: str, *, embedding_dim: int, dropout: float):
    """Turns pooled features into the embedding, the layer of that name.

    Batch normalization gives each component mean 0 and variance 1, and so a like say in the cosine.

    Args:
      pooled: [batch, channels], symbolic.
      neck: "none", dropout and the projection; "batch_norm", these and batch normalization; or
        "dense_dropout_batch_norm", in that order.
      embedding_dim: size of the projection; 0 for none.
      dropout: share dropped in training; 0 for none.

    Returns:
      [batch, embedding_dim or channels] float32, symbolic.

    Example:

    >>> pooled = keras.Input([192])
    >>> apply_neck(pooled, "batch_norm", embedding_dim=16, dropout=0.2).shape
    (None, 16)

    References:
      Luo et al., 2019, "Bag of Tricks and A Strong Baseline for Deep Person Re-identification",
      arXiv:1903.07071 (BNNeck).
    """
    x = pooled
    for layer in _LAYERS[neck]:
        if layer == "dropout" and dropout:
            x = keras.layers.Dropout(dropout, name="dropout")(x)
        elif layer == "projection" and embedding_dim:
            x = keras.layers.Dense(embedding_dim, name="projection")(x)
        elif layer == "batch_norm":
            # Runs are a few hundred to a few thousand steps: Keras's 0.99 makes statistics lag.
            x = keras.layers.BatchNormalization(momentum=0.9, dtype="float32", name="neck")(x)
    return keras.layers.Activation("linear", dtype="float32", name="embedding")(x)

"""Losses between the embeddings of a batch, which need no class centres.

They need batches in which a class has several rows: see `shopee_tf.data.class_order`.
"""

from keras import ops

_FAR = 1e9  # beyond every similarity: takes a pair out of a maximum, a minimum or a sum of powers


def supervised_contrastive(embeddings, labels, *, temperature: float = 0.1):
    """Pulls each row to those of its class, against all others of the batch.

    With s the cosines, P(i) the other rows of the class of row i, and t the temperature, the loss
    of row i is the mean over p in P(i) of `-log(exp(s_ip / t) / sum over a != i of exp(s_ia / t))`,
    L_out of the paper; 0 for a row alone in its class.

    Args:
      embeddings: [batch, dim], of any length; computed in float32 whatever their dtype.
      labels: [batch] int32.
      temperature: what the cosines are divided by.

    Returns:
      [batch] float32.

    Example:

    >>> losses = supervised_contrastive([[1.0, 0], [1, 0], [0, 1]], [0, 0, 1], temperature=1.0)
    >>> [round(float(loss), 4) for loss in losses]  # log(1 + 1 / e), twice
    [0.3133, 0.3133, 0.0]

    References:
      Khosla et al., 2020, "Supervised Contrastive Learning", arXiv:2004.11362.
    """
    cosine, positive, negative = _pairs(embeddings, labels)
    logits = cosine / temperature
    others = ops.where(ops.logical_or(positive, negative), logits, -_FAR)
    surprise = ops.logsumexp(others, axis=-1, keepdims=True) - logits
    count = ops.sum(ops.cast(positive, "float32"), axis=-1)
    return ops.sum(ops.where(positive, surprise, 0.0), axis=-1) / ops.maximum(count, 1.0)


def multi_similarity(
    embeddings,
    labels,
    *,
    alpha: float = 2.0,
    beta: float = 50.0,
    base: float = 0.5,
    epsilon: float = 0.1,
):
    """Pulls and pushes the informative pairs of each row, each by its own weight.

    Of row i those other rows of its class count whose cosine is below that of the nearest row of
    another class plus `epsilon`; of the other classes, those whose cosine is above that of the
    farthest row of its own less `epsilon`. Over these the loss is `log(1 + sum exp(-alpha * (s -
    base))) / alpha + log(1 + sum exp(beta * (s - base))) / beta`; 0 for a row without such pairs.

    Args:
      embeddings: [batch, dim], of any length; computed in float32 whatever their dtype.
      labels: [batch] int32.
      alpha: weight of the pairs of one class.
      beta: weight of the pairs of two classes.
      base: the cosine above which other classes are pushed: lambda, 1 in the paper, 0.5 in the
        authors' code.
      epsilon: slack of the choice of pairs.

    Returns:
      [batch] float32.

    Example:

    >>> losses = multi_similarity([[1.0, 0], [0, 1], [-1, 0]], [0, 0, 1])
    >>> [round(float(loss), 4) for loss in losses]  # row 0: -1 < 0 - 0.1 is easy, and 0 > -1 + 0.1
    [0.0, 0.6566, 0.0]

    References:
      Wang et al., 2019, "Multi-Similarity Loss with General Pair Weighting for Deep Metric
      Learning", arXiv:1904.06627.
    """
    cosine, positive, negative = _pairs(embeddings, labels)
    farthest = ops.min(ops.where(positive, cosine, _FAR), axis=-1, keepdims=True)
    nearest = ops.max(ops.where(negative, cosine, -_FAR), axis=-1, keepdims=True)
    pull = ops.logical_and(positive, cosine < nearest + epsilon)
    push = ops.logical_and(negative, cosine > farthest - epsilon)
    pulls = _log_one_plus_sum_exp(-alpha * (cosine - base), pull) / alpha
    return pulls + _log_one_plus_sum_exp(beta * (cosine - base), push) / beta


PAIR_LOSSES = {"supcon": supervised_contrastive, "multi_similarity": multi_similarity}


def _pairs(embeddings, labels):
    """The cosines [b, b] float32, and which pairs are two rows of one class, and of two."""
    unit = ops.normalize(ops.cast(embeddings, "float32"), axis=-1)
    labels = ops.cast(labels, "int32")
    same = labels[:, None] == labels[None, :]
    order = ops.cumsum(ops.ones_like(labels))
    itself = order[:, None] == order[None, :]
    positive = ops.logical_and(same, ops.logical_not(itself))
    return ops.matmul(unit, ops.transpose(unit)), positive, ops.logical_not(same)


def _log_one_plus_sum_exp(values, mask):
    """log(1 + sum of exp(values) where the mask is true), [b]; exact for large values too."""
    values = ops.where(mask, values, -_FAR)
    return ops.logsumexp(ops.concatenate([ops.zeros_like(values[:, :1]), values], axis=-1), axis=-1)

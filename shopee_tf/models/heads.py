"""Logits from the cosines to class centres, in other ways than ArcFace's (see `arc_margin`)."""

from keras import ops

from shopee_tf.models.cosines import add_margin, margin_of, true_class


def normalized_softmax_logits(cosine, labels, *, scale):
    """Returns the cosines times a factor: no margin.

    Args:
      cosine: [batch, num_classes] cosines; computed in float32 whatever their dtype.
      labels: [batch] int32, the true classes; they change nothing.
      scale: factor of the logits.

    Returns:
      [batch, num_classes] float32 logits.

    Example:

    >>> logits = normalized_softmax_logits([[0.5, 0.25]], [0], scale=10.0)
    >>> [float(value) for value in logits[0]]
    [5.0, 2.5]

    References:
      Wang et al., 2017, "NormFace: L2 Hypersphere Embedding for Face Verification",
      arXiv:1704.06369; Zhai and Wu, 2019, "Classification is a Strong Baseline for Deep Metric
      Learning", arXiv:1811.12649.
    """
    del labels
    return scale * ops.cast(cosine, "float32")


def cos_margin_logits(cosine, labels, *, scale, margin):
    """Takes a margin from the cosine of the true class: the logits of CosFace.

    Args:
      cosine: [batch, num_classes] cosines; computed in float32 whatever their dtype.
      labels: [batch] int32, the true classes.
      scale: factor of the logits.
      margin: taken from the cosine, 0.35 in the paper; a number, a scalar tensor, or one for each
        class, [num_classes].

    Returns:
      [batch, num_classes] float32 logits: `scale * (cosine - margin)` for the true class,
      `scale * cosine` for the others.

    Example:

    >>> logits = cos_margin_logits([[0.75, 0.25]], [0], scale=10.0, margin=0.5)
    >>> [float(value) for value in logits[0]]
    [2.5, 2.5]

    References:
      Wang et al., 2018, "CosFace: Large Margin Cosine Loss for Deep Face Recognition",
      arXiv:1801.09414.
    """
    cosine = ops.cast(cosine, "float32")
    is_true, true_cosine = true_class(cosine, labels)
    target = true_cosine - margin_of(margin, labels)
    return scale * ops.where(is_true, target[:, None], cosine)


def best_sub_centers(cosine, *, num_classes: int):
    """Returns, for each class, the cosine to the nearest of its centres: sub-centre ArcFace.

    A class of several kinds of photos or titles keeps a centre for each kind, and noise gathers
    around a centre of its own.

    Args:
      cosine: [batch, num_classes * k] cosines, the k centres of a class side by side.
      num_classes: number of classes.

    Returns:
      [batch, num_classes] float32.

    Example:

    >>> [float(value) for value in best_sub_centers([[0.5, 0.75, -0.5, -1.0]], num_classes=2)[0]]
    [0.75, -0.5]

    References:
      Deng et al., 2020, "Sub-center ArcFace: Boosting Face Recognition by Large-Scale Noisy Web
      Faces", ECCV.
    """
    cosine = ops.cast(cosine, "float32")
    return ops.max(ops.reshape(cosine, (-1, num_classes, cosine.shape[-1] // num_classes)), axis=-1)


def curricular_logits(cosine, labels, *, scale, margin, t):
    """Returns the logits of CurricularFace, which heeds hard classes more as training goes on.

    The true class gets ArcFace's margin. Another class is hard where its cosine is above what that
    leaves of the true one's; its cosine c becomes `c * (t + c)`. With t near 0, as training
    begins, that is less than c; with t near 1 it is more.

    Args:
      cosine: [batch, num_classes] cosines; computed in float32 whatever their dtype.
      labels: [batch] int32, the true classes.
      scale: factor of the logits.
      margin: angle in radians; a number, a scalar tensor, or one for each class, [num_classes].
      t: how far training has come, a scalar: see `next_t`.

    Returns:
      [batch, num_classes] float32 logits. Their gradient is finite at cosines of 1 and -1 too.

    Example:

    >>> logits = curricular_logits([[0.5, 0.5, 0.25]], [0], scale=1.0, margin=0.0, t=0.25)
    >>> [float(value) for value in logits[0]]
    [0.5, 0.5, 0.25]
    >>> logits = curricular_logits([[0.25, 0.5, 0.0]], [0], scale=1.0, margin=0.0, t=0.25)
    >>> [float(value) for value in logits[0]]
    [0.25, 0.375, 0.0]

    References:
      Huang et al., 2020, "CurricularFace: Adaptive Curriculum Learning Loss for Deep Face
      Recognition", arXiv:2004.00288.
    """
    cosine = ops.cast(cosine, "float32")
    is_true, true_cosine = true_class(cosine, labels)
    target = add_margin(true_cosine, margin_of(margin, labels))[:, None]
    others = ops.where(cosine > target, cosine * (t + cosine), cosine)
    return scale * ops.where(is_true, target, others)


def next_t(t, cosine, labels, *, momentum: float = 0.99):
    """Returns the t of CurricularFace after a batch: a running mean of the true classes' cosines.

    The paper prints the weights 0.99 and 0.01 the other way round; the authors' code, and this,
    give 0.99 to the former t.

    Args:
      t: scalar, 0 before the first batch.
      cosine: [batch, num_classes] cosines.
      labels: [batch] int32, the true classes.
      momentum: weight of the former t.

    Returns:
      A float32 scalar, without a gradient.
    """
    _, true_cosine = true_class(ops.cast(cosine, "float32"), labels)
    return momentum * t + (1.0 - momentum) * ops.stop_gradient(ops.mean(true_cosine))

"""Training photos mixed with others of their batch, and how much of each label is left."""

import tensorflow as tf

from shopee_tf.data.augment import augmentation_seed
from shopee_tf.data.augment_config import AugmentConfig


def mixup(images: tf.Tensor, *, share: tf.Tensor) -> tf.Tensor:
    """Fades each photo into the one before it in the batch; the first into the last.

    The paper draws the others at random; the batch itself is in random order.

    Args:
      images: [batch, height, width, 3] float32.
      share: scalar float32, what is kept of each photo.

    Returns:
      Like `images`.

    References:
      Zhang et al., 2018, "mixup: Beyond Empirical Risk Minimization", arXiv:1710.09412.
    """
    return share * images + (1 - share) * tf.roll(images, 1, axis=0)


def cutmix(
    images: tf.Tensor, *, share: tf.Tensor, center: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Pastes a part of the photo before it in the batch over each photo; of the last on the first.

    Args:
      images: [batch, height, width, 3] float32.
      share: scalar float32; the part is `sqrt(1 - share)` of both sides.
      center: [2] float32 in 0..1, down and across, of the part; what is outside is cut off.

    Returns:
      Like `images`, and the share of the pixels that are each photo's own, a scalar float32.

    References:
      Yun et al., 2019, "CutMix: Regularization Strategy to Train Strong Classifiers with
      Localizable Features", arXiv:1905.04899.
    """
    size = tf.shape(images)[1:3]
    half = tf.cast(tf.cast(size, tf.float32) * tf.sqrt(1 - share), tf.int32) // 2
    middle = tf.cast(center * tf.cast(size, tf.float32), tf.int32)
    down, across = (
        (tf.range(size[axis]) >= middle[axis] - half[axis])
        & (tf.range(size[axis]) < middle[axis] + half[axis])
        for axis in (0, 1)
    )
    pasted = tf.cast(down[:, tf.newaxis] & across[tf.newaxis, :], tf.float32)
    # As wide as a photo: a mask of one channel would take three times as long to apply.
    mask = tf.repeat(pasted[..., tf.newaxis], 3, axis=-1)
    mixed = (1 - mask) * images + mask * tf.roll(images, 1, axis=0)
    return mixed, 1 - tf.reduce_mean(pasted)


def mix_batches(
    batches: tf.data.Dataset,
    config: AugmentConfig,
    *,
    seed: int,
    epoch: int,
    skip_batches: int = 0,
    input_context: tf.distribute.InputContext | None = None,
) -> tf.data.Dataset:
    """Mixes the photos of each batch, differently in each; a device mixes within its own batch.

    Args:
      batches: of (images [b, height, width, 3] float32, labels [b] int32, rows [b] int32).
      config: how they are mixed.
      seed: of the run.
      epoch: from 0; what is drawn is a function of (seed, epoch, number of the batch).
      skip_batches: global batches left out at the beginning.
      input_context: which worker this is.

    Returns:
      A dataset of (images, (labels [b], labels of the others [b], share of the first [b] float32),
      rows), which `training.losses` takes.
    """

    def mix(position, batch):
        images, labels, rows = batch
        number = _batch_number(position, skip_batches, input_context)
        # Photos draw with their rows, which are 0 or more: batches count downward from -1, in
        # steps of 2, for the draws of a gamma are made of those that a uniform takes.
        seeds = [augmentation_seed(seed, epoch, first - 2 * number) for first in (-1, -2)]
        images, share = _mixed(images, config, seeds)
        shares = tf.fill(tf.shape(labels), share)
        return images, (labels, tf.roll(labels, 1, axis=0), shares), rows

    return batches.enumerate().map(mix, num_parallel_calls=tf.data.AUTOTUNE)


def _batch_number(position, skip_batches, context) -> tf.Tensor:
    """The number of a device's batch among those of all devices in the epoch, int64."""
    if context is None:
        return position + skip_batches
    local = context.num_replicas_in_sync // context.num_input_pipelines
    step, device = position // local + skip_batches, position % local
    return step * context.num_replicas_in_sync + context.input_pipeline_id * local + device


def _mixed(images, config: AugmentConfig, seeds) -> tuple[tf.Tensor, tf.Tensor]:
    hit, *center = tf.unstack(tf.random.stateless_uniform([3], seeds[0]))
    # Beta from two gammas, in double precision: those of a small alpha underflow in float32.
    alpha = tf.constant(config.mix_alpha, tf.float64)
    gammas = tf.random.stateless_gamma([2], seeds[1], alpha, dtype=tf.float64)
    beta = tf.cast(tf.math.divide_no_nan(gammas[0], gammas[0] + gammas[1]), tf.float32)
    share = tf.where(hit < config.mix_probability, beta, 1.0)
    if config.mix == "mixup":
        return mixup(images, share=share), share
    return cutmix(images, share=share, center=tf.stack(center))

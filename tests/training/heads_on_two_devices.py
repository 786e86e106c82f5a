"""Takes two steps with each head on one device and on two logical CPUs; prints JSON.

A program of its own, because logical devices must be set before TensorFlow starts.
"""

import json

import tensorflow as tf

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)

import keras  # noqa: E402
import numpy as np  # noqa: E402

from shopee_tf.models.classifier import build_classifier  # noqa: E402
from shopee_tf.training import distribution  # noqa: E402
from shopee_tf.training.config import TrainingConfig  # noqa: E402
from shopee_tf.training.config_checks import HEADS  # noqa: E402
from shopee_tf.training.losses import head_loss  # noqa: E402
from shopee_tf.training.steps import make_train_step  # noqa: E402

BATCH, STEPS = 8, 2
ONE, TWO = distribution.get_strategy("cpu"), distribution.get_strategy("mirrored")


def train(strategy, head, *, mixed=False):
    """Returns the weights before and after, and the losses; `mixed` as with CutMix or MixUp."""
    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(BATCH * STEPS, 6)).astype(np.float32)
    # Each half of a batch holds each class once, so that each half alone would lose all pairs.
    y = np.array([0, 1, 2, 3, 0, 1, 2, 3] * STEPS, np.int32)
    with strategy.scope():
        features = keras.Input([6])
        encoder = keras.Model(features, keras.layers.Dense(5)(features))
        model = build_classifier(encoder, 4, head=head, scale=5.0, margin=0.2, mixed=mixed)
        optimizer = keras.optimizers.SGD(0.2)  # unlike Adam, it sees a gradient twice too large
        optimizer.build(model.trainable_variables)

    labels = (y, y[::-1], np.linspace(0, 1, len(y), dtype=np.float32)) if mixed else y

    def dataset(context):
        rows = tf.data.Dataset.from_tensor_slices((x, labels, np.arange(len(y), dtype=np.int32)))
        return rows.batch(context.get_per_replica_batch_size(BATCH), drop_remainder=True)

    batches = strategy.distribute_datasets_from_function(dataset)
    step = make_train_step(
        model, optimizer, head_loss(TrainingConfig(head=head), mixed=mixed), strategy=strategy,
        batch_size=BATCH, element_spec=batches.element_spec,
    )  # fmt: skip
    before = flat(model.variables)
    losses = [float(step(*batch)) for batch in batches]
    return before, flat(model.variables), losses


def flat(variables):
    """All values in one array."""
    return np.concatenate([np.ravel(variable.numpy()) for variable in variables])


def compare(head, **options):
    """How far the weights moved, and the largest differences in weights and in losses."""
    before, one, losses = train(ONE, head, **options)
    _, two, others = train(TWO, head, **options)
    gap = np.abs(np.subtract(losses, others)).max()
    return [float(np.abs(one - before).max()), float(np.abs(one - two).max()), float(gap)]


found = {head: compare(head) for head in HEADS}
found |= {f"{head}, mixed": compare(head, mixed=True) for head in ("arcface", "softmax")}
print(json.dumps(found))

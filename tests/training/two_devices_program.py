"""Takes the same steps on one device and on two logical CPUs; prints what came out as JSON.

A program of its own, because logical devices must be set before TensorFlow starts.
"""

import json

import tensorflow as tf

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)

import keras  # noqa: E402
import numpy as np  # noqa: E402

from shopee_tf.models.predict import make_predict, predict_batches  # noqa: E402
from shopee_tf.training import distribution  # noqa: E402
from shopee_tf.training.averaging import WeightAverage, weights_to_average  # noqa: E402
from shopee_tf.training.optimizer import make_optimizer  # noqa: E402
from shopee_tf.training.precision import layer_precision  # noqa: E402
from shopee_tf.training.steps import make_train_step  # noqa: E402

BATCH = 8
ONE, TWO = distribution.get_strategy("cpu"), distribution.get_strategy("mirrored")


def build_model() -> keras.Model:
    """A small network with batch normalization and a head called arc_margin."""
    features, label = keras.Input([6]), keras.Input([], dtype="int32")
    x = keras.layers.Dense(8, activation="relu")(features)
    x = keras.layers.BatchNormalization()(x)
    logits = keras.layers.Dense(3, name="arc_margin", dtype="float32")(x)
    return keras.Model((features, label), logits)


def cross_entropy(labels, logits):
    """The loss of each example."""
    return keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)


def train(strategy, *, clip_norm, precision="float32", bad=None, steps=3):
    """Returns the weights before and after, the losses, and the loss scale."""
    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    x = random.normal(size=(BATCH * steps, 6)).astype(np.float32)
    if bad is not None:
        x[bad] = np.inf
    y = random.integers(0, 3, BATCH * steps).astype(np.int32)
    with strategy.scope(), layer_precision(precision):
        model = build_model()
        distribution.synchronize_batch_norm(model, strategy)
        optimizer = make_optimizer(
            0.05, head_lr_multiplier=3.0, weight_decay=0.01, precision=precision
        )
        optimizer.build(model.trainable_variables)
        average = WeightAverage(weights_to_average(model), decay=0.5)

    def dataset(context):
        rows = tf.data.Dataset.from_tensor_slices((x, y, np.arange(len(y), dtype=np.int32)))
        return rows.batch(context.get_per_replica_batch_size(BATCH), drop_remainder=True)

    batches = strategy.distribute_datasets_from_function(dataset)
    step = make_train_step(
        model, optimizer, cross_entropy, strategy=strategy, batch_size=BATCH,
        clip_norm=clip_norm, element_spec=batches.element_spec,
    )  # fmt: skip
    before = flat(model.trainable_variables)
    losses = []
    for batch in batches:
        losses.append(float(step(*batch)))
        average.update()
    scale = float(optimizer.dynamic_scale.numpy()) if precision == "mixed_float16" else 1.0
    after = flat([*model.variables, *average.variables])
    return before, after, flat(model.trainable_variables), losses, scale


def flat(variables):
    """All values in one array."""
    return np.concatenate([np.ravel(variable.numpy()) for variable in variables])


def difference(clip_norm):
    """The largest difference between one device and two, in weights and in losses."""
    one, two = train(ONE, clip_norm=clip_norm), train(TWO, clip_norm=clip_norm)
    return [float(np.abs(one[1] - two[1]).max()), float(np.abs(np.subtract(one[3], two[3])).max())]


def overflow(bad):
    """How far the weights moved, whether they are finite, and the loss scale, after one step."""
    before, _, after, _, scale = train(
        TWO, clip_norm=1.0, precision="mixed_float16", bad=bad, steps=1
    )
    return [float(np.abs(after - before).max()), bool(np.isfinite(after).all()), scale]


def prediction_difference():
    """The largest difference between a spread prediction and a plain one, for 3 rows of 5."""
    with TWO.scope():
        model = keras.Sequential([keras.Input([6]), keras.layers.Dense(4)])
    rows = np.random.default_rng(1).normal(size=(3, 6)).astype(np.float32)
    predict = make_predict(model, batch_size=5)
    batches = predict_batches(predict, [(rows, np.arange(3))] * 6)
    assert all(np.array_equal(found, predict(rows, 3)) for _, found in batches)
    found = predict(rows, 3)
    kernel, bias = (np.asarray(variable.numpy()) for variable in model.weights)
    return [list(found.shape), float(np.abs(found - (rows @ kernel + bias)).max())]


print(
    json.dumps(
        {
            "devices": TWO.num_replicas_in_sync,
            "same_object": TWO is distribution.get_strategy("mirrored"),
            "unclipped": difference(0.0),
            "clipped": difference(0.05),
            "overflow_on_first": overflow(0),
            "overflow_on_second": overflow(BATCH - 1),
            "no_overflow": overflow(None),
            "prediction": prediction_difference(),
        }
    )
)

"""Trains three steps from given weights on the backend and devices that are set; prints them."""

import json

import keras
import numpy as np
import tensorflow as tf

from shopee_tf.training import distribution
from shopee_tf.training.averaging import WeightAverage
from shopee_tf.training.jax_steps import make_jax_step
from shopee_tf.training.optimizer import make_optimizer
from shopee_tf.training.steps import make_train_step

BATCH = 8
ON_JAX = keras.backend.backend() == "jax"
random = np.random.default_rng(0)
records = {
    "x": random.normal(size=(24, 6)).astype(np.float32),
    "y": random.integers(0, 3, 24).astype(np.int32),
    "row": np.arange(24, dtype=np.int32),
}


def cross_entropy(labels, logits):
    """The loss of each example."""
    return keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)


def dataset(context):
    """The global batches."""
    whole = tf.data.Dataset.from_tensor_slices(tuple(records.values()))
    return whole.batch(BATCH, drop_remainder=True)


strategy = distribution.get_strategy("auto")
with strategy.scope():
    features, label = keras.Input([6]), keras.Input([], dtype="int32")
    # No bias: batch normalization takes it away, and AdamW would blow its rounding errors up.
    hidden = keras.layers.Dense(8, use_bias=False)(features)
    hidden = keras.layers.BatchNormalization()(hidden)
    hidden = keras.layers.Dense(8, kernel_regularizer=keras.regularizers.L2(0.1))(hidden)
    logits = keras.layers.Dense(3, name="arc_margin")(hidden)
    model = keras.Model((features, label), logits)
    for variable in model.trainable_variables:
        variable.assign(random.normal(size=variable.shape).astype(np.float32))
    optimizer = make_optimizer(0.05, head_lr_multiplier=2.0, weight_decay=0.01)
    optimizer.build(model.trainable_variables)
    average = WeightAverage(model.trainable_variables, decay=0.9)

sizes = {"batch_size": BATCH, "clip_norm": 0.5}
batches = strategy.distribute_datasets_from_function(dataset)
if ON_JAX:
    step = make_jax_step(model, optimizer, cross_entropy, **sizes)
else:
    step = make_train_step(model, optimizer, cross_entropy, strategy=strategy, **sizes)
losses, rows = [], []
for batch in batches:
    losses.append(float(step(*batch)))
    average.update()
    rows += np.asarray(strategy.experimental_local_results(batch[2])[0]).tolist()
numbers = [np.ravel(v.value).tolist() for v in [*model.variables, *average.variables]]
print(json.dumps({
    "devices": strategy.num_replicas_in_sync, "names": distribution.device_names(strategy),
    "losses": losses, "rows": rows, "weights": sum(numbers, []),
}))  # fmt: skip

"""One of two workers on this machine: worker number, port of the first. Prints what it learnt."""

import json
import os
import sys

index, port = int(sys.argv[1]), int(sys.argv[2])
workers = [f"127.0.0.1:{port + i}" for i in range(2)]
os.environ["TF_CONFIG"] = json.dumps(
    {"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}}
)

from shopee_tf.training import distribution  # noqa: E402

strategy = distribution.get_strategy("multi_worker")  # before any other TensorFlow call

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from shopee_tf.data.record_order import share  # noqa: E402
from shopee_tf.training.optimizer import make_optimizer  # noqa: E402
from shopee_tf.training.steps import make_train_step  # noqa: E402

BATCH = 8
random = np.random.default_rng(0)
x = random.normal(size=(29, 6)).astype(np.float32)
y = random.integers(0, 3, 29).astype(np.int32)


def cross_entropy(labels, logits):
    """The loss of each example."""
    return keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)


def dataset(context):
    """This worker's share of each global batch."""
    records = {"x": x, "y": y, "row": np.arange(len(y), dtype=np.int32)}
    mine, size = share(tf.data.Dataset.from_tensor_slices(records), BATCH, 0, context)
    mine = mine.map(lambda record: (record["x"], record["y"], record["row"]))
    return mine.batch(size, drop_remainder=True)


with strategy.scope():
    keras.utils.set_random_seed(0)
    features, label = keras.Input([6]), keras.Input([], dtype="int32")
    hidden = keras.layers.BatchNormalization()(keras.layers.Dense(8)(features))
    logits = keras.layers.Dense(3, name="arc_margin")(hidden)
    model = keras.Model((features, label), logits)
    distribution.synchronize_batch_norm(model, strategy)
    optimizer = make_optimizer(0.05, head_lr_multiplier=2.0, weight_decay=0.0)
    optimizer.build(model.trainable_variables)

batches = strategy.distribute_datasets_from_function(dataset)
step = make_train_step(
    model, optimizer, cross_entropy, strategy=strategy, batch_size=BATCH, clip_norm=0.05,
    element_spec=batches.element_spec,
)  # fmt: skip
losses, rows = [], []
for batch in batches:
    losses.append(float(step(*batch)))
    rows += strategy.experimental_local_results(batch[2])[0].numpy().tolist()
weights = np.concatenate([np.ravel(variable.numpy()) for variable in model.variables])
chief = distribution.is_chief(strategy)
print(json.dumps({"chief": chief, "losses": losses, "rows": rows, "weights": weights.tolist()}))

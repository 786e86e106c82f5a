"""Prints, for each encoder, how far a step on two logical CPUs lies from one on one CPU."""

import sys

import tensorflow as tf

# Before anything touches TensorFlow: devices cannot be split later.
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)

import keras  # noqa: E402
import numpy as np  # noqa: E402

from shopee_tf.models.arc_margin import smoothed_cross_entropy  # noqa: E402
from shopee_tf.models.classifier import build_classifier  # noqa: E402
from shopee_tf.models.image_encoder import ImageEncoderConfig, build_image_encoder  # noqa: E402
from shopee_tf.models.joint_encoder import join_encoders  # noqa: E402
from shopee_tf.models.title_encoder import TitleEncoderConfig, build_title_encoder  # noqa: E402

TITLES = ["Red shoe murah", "blue SHIRT 12", "phone case", "baju"] * 2
LABELS = tf.constant([0, 1, 2, 3] * 2)
PIXELS = tf.constant(np.random.default_rng(0).uniform(0, 255, (8, 32, 32, 3)), tf.float32)


def build(kind, hub):
    keras.utils.set_random_seed(0)
    encoder, features = build_joint() if kind == "joint" else build_alone(kind, hub)
    return build_classifier(encoder.model, 4), features


def build_joint():
    (image, pixels), (title, tokens) = build_alone("image", None), build_alone("scratch", None)
    return join_encoders(image, title), {"image": pixels, **tokens}


def build_alone(kind, hub):
    if kind == "image":
        config = ImageEncoderConfig("tiny", image_size=32, embedding_dim=8, weights="none")
        encoder = build_image_encoder(config)
        for layer in encoder.model.layers[1].layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.synchronized = True
        features = PIXELS
    else:
        paths = hub if kind == "hub" else ("", "")
        config = TitleEncoderConfig(kind, *paths, max_length=8, embedding_dim=6)
        encoder = build_title_encoder(config, titles=TITLES)
        features = encoder.tokenize(tf.constant(TITLES))
    return encoder, features


def replica_step(model, features, labels, optimizer, replicas):
    with tf.GradientTape() as tape:
        logits = model((features, labels), training=True)
        loss = tf.reduce_sum(smoothed_cross_entropy(labels, logits)) / len(TITLES)
        loss += tf.add_n(model.losses) / replicas if model.losses else 0.0
    variables = model.trainable_variables
    gradients = tape.gradient(loss, variables)
    # Keras sums the gradients over the replicas.
    pairs = [(g, v) for g, v in zip(gradients, variables) if g is not None]
    optimizer.apply([g for g, _ in pairs], [v for _, v in pairs])


def on_one(kind, hub):
    model, features = build(kind, hub)
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build(model.trainable_variables)
    tf.function(replica_step)(model, features, LABELS, optimizer, 1)
    return model.get_weights()


def on_two(kind, hub, strategy):
    with strategy.scope():
        model, features = build(kind, hub)
        optimizer = keras.optimizers.SGD(0.1)
        optimizer.build(model.trainable_variables)
    batches = tf.data.Dataset.from_tensors((features, LABELS)).unbatch().batch(8)
    (batch,) = strategy.experimental_distribute_dataset(batches)

    @tf.function
    def step(features, labels):
        strategy.run(replica_step, args=(model, features, labels, optimizer, 2))

    step(*batch)
    return model.get_weights()


def main(hub):
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    for kind in ("image", "scratch", "hub", "joint"):
        start = build(kind, hub)[0].get_weights()
        one, two = on_one(kind, hub), on_two(kind, hub, strategy)
        apart = max(np.abs(a - b).max() for a, b in zip(one, two))
        moved = max(np.abs(a - b).max() for a, b in zip(one, start))
        print("step", kind, apart, moved)


if __name__ == "__main__":
    main(sys.argv[1:3])

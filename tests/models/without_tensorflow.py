"""Builds, trains, saves and loads an image encoder on JAX where TensorFlow cannot be imported."""

import sys


class NoTensorFlow:
    """Makes `import tensorflow` fail as it does where TensorFlow is not installed."""

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0].startswith("tensorflow"):
            raise ModuleNotFoundError(name)


sys.meta_path.insert(0, NoTensorFlow())

import keras  # noqa: E402
import numpy as np  # noqa: E402

from shopee_tf.models.arc_margin import smoothed_cross_entropy  # noqa: E402
from shopee_tf.models.classifier import build_classifier  # noqa: E402
from shopee_tf.models.image_encoder import ImageEncoderConfig, build_image_encoder  # noqa: E402
from shopee_tf.models.metric_losses import PAIR_LOSSES  # noqa: E402
from shopee_tf.models.saving import load_encoder, save_encoder  # noqa: E402
from shopee_tf.models.title_encoder import TitleEncoderConfig, build_title_encoder  # noqa: E402
from tfrecords.errors import UsageError  # noqa: E402


def train_head(head, pixels, labels):
    """How far two steps move the encoder, and the t of CurricularFace after them."""
    config = ImageEncoderConfig("tiny", image_size=32, embedding_dim=8, weights="none")
    encoder = build_image_encoder(config)
    model = build_classifier(encoder.model, 3, head=head)
    pair_loss = PAIR_LOSSES.get(head)

    def loss(labels, outputs):
        if pair_loss:
            return pair_loss(outputs, labels[:, 0])
        return smoothed_cross_entropy(labels[:, 0], outputs)

    model.compile(keras.optimizers.SGD(0.1), loss=loss)
    before = np.array(encoder.model(pixels))
    model.fit((pixels, labels), labels[:, None], batch_size=4, epochs=2, verbose=0)
    moved = np.abs(np.array(encoder.model(pixels)) - before).max()
    return moved, float(getattr(model.layers[-1], "t", 0.0))


def main(folder):
    config = ImageEncoderConfig("tiny", image_size=32, embedding_dim=8, weights="none")
    encoder = build_image_encoder(config)
    pixels = np.random.default_rng(0).uniform(0, 255, (4, 32, 32, 3)).astype("float32")
    labels = np.array([0, 1, 2, 0], "int32")
    before = np.array(encoder.model(pixels))
    model = build_classifier(encoder.model, 3)
    model.compile(
        keras.optimizers.SGD(0.1),
        loss=lambda labels, logits: smoothed_cross_entropy(labels[:, 0], logits, 0.1),
    )
    model.fit((pixels, labels), labels[:, None], batch_size=4, epochs=1, verbose=0)
    after = np.array(encoder.model(pixels))
    save_encoder(encoder, folder)
    loaded = np.array(load_encoder(folder).model(pixels))
    print("moved", np.abs(after - before).max(), "reloaded", np.abs(loaded - after).max())
    for head in ("sub_center_arcface", "cosface", "curricular", "normalized_softmax", *PAIR_LOSSES):
        print("head", head, *train_head(head, pixels, labels))
    try:
        build_title_encoder(TitleEncoderConfig("hub", "encoder", "preprocessor"))
    except UsageError as error:
        print("refused", error)


if __name__ == "__main__":
    main(sys.argv[1])

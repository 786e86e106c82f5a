"""How fast are the parts of an image system, against the plain way of doing the same?

photos  writes --count JPEGs of --pixels a side into --folder, made from those of --csv by enlarging
        (several --csv one after the other), with a csv
input   shards of these photos to training batches; the peer decodes and resizes the same JPEGs,
        which it has in memory, and does nothing else. Also against
        `keras.utils.image_dataset_from_directory` on the photos of the folder, changed alike
head    a training step with ArcMarginProduct; the peer's head is a dense layer and softmax
records making shards of the first --count photos, in one process, of a csv with hashes as
        Shopee's, and of one without; the peer decodes, resizes and encodes by Pillow

Ours and the peers take turns in one process, the shortest time of each counts. The last line is
JSON; a ratio above 1 means that ours is better, and so does `processor_ratio`, of the seconds that
processors worked, all threads counted: other work on the machine changes it less. The first call
ever compiles for some seconds, which are not counted.

Usage: python benchmarks/images.py --question=photos --csv=a/train.csv --csv=b/train.csv --folder=F
       python benchmarks/images.py --question=input --folder=F [--augment=basic] [--repeats=3]
"""

import argparse
import io
import os
import pathlib
import tempfile
from collections.abc import Callable

import numpy as np
import pandas as pd
from PIL import Image
from timing import processor_ratio, report, take_turns

CSV, PHOTOS = "train.csv", "photos"


def make_photos(args) -> None:
    folder = pathlib.Path(args.folder)
    (folder / PHOTOS).mkdir(parents=True)
    tables = [pd.read_csv(path, dtype=str).assign(root=os.path.dirname(path)) for path in args.csv]
    table = pd.concat(tables, ignore_index=True)
    table = table.loc[np.arange(args.count) % len(table)].reset_index(drop=True)
    for row, (root, name) in enumerate(zip(table["root"], table["image"])):
        image = Image.open(f"{root}/train_images/{name}").convert("RGB")
        scale = args.pixels / min(image.size)
        size = [round(side * scale) for side in image.size]
        image.resize(size, Image.Resampling.BICUBIC).save(
            folder / PHOTOS / f"{row:05d}.jpg", quality=90
        )
    table["posting_id"] = table["image"] = [f"{row:05d}.jpg" for row in range(len(table))]
    table[["posting_id", "image", "title", "label_group"]].to_csv(folder / CSV, index=False)


def build_records(args, output: str, *, hashed: bool = True, limit: int | None = None):
    from shopee_tf.data.catalog import read_catalog
    from shopee_tf.data.records import build_tfrecords

    folder = pathlib.Path(args.folder)
    catalog = read_catalog(folder / CSV, limit_rows=limit)
    if hashed:  # as a csv that has them: they are not computed
        catalog = catalog.with_column("image_phash", [f"{row:016x}" for row in range(len(catalog))])
    build_tfrecords(
        catalog, output, images=folder / PHOTOS, image_size=args.stored_size, num_workers=1
    )


def ask_input(args) -> None:
    output = str(pathlib.Path(args.folder) / f"records-{args.stored_size}")
    build_records(args, output)  # nothing, where they are finished
    turns = take_turns(input_turns(args, output), args.repeats)
    taken, more = turns.seconds, {"processor_ratio": processor_ratio(turns)}
    for which, clock in (("", taken), ("processor_", turns.processor)):
        more[f"{which}ratio_from_memory"] = round(clock["peer"] / clock["cached"], 2)
        more[f"{which}ratio_against_keras"] = round(clock["keras"] / clock["ours"], 2)
    more["photos_per_second"] = {
        name: round(turns.found[name] / seconds) for name, seconds in taken.items()
    }
    name = f"{args.stored_size} px shards to {args.image_size} px batches, {args.augment}, seconds"
    report(name, taken, **more)


def input_turns(args, records: str) -> dict[str, Callable]:
    """Ours; the bare decoding and resizing; ours from memory; Keras from the photos' folder."""
    import tensorflow as tf

    from shopee_tf.data.augment import augment_photo
    from shopee_tf.data.augment_config import AugmentConfig
    from shopee_tf.data.datasets import image_training_dataset
    from shopee_tf.data.images import decode_image
    from shopee_tf.data.record_order import cache_images
    from tfrecords.manifest import load_manifest
    from tfrecords.reader import read_records

    size, labels = args.image_size, np.zeros(load_manifest(records).written, np.int32)
    jpegs = [r["image"] for r in read_records(records, fields=("image",)).as_numpy_iterator()]
    options = {"image_size": size, "batch_size": args.batch_size, "augment": args.augment}
    cached = cache_images(records, labels, image_size=size)

    def consumed(batches) -> int:
        return sum(len(batch[0]) for batch in batches)

    def bare() -> int:
        photos = tf.data.Dataset.from_tensor_slices(jpegs).map(
            lambda jpeg: decode_image(jpeg, image_size=size), num_parallel_calls=tf.data.AUTOTUNE
        )
        return sum(1 for _ in photos.prefetch(tf.data.AUTOTUNE))

    def keras_folder() -> int:
        import keras

        photos = keras.utils.image_dataset_from_directory(
            args.folder, class_names=[PHOTOS], image_size=(size, size), batch_size=None, seed=0,
            verbose=0,
        )  # fmt: skip
        config = AugmentConfig(args.augment)
        changed = photos.enumerate().map(
            lambda row, photo: augment_photo(photo[0], config, seed=0, epoch=0, row=row),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
        batches = changed.batch(args.batch_size, drop_remainder=True).prefetch(tf.data.AUTOTUNE)
        return sum(len(batch) for batch in batches)

    consumed(cached.batch(args.batch_size).map(lambda record: (record["image"],)))
    return {
        "ours": lambda: consumed(image_training_dataset(records, labels, **options)),
        "peer": bare,
        "cached": lambda: consumed(
            image_training_dataset(records, labels, cached=cached, **options)
        ),
        "keras": keras_folder,
    }


def ask_head(args) -> None:
    turns = take_turns(head_turns(args), args.repeats)
    seconds = turns.seconds
    alone = {name: round(taken / args.steps, 4) for name, taken in seconds.items()}
    ratio = seconds["peer_alone"] / seconds["ours_alone"]
    name = f"{args.steps} steps of {args.backbone} at {args.image_size} px, {args.classes} classes"
    more = {"seconds_per_step": alone, "ratio_of_heads_alone": round(ratio, 3)}
    times = round(seconds["ours"] / seconds["peer"], 3)
    worked = round(turns.processor["ours"] / turns.processor["peer"], 3)
    report(name, seconds, **more, step_time_of_ours=times, processor_time_of_ours=worked)


def head_turns(args) -> dict[str, Callable]:
    """Training steps with either head on the same network, and on given embeddings."""
    import keras
    import tensorflow as tf

    from shopee_tf.models.arc_margin import smoothed_cross_entropy
    from shopee_tf.models.backbones import BACKBONES
    from shopee_tf.models.classifier import build_classifier
    from shopee_tf.training.optimizer import make_optimizer
    from shopee_tf.training.steps import make_train_step

    rng, shape = np.random.default_rng(0), (args.image_size, args.image_size, 3)
    photos = tf.constant(rng.uniform(0, 255, (args.batch_size, *shape)), tf.float32)
    labels = tf.constant(rng.integers(0, args.classes, args.batch_size), tf.int32)

    def encoder():
        features = BACKBONES[args.backbone](args.image_size, "none")
        vector = keras.layers.GlobalAveragePooling2D()(features.output)
        return keras.Model(features.input, vector)

    def dense(body):
        inputs = (body.input, keras.Input((), dtype="int32"))
        return keras.Model(inputs, keras.layers.Dense(args.classes)(body.output))

    def ours(body):
        margins = np.full(args.classes, 0.5, np.float32)
        return build_classifier(body, args.classes, head="arcface", scale=30.0, margin=margins)

    def steps_of(model, features):
        optimizer = make_optimizer(1e-3, head_lr_multiplier=1.0, weight_decay=0.0)
        optimizer.build(model.trainable_variables)
        step = make_train_step(
            model, optimizer, smoothed_cross_entropy, strategy=tf.distribute.get_strategy(),
            batch_size=args.batch_size,
        )  # fmt: skip
        step(features, labels, labels)

        def run():
            for _ in range(args.steps):
                loss = step(features, labels, labels)
            return float(loss)

        return run

    dim = encoder().output_shape[-1]
    vectors = tf.constant(rng.normal(size=(args.batch_size, dim)), tf.float32)
    given = keras.Input((dim,))
    nothing = keras.Model(given, keras.layers.Identity()(given))
    return {
        "ours": steps_of(ours(encoder()), photos),
        "peer": steps_of(dense(encoder()), photos),
        "ours_alone": steps_of(ours(nothing), vectors),
        "peer_alone": steps_of(dense(nothing), vectors),
    }


def ask_records(args) -> None:
    photos = sorted((pathlib.Path(args.folder) / PHOTOS).glob("*.jpg"))[: args.count]

    def by_pillow() -> int:
        for path in photos:
            image = Image.open(path).convert("RGB")
            scale = args.stored_size / min(image.size)
            size = [round(side * scale) for side in image.size]
            image = image.resize(size, Image.Resampling.LANCZOS)
            image.save(io.BytesIO(), "JPEG", quality=90)
        return len(photos)

    def ours(hashed: bool) -> int:
        with tempfile.TemporaryDirectory() as output:
            build_records(args, output, hashed=hashed, limit=len(photos))
        return len(photos)

    turns = take_turns(
        {"ours": lambda: ours(True), "peer": by_pillow, "hashing": lambda: ours(False)},
        args.repeats,
    )
    speeds = {name: round(len(photos) / taken, 1) for name, taken in turns.processor.items()}
    name = f"shards of {len(photos)} photos at {args.stored_size} px, one process, seconds"
    more = {"photos_per_core_second": speeds, "processor_ratio": processor_ratio(turns)}
    report(name, turns.seconds, **more)


QUESTIONS = {
    "photos": make_photos,
    "input": ask_input,
    "head": ask_head,
    "records": ask_records,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--question", choices=QUESTIONS, required=True)
    parser.add_argument("--folder", help="of the photos that this benchmark made")
    parser.add_argument("--csv", action="append", help="beside a folder train_images")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--pixels", type=int, default=1024, help="shorter side")
    parser.add_argument("--stored_size", type=int, default=384)
    parser.add_argument("--image_size", type=int, default=300)
    parser.add_argument("--augment", default="basic")
    parser.add_argument("--backbone", default="efficientnet_b0")
    parser.add_argument("--classes", type=int, default=11_014)
    parser.add_argument("--batch_size", type=int, default=32)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    QUESTIONS[args.question](args)


if __name__ == "__main__":
    main()

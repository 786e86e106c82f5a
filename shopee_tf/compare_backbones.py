"""Scores the frozen features of several backbones on a sample of a catalogue.

Usage:
  python -m shopee_tf.compare_backbones --csv=train.csv --images=train_images --sample=5000 \\
      --backbones=vgg16,resnet50,inception_v3,efficientnet_b0 --plot=backbones.png
  python -m shopee_tf.compare_backbones --data=data/shopee --backbones=efficientnet_v2_b0,tiny \\
      --weights=none,efficientnet_v2_b0=efficientnetv2-b0_notop.h5

Mean F1 over the folds, each at the threshold that is best on another, by cosine and by Euclidean
distance. Nothing is trained.
"""

from shopee_tf import options, shared_flags
from shopee_tf.progress import signs_of_life

WEIGHTS = ("imagenet", "none")


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    shared_flags.define_csv(values, required=False)
    options.string(values, "images", None, "Folder of the photos that the csv names.")
    options.string(values, "data", None, "Folder that make_tfrecords wrote, instead of a csv.")
    options.words(values, "backbones", None, "Backbones, as trainers.image takes them.")
    options.words(
        values, "weights", ["imagenet"],
        "imagenet (downloaded) or none for all backbones; for one of them its name before its own, "
        "as vgg16=FILE or tiny=none. Separated by commas.",
    )  # fmt: skip
    options.integer(values, "image_size", 224, "Side of the photos in pixels.")
    options.choice(
        values, "pooling", "avg", ("avg", "max"), "How the positions of a photo become one vector."
    )
    options.integer(
        values, "sample", None, "Only about so many listings, drawn as whole products.",
        lower_bound=1,
    )  # fmt: skip
    options.integer(
        values, "seed", 0, "Seed of the sample, and of weights that are none.",
        lower_bound=0, upper_bound=2**32 - 1,
    )  # fmt: skip
    options.integer(values, "num_folds", 5, "Folds.", lower_bound=3)
    options.integer(values, "batch_size", 64, "Photos a batch.", lower_bound=1)
    options.string(values, "output", None, "Write the figures to this JSON file too.")
    options.string(values, "plot", None, "Draw the figures into this PNG file.")
    shared_flags.define_gpu_memory(values)
    options.require(values, "backbones")


def check_flags(values: options.FlagValues) -> list:
    """Checks every flag, and returns what the encoders are made of.

    Raises:
      UsageError: a value that cannot be used.
    """
    from shopee_tf.models.configs import ImageEncoderConfig, check_backbone
    from tfrecords.errors import UsageError

    if {bool(values.csv), bool(values.images)} != {not values.data}:
        raise UsageError("give either --csv=FILE and --images=FOLDER, or --data=FOLDER")
    if not values.backbones or len(set(values.backbones)) < len(values.backbones):
        raise UsageError("--backbones: expected one or more, each once")
    for name in values.backbones:
        check_backbone(name, flag="backbones")
    weights = _weights(values.weights, values.backbones)
    return [
        ImageEncoderConfig(
            backbone=name, image_size=values.image_size, pooling=values.pooling,
            weights=weights[name], unfreeze="none",
        )
        for name in values.backbones
    ]  # fmt: skip


def _weights(words, backbones) -> dict[str, str]:
    """The weights of each backbone."""
    import os

    from tfrecords.errors import UsageError

    given = f"--weights={','.join(words)}"
    common = [word for word in words if "=" not in word]
    if files := [word for word in common if word not in WEIGHTS]:
        raise UsageError(
            f"{given}: expected imagenet, none, or a file with the name of its backbone, as "
            f"--weights={backbones[0]}={files[0]}"
        )
    if len(common) > 1:
        raise UsageError(f"{given}: expected one of imagenet and none, for all backbones")
    own = dict(word.split("=", 1) for word in words if "=" in word)
    for name, weights in own.items():
        if name not in backbones:
            raise UsageError(
                f"--weights={name}={weights}: {name} is not among --backbones={','.join(backbones)}"
            )
        if weights not in WEIGHTS and not os.path.isfile(weights):
            raise UsageError(
                f"--weights={name}={weights}: no such file; expected one, imagenet or none"
            )
    return dict.fromkeys(backbones, common[0] if common else "imagenet") | own


@signs_of_life()
def run(values: options.FlagValues) -> options.Done:
    """Prints a table; writes JSON and draws a chart where asked to."""
    from shopee_tf.evaluation.plot import check_plot
    from tfrecords.outputs import check_outputs
    from tfrecords.wording import counted

    encoders = check_flags(values)
    weights = [("weights", encoder.weights) for encoder in encoders]
    check_outputs(
        options.paths(values, "output", "plot"), [*options.paths(values, "csv", "data"), *weights]
    )
    if values.plot:
        check_plot(values.plot)
    import keras
    import numpy as np

    from shopee_tf.evaluation import bars, frozen_features
    from shopee_tf.gpu_memory import limit_gpu_memory

    limit_gpu_memory(values.gpu_memory_gb)
    keras.utils.set_random_seed(values.seed)
    catalog, embed = _open(values)
    scores = frozen_features.compare_backbones(encoders, catalog, embed, num_folds=values.num_folds)
    print(f"{frozen_features.as_text(scores)}\n")
    products = len(np.unique(catalog.labels))
    what = f"{len(catalog):,} listings of {products:,} products, {values.num_folds} folds"
    print(f"F1: mean over the folds, each at the threshold of the next; {what}")
    if values.output:
        about = {name: values[name].value for name in ("image_size", "pooling", "num_folds")}
        about |= {"num_listings": len(catalog), "num_products": products}
        frozen_features.write_scores(scores, values.output, about=about)
    if values.plot:
        bars.draw_bars(scores, values.plot, title=f"Frozen features, {what}")
    backbones = counted(len(encoders), "backbone")
    return options.Done(f"{backbones} on {what}", [values.output, values.plot])


def _open(values):
    """The sample, and what embeds it with an encoder."""
    import numpy as np

    from shopee_tf.data.catalog import read_catalog
    from shopee_tf.data.folds import draw_products
    from shopee_tf.encoding import embed_catalog, embed_records
    from shopee_tf.progress import progress_bar
    from shopee_tf.retrieval.embeddings import Embeddings
    from tfrecords import files
    from tfrecords.manifest import CATALOG

    path = files.join(values.data, CATALOG) if values.data else values.csv
    encoding = "utf-8" if values.data else values.csv_encoding
    catalog = read_catalog(
        path, require=("label_group",), encoding=encoding, limit_rows=values.limit_rows
    )
    limit = len(catalog) if values.sample is None else values.sample
    rows = draw_products(catalog.labels, limit=limit, seed=values.seed).astype(np.int32)

    def embed(encoder):
        how = {
            "rows": rows, "batch_size": values.batch_size,
            "progress": progress_bar(f"embedding with {encoder.config.backbone}"),
        }  # fmt: skip
        if values.data:
            found = embed_records(encoder, values.data, **how)
        else:
            found = embed_catalog(encoder, catalog, images=values.images, **how)
        return Embeddings(np.searchsorted(rows, found.rows).astype(np.int32), found.vectors)

    return catalog.take(rows), embed


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()

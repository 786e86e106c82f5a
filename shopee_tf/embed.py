"""Embeds a TFRecord folder with the encoder of a run.

Usage: python -m shopee_tf.embed --run=runs/image --data=data/shopee --output=runs/image/embeddings

Systems find the embeddings in the run's own folder `embeddings` by themselves.
"""

from shopee_tf import options


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    options.string(values, "run", None, "Folder of a trained run.")
    options.string(values, "data", None, "Folder that make_tfrecords wrote.")
    options.string(values, "output", None, "Folder to write; RUN/embeddings by default.")
    options.integer(values, "batch_size", 64, "Listings a batch.", lower_bound=1)
    options.require(values, "run", "data")


def run(values: options.FlagValues) -> None:
    """Embeds every record and saves the vectors with the rows they belong to."""
    import os

    from shopee_tf.encoding import embed_records
    from shopee_tf.models.saving import load_encoder
    from shopee_tf.progress import progress_bar
    from shopee_tf.retrieval.embeddings import save_embeddings
    from tfrecords.manifest import load_manifest

    manifest = load_manifest(values.data)
    encoder = load_encoder(os.path.join(values.run, "encoder"))
    embeddings = embed_records(
        encoder, values.data, batch_size=values.batch_size, progress=progress_bar("embedding")
    )
    output = values.output or os.path.join(values.run, "embeddings")
    save_embeddings(embeddings, output, ids_sha256=manifest.ids_sha256, source=values.run)
    count, dim = embeddings.vectors.shape
    print(f"{count:,} embeddings of {dim} numbers: {output}")


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()

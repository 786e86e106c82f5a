"""Embeds a TFRecord folder with the encoder of a run.

Usage: python -m shopee_tf.embed --run=runs/image --data=data/shopee --output=runs/image/embeddings

Systems find the embeddings in the run's own folder `embeddings` by themselves.
"""

from shopee_tf import options, shared_flags


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    options.string(values, "run", None, "Folder of a trained run.")
    options.string(values, "data", None, "Folder that make_tfrecords wrote.")
    options.string(values, "output", None, "Folder to write; RUN/embeddings by default.")
    options.integer(values, "batch_size", 64, "Listings a batch.", lower_bound=1)
    shared_flags.define_gpu_memory(values)
    options.require(values, "run", "data")


def run(values: options.FlagValues) -> options.Done:
    """Embeds every record and saves the vectors with the rows they belong to."""
    import os

    from shopee_tf.data.catalog import read_catalog
    from shopee_tf.gpu_memory import limit_gpu_memory
    from shopee_tf.progress import progress_bar
    from shopee_tf.retrieval.embeddings import MANIFEST, save_embeddings
    from shopee_tf.systems import embedding_source
    from tfrecords import files
    from tfrecords.errors import UsageError
    from tfrecords.manifest import CATALOG, load_manifest
    from tfrecords.wording import counted

    if not os.path.isdir(values.run):
        raise UsageError(f"--run={values.run}: no such folder; a trainer makes it")
    output = values.output or os.path.join(values.run, "embeddings")
    files.check_replaceable(output, MANIFEST)
    load_manifest(values.data)
    from shopee_tf.encoding import embed_records  # TensorFlow: after what a moment checks
    from shopee_tf.models.saving import load_encoder

    limit_gpu_memory(values.gpu_memory_gb)
    encoder = load_encoder(os.path.join(values.run, "encoder"))
    embeddings = embed_records(
        encoder, values.data, batch_size=values.batch_size, progress=progress_bar("embedding")
    )
    catalog = read_catalog(files.join(values.data, CATALOG))
    source = embedding_source(values.run, catalog)
    save_embeddings(embeddings, output, ids_sha256=catalog.ids_sha256, source=source)
    count, dim = embeddings.vectors.shape
    return options.Done(f"{counted(count, 'embedding')} of {dim} numbers", [output])


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()

"""What lies beside the shards of a finished folder: the catalogue and the manifest."""

from collections.abc import Sequence

from shopee_tf.data.catalog import Catalog, write_catalog
from shopee_tf.data.record_plan import RecordPlan
from shopee_tf.version import VERSION
from tfrecords import building, files
from tfrecords.manifest import CATALOG, Manifest, load_manifest, write_manifest
from tfrecords.reader import read_shards
from tfrecords.schema import SCHEMA_VERSION
from tfrecords.tfds import write_tfds_files
from tfrecords.writer import Shard


def finish_folder(
    output: str, catalog: Catalog, plan: RecordPlan, shards: Sequence[Shard]
) -> Manifest:
    """Writes what lies beside the shards, the manifest last.

    Args:
      output: folder, local or remote, with all the shards in it.
      catalog: the postings.
      plan: what the shards were made by.
      shards: in order.

    Returns:
      The manifest, read back.
    """
    building.remove_superseded(output, shards)
    path = files.join(output, CATALOG)
    write_catalog(_with_hashes(catalog, output, plan, shards), path)
    has_images = plan.settings.images is not None
    manifest = Manifest(
        made_by=VERSION,
        schema_version=SCHEMA_VERSION,
        split=plan.split,
        rows_in=len(catalog),
        shards=tuple(shards),
        ids_sha256=catalog.ids_sha256,
        catalog_sha256=files.sha256(path),
        has_images=has_images,
        image_size=plan.settings.image_size if has_images else None,
        flags=plan.flags,
        catalog_notes=catalog.notes,
    )
    write_tfds_files(output, manifest)
    write_manifest(output, manifest)
    building.end(output)
    return load_manifest(output)


def _with_hashes(
    catalog: Catalog, output: str, plan: RecordPlan, shards: Sequence[Shard]
) -> Catalog:
    """Returns the catalogue with the hashes that were worked out for the records."""
    known = catalog.image_phashes
    if plan.settings.images is None or (known is not None and all(known)):
        return catalog
    hashes = [""] * len(catalog) if known is None else list(known)
    paths = [files.join(output, shard.name) for shard in shards]
    for record in read_shards(paths, fields=("row", "image_phash")).as_numpy_iterator():
        hashes[record["row"]] = record["image_phash"].decode()
    return catalog.with_column("image_phash", hashes)

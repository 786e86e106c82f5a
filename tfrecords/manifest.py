"""The manifest: what a folder holds, to the byte. Written last, read first."""

import collections
import dataclasses
import hashlib
import json

from tfrecords import files, ledger
from tfrecords.errors import IntegrityError, UsageError
from tfrecords.ledger import Skip
from tfrecords.writer import Shard, shard_from_json, shard_to_json

MANIFEST = "manifest.json"
CATALOG = "catalog.csv"


@dataclasses.dataclass(frozen=True)
class Manifest:
    """What a finished folder holds.

    Attributes:
      made_by: version of the library that wrote it.
      schema_version: of the records.
      split: "train" or "test".
      rows_in: rows of the catalogue: `written` plus the length of `skipped`.
      shards: in order of the rows they hold.
      ids_sha256: of the catalogue's posting ids in order.
      catalog_sha256: of the file catalog.csv beside the shards.
      has_images: whether the records hold photos.
      image_size: shorter side of the photos in pixels, at most; None without photos.
      flags: everything that the bytes depend on.
      catalog_notes: what was counted while the catalogue was read.
    """

    made_by: str
    schema_version: int
    split: str
    rows_in: int
    shards: tuple[Shard, ...]
    ids_sha256: str
    catalog_sha256: str
    has_images: bool
    image_size: int | None
    flags: dict
    catalog_notes: dict[str, int]

    @property
    def written(self) -> int:
        """Records in all shards."""
        return sum(shard.records for shard in self.shards)

    @property
    def skipped(self) -> tuple[Skip, ...]:
        """The ledger: every row that is in no shard, and why."""
        return tuple(skip for shard in self.shards for skip in shard.skipped)

    @property
    def notes(self) -> dict[str, int]:
        """Counts of what was mended on the way, as {"reencoded": 3}."""
        return dict(sum((collections.Counter(shard.notes) for shard in self.shards), _NOTHING))


_NOTHING = collections.Counter()


def write_manifest(folder: str, manifest: Manifest) -> None:
    """Writes the manifest: from here on the folder can be read.

    Raises:
      ValueError: rows are unaccounted for.
    """
    written, skipped = manifest.written, manifest.skipped
    if manifest.rows_in != written + len(skipped):
        raise ValueError(
            f"{manifest.rows_in} rows, but {written} written and {len(skipped)} skipped"
        )
    content = {field.name: getattr(manifest, field.name) for field in dataclasses.fields(manifest)}
    content["shards"] = [shard_to_json(shard) for shard in manifest.shards]
    content["written"] = written
    content["skipped"] = ledger.count_reasons(skipped)
    files.write_text(files.join(folder, MANIFEST), _dump(content | {"seal": _seal(content)}))


def load_manifest(folder: str) -> Manifest:
    """Reads the manifest of a folder, and checks that its files are there, of the right size.

    Raises:
      UsageError: no such folder.
      IntegrityError: no manifest, or a damaged or newer one; a file is missing, of another size,
        or not in the manifest.
    """
    from tfrecords.checks import check_files

    manifest = read_manifest(folder)
    check_files(str(folder), manifest)
    return manifest


def verify_folder(folder: str, *, progress=None) -> Manifest:
    """Reads the manifest of a folder and compares every byte of its files with it.

    Args:
      folder: local or remote.
      progress: called with (files done, files).

    Returns:
      The manifest.

    Raises:
      UsageError: no such folder.
      IntegrityError: naming the file that is not as it was written.
    """
    from tfrecords.checks import check_sums

    manifest = load_manifest(folder)
    check_sums(str(folder), manifest, progress=progress)
    return manifest


def read_manifest(folder: str) -> Manifest:
    """Reads the manifest alone, without looking at the files.

    Raises:
      UsageError: no such folder.
      IntegrityError: no manifest, or a damaged or newer one.
    """
    path = files.join(str(folder), MANIFEST)
    try:
        with files.open_read(path) as file:
            text = file.read().decode("utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        if not files.exists(folder):
            raise UsageError(f"{folder}: no such folder; make_tfrecords makes one") from None
        raise IntegrityError(
            f"{folder}: no manifest.json: not a finished TFRecord folder; make_tfrecords makes "
            "one, and run again finishes what was interrupted"
        ) from None
    try:
        content = json.loads(text)
        _check_version(path, content)
        seal = content.pop("seal")
        intact = seal == _seal(content) and text == _dump(content | {"seal": seal})
    except (ValueError, KeyError, AttributeError, TypeError):
        intact = False
    if not intact:
        raise IntegrityError(f"{path}: damaged or edited; make the folder again with --overwrite")
    return _from_content(content)


def _check_version(path: str, content: dict) -> None:
    from tfrecords.schema import SCHEMA_VERSION

    version = content["schema_version"]
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise IntegrityError(
            f"{path}: records of version {version}, made by shopee_tf {content.get('made_by')}; "
            f"this one reads version {SCHEMA_VERSION}: install the newer shopee_tf"
        )


def _from_content(content: dict) -> Manifest:
    fields = {field.name: content[field.name] for field in dataclasses.fields(Manifest)}
    return Manifest(**fields | {"shards": tuple(map(shard_from_json, fields["shards"]))})


def _dump(content: dict) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _seal(content: dict) -> str:
    return hashlib.sha256(_dump(content).encode("utf-8")).hexdigest()

"""A small folder of records, written once and copied for each test that damages it."""

import shutil

import pytest

from tfrecords import building, files
from tfrecords.manifest import CATALOG, Manifest, write_manifest
from tfrecords.schema import SCHEMA_VERSION, Record, serialize
from tfrecords.shard_tasks import ShardTask, make_shards
from tfrecords.writer import Outcome

NUM_SHARDS = 4
FLAGS = {"num_shards": NUM_SHARDS, "image_size": 48}


def record(row: int, *, image: bytes = b"") -> Record:
    return Record(
        row, f"train_{row}", f"title {row}", image, f"{row:016x}", str(row // 2), row // 2
    )


def outcome(row: int) -> Outcome:
    return Outcome(serialize(record(row, image=bytes(range(200)))))


def write_folder(folder, *, num_rows=22, naming="tfrecord", flags=FLAGS, make=outcome) -> Manifest:
    """Writes a finished folder the way a build does."""
    folder = str(folder)
    building.begin(folder, flags)
    bounds = [num_rows * index // NUM_SHARDS for index in range(NUM_SHARDS + 1)]
    tasks = [
        ShardTask(folder, "train", index, NUM_SHARDS, naming, range(start, stop), make)
        for index, (start, stop) in enumerate(zip(bounds, bounds[1:]))
    ]
    shards = {}
    make_shards(tasks, num_workers=1, on_shard=shards.__setitem__)
    files.write_text(files.join(folder, CATALOG), "posting_id,title\n")
    manifest = Manifest(
        made_by="0.1.0", schema_version=SCHEMA_VERSION, split="train", rows_in=num_rows,
        shards=tuple(shards.values()), ids_sha256="0" * 64,
        catalog_sha256=files.sha256(files.join(folder, CATALOG)), has_images=True,
        image_size=48, flags=flags, catalog_notes={},
    )  # fmt: skip
    write_manifest(folder, manifest)
    building.end(folder)
    return manifest


@pytest.fixture(scope="session")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records") / "data"
    write_folder(folder)
    return folder


@pytest.fixture
def folder(original, tmp_path):
    """A copy to damage."""
    return shutil.copytree(original, tmp_path / "data")


@pytest.fixture
def build():
    """`write_folder`, for tests that want a folder of their own."""
    return write_folder

import json
import random

import pytest

from tfrecords.errors import IntegrityError, UsageError
from tfrecords.ledger import Skip
from tfrecords.manifest import MANIFEST, load_manifest, read_manifest, write_manifest


def test_what_is_read_is_what_was_written(folder, build, tmp_path):
    written = build(tmp_path / "other")
    assert load_manifest(tmp_path / "other") == written
    assert written.written == 22
    assert [shard.records for shard in written.shards] == [5, 6, 5, 6]


def test_a_row_unaccounted_for_is_refused(folder):
    manifest = load_manifest(folder)
    lost = Skip(3, "train_3", "truncated", "3.jpg")
    more = manifest.shards[0]._replace(skipped=(lost,))
    object.__setattr__(manifest, "shards", (more, *manifest.shards[1:]))
    with pytest.raises(ValueError, match="22 rows, but 22 written and 1 skipped"):
        write_manifest(folder, manifest)


def test_counts_stand_in_the_file_for_the_reader(folder):
    content = json.loads((folder / MANIFEST).read_text())
    assert (content["rows_in"], content["written"], content["skipped"]) == (22, 22, {})


@pytest.mark.faults
def test_any_changed_byte_is_noticed(folder):
    path, rng = folder / MANIFEST, random.Random(0)
    data = path.read_bytes()
    for _ in range(200):
        position = rng.randrange(len(data))
        other = rng.choice([value for value in range(256) if value != data[position]])
        path.write_bytes(data[:position] + bytes([other]) + data[position + 1 :])
        with pytest.raises(IntegrityError, match="manifest.json"):
            read_manifest(folder)


@pytest.mark.faults
@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"schema_version": 1}', "{", "\0\0"])
def test_what_is_no_manifest_is_refused(folder, text):
    (folder / MANIFEST).write_text(text)
    with pytest.raises(IntegrityError, match="damaged or edited"):
        read_manifest(folder)


@pytest.mark.faults
def test_records_of_a_newer_version_are_refused(folder):
    content = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(content | {"schema_version": 99, "made_by": "9.1"}))
    with pytest.raises(IntegrityError, match=r"version 99, made by shopee_tf 9.1; this one reads"):
        load_manifest(folder)


@pytest.mark.faults
def test_no_manifest_and_no_folder_are_told_apart(folder):
    (folder / MANIFEST).unlink()
    with pytest.raises(IntegrityError, match="no manifest.json: not a finished"):
        load_manifest(folder)
    with pytest.raises(UsageError, match="no such folder"):
        load_manifest(folder / "elsewhere")

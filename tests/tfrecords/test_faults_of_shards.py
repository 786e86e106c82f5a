"""Section C of the table of faults: what can happen to the files of a finished folder."""

import gzip
import random
import shutil

import pytest

from tfrecords.errors import IntegrityError
from tfrecords.manifest import load_manifest, verify_folder
from tfrecords.reader import read_records

pytestmark = pytest.mark.faults
NAME = "train-00003-of-00004.tfrecord"
RECORD_BYTES = 16  # of framing


def offsets(path):
    """Where each record begins, from the lengths in the framing."""
    data, found, position = path.read_bytes(), [], 0
    while position < len(data):
        found.append(position)
        position += int.from_bytes(data[position : position + 8], "little") + RECORD_BYTES
    return found


def test_a_shard_of_zero_bytes(folder):
    (folder / NAME).write_bytes(b"")
    with pytest.raises(IntegrityError) as caught:
        read_records(folder, verify=False)
    assert str(caught.value) == (
        f"{folder / NAME}: expected 6 records, file has 0 bytes; rebuild with --only_shards=3"
    )


def test_a_shard_cut_between_two_records(folder):
    path = folder / NAME
    path.write_bytes(path.read_bytes()[: offsets(path)[4]])
    with pytest.raises(IntegrityError, match=rf"{NAME}: expected 6 records, file has \d+ bytes"):
        load_manifest(folder)


def test_a_shard_cut_anywhere(folder):
    path, rng = folder / NAME, random.Random(1)
    data = path.read_bytes()
    for _ in range(50):
        path.write_bytes(data[: rng.randrange(len(data))])
        with pytest.raises(IntegrityError, match=f"{NAME}.*--only_shards=3"):
            load_manifest(folder)


def test_one_flipped_byte(folder):
    path, rng = folder / NAME, random.Random(2)
    data = path.read_bytes()
    for _ in range(200):
        position = rng.randrange(len(data))
        flipped = data[position] ^ (1 << rng.randrange(8))
        path.write_bytes(data[:position] + bytes([flipped]) + data[position + 1 :])
        with pytest.raises(IntegrityError, match=NAME):
            verify_folder(folder)


def test_the_message_says_where_the_damage_begins(folder):
    path = folder / NAME
    data, start = bytearray(path.read_bytes()), offsets(path)[2]
    data[start + 40] ^= 1
    path.write_bytes(data)
    with pytest.raises(IntegrityError, match=f"{NAME}: damaged from the record at byte {start} on"):
        read_records(folder)


def test_whole_records_that_are_not_the_ones_written(folder, build, tmp_path):
    def make(row):
        from tfrecords.schema import Record, serialize
        from tfrecords.writer import Outcome

        image = bytes(range(199, -1, -1))
        record = Record(
            row, f"train_{row}", f"title {row}", image, f"{row:016x}", str(row // 2), row // 2
        )
        return Outcome(serialize(record))

    build(tmp_path / "other", make=make)
    shutil.copy(tmp_path / "other" / NAME, folder / NAME)
    with pytest.raises(IntegrityError, match="its records are whole, but not those"):
        verify_folder(folder)


@pytest.mark.parametrize("garbage", [bytes(5), bytes(range(100))])
def test_garbage_at_the_end(folder, garbage):
    path = folder / NAME
    path.write_bytes(path.read_bytes() + garbage)
    with pytest.raises(IntegrityError, match=NAME):
        load_manifest(folder)


def test_a_compressed_shard_is_called_that(folder):
    path = folder / NAME
    path.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(IntegrityError, match="compressed with gzip"):
        load_manifest(folder)


def test_a_shard_compressed_under_its_own_name(folder):
    path = folder / NAME
    path.with_suffix(".tfrecord.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    with pytest.raises(IntegrityError, match=rf"missing {NAME}; not in its manifest: {NAME}.gz"):
        load_manifest(folder)


def test_a_missing_shard(folder):
    (folder / NAME).unlink()
    with pytest.raises(IntegrityError, match=f"missing {NAME}.*rebuild with --only_shards=3"):
        load_manifest(folder)


def test_an_extra_shard(folder):
    shutil.copy(folder / NAME, folder / "train-00004-of-00005.tfrecord")
    with pytest.raises(IntegrityError, match="not in its manifest: train-00004-of-00005.tfrecord"):
        load_manifest(folder)


def test_a_renamed_shard(folder):
    (folder / NAME).rename(folder / "train-00009-of-00004.tfrecord")
    with pytest.raises(IntegrityError, match=f"missing {NAME}; not in its manifest: train-00009"):
        load_manifest(folder)


def test_a_shard_of_another_build(folder, build, tmp_path):
    build(tmp_path / "other", num_rows=30)
    shutil.copy(tmp_path / "other" / NAME, folder / NAME)
    with pytest.raises(IntegrityError, match=NAME):
        load_manifest(folder)


def test_two_shards_that_changed_places(folder):
    first, second = folder / "train-00000-of-00004.tfrecord", folder / NAME.replace("3", "2", 1)
    spare = first.rename(folder / "spare")
    second.rename(first)
    spare.rename(second)
    with pytest.raises(IntegrityError, match="train-0000[02]-of-00004"):
        verify_folder(folder)


def test_a_changed_catalogue(folder):
    (folder / "catalog.csv").write_text("posting_id,title\nx,y\n")
    with pytest.raises(IntegrityError, match="catalog.csv: changed since it was written"):
        verify_folder(folder)


def test_what_other_programs_leave_in_a_folder_does_no_harm(folder):
    (folder / "notes.txt").write_text("mine")
    (folder / "train-00000-of-00004.tfrecord.incomplete-1").write_bytes(b"half")
    assert verify_folder(folder).written == 22

import contextlib
import os
import resource
import signal

import pytest

from tfrecords import files
from tfrecords.errors import ResourceError
from tfrecords.ledger import Skip
from tfrecords.writer import Outcome, is_shard_name, shard_name, write_shard


@pytest.mark.parametrize(
    ("naming", "index", "num_shards", "name"),
    [
        ("tfrecord", 3, 16, "train-00003-of-00016.tfrecord"),
        ("kaggle", 3, 16, "train03-2141.tfrec"),
        ("kaggle", 3, 101, "train003-2141.tfrec"),
    ],
)
def test_shards_are_named_as_people_expect(naming, index, num_shards, name):
    assert shard_name("train", index, num_shards, 2141, naming) == name


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("train-00000-of-00001.tfrecord", True),
        ("train-00000-of-00001.tfrecord.gz", True),
        ("train00-7.tfrec", True),
        ("train-00000-of-00001.tfrecord.incomplete-77", False),
        ("catalog.csv", False),
    ],
)
def test_what_counts_as_a_shard(name, is_one):
    assert is_shard_name(name) == is_one


def test_records_and_skips_are_told_apart(tmp_path):
    skip = Skip(1, "b", "truncated", "b.jpg")
    outcomes = [Outcome(b"one", notes=("reencoded",)), Outcome(None, skip), Outcome(b"three")]
    shard = write_shard(
        str(tmp_path), outcomes, split="train", index=0, num_shards=1, naming="kaggle"
    )
    path = tmp_path / shard.name
    assert shard.name == "train00-2.tfrec"
    assert (shard.records, shard.skipped, shard.notes) == (2, (skip,), {"reencoded": 1})
    assert shard.bytes == path.stat().st_size == len(b"one") + len(b"three") + 2 * 16
    assert shard.sha256 == files.sha256(path)


@pytest.mark.parametrize("written", range(4))
def test_an_error_on_the_way_leaves_nothing(tmp_path, written):
    def outcomes():
        for _ in range(written):
            yield Outcome(bytes(100))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_shard(str(tmp_path), outcomes(), split="train", index=0, num_shards=1)
    assert os.listdir(tmp_path) == []


@contextlib.contextmanager
def files_no_larger_than(limit):
    """Stands in for a full disk, and needs no rights."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.faults
@pytest.mark.parametrize("limit", [0, 100, 5_000, 300_000, 999_999])
def test_a_full_disk_leaves_nothing_and_says_how_much_is_free(tmp_path, limit):
    import tensorflow  # noqa: F401  its import writes files

    outcomes = [Outcome(bytes(9984))] * 100
    match = f"{tmp_path}: cannot write: .* MB free there"
    with pytest.raises(ResourceError, match=match), files_no_larger_than(limit):
        write_shard(str(tmp_path), outcomes, split="train", index=0, num_shards=1)
    assert os.listdir(tmp_path) == []


def test_a_disk_with_just_enough_room_will_do(tmp_path):
    with files_no_larger_than(1_000_000):
        shard = write_shard(
            str(tmp_path), [Outcome(bytes(9984))] * 100, split="train", index=0, num_shards=1
        )
    assert shard.bytes == 1_000_000

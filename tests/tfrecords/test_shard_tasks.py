import os

import pytest

from tfrecords.errors import DataError, ResourceError
from tfrecords.shard_tasks import ShardTask, make_shards
from tfrecords.writer import Outcome


def number(row: int) -> Outcome:
    return Outcome(str(row).encode())


class Deadly:
    """Rows that end the process that receives them."""

    def __len__(self):
        return 3

    def __reduce__(self):
        return os._exit, (9,)


def tasks(folder):
    folder.mkdir(exist_ok=True)
    return [
        ShardTask(str(folder), "train", index, 2, "tfrecord", range(start, start + 3), number)
        for index, start in enumerate((0, 3))
    ]


def test_processes_write_the_same_bytes_as_one(tmp_path):
    made, seen = [{}, {}], []
    for workers in (1, 2):
        make_shards(
            tasks(tmp_path / str(workers)),
            num_workers=workers,
            on_shard=made[workers - 1].__setitem__,
            progress=lambda done, total: seen.append((done, total)),
        )
    assert made[0] == made[1]
    assert sorted(made[0]) == [0, 1]
    assert seen[:6] == [(done, 6) for done in range(1, 7)]
    assert seen[-1] == (6, 6)


@pytest.mark.faults
def test_a_process_that_dies_is_a_matter_of_memory(tmp_path):
    deadly = [task._replace(items=Deadly()) for task in tasks(tmp_path / "data")]
    with pytest.raises(ResourceError, match="smaller --num_workers"):
        make_shards(deadly, num_workers=2, on_shard=lambda *_: None)


def test_what_is_raised_about_a_shard_ends_the_build(tmp_path):
    def refuse(index, shard):
        raise DataError("too many")

    with pytest.raises(DataError, match="too many"):
        make_shards(tasks(tmp_path / "data"), num_workers=1, on_shard=refuse)
    assert len(list((tmp_path / "data").glob("*.tfrecord"))) == 1

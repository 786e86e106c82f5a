import numpy as np
import pytest
import tensorflow as tf

from tfrecords import files
from tfrecords.reader import read_records, read_shards


def rows(dataset) -> list[int]:
    return [int(record["row"]) for record in dataset.as_numpy_iterator()]


def context(worker: int, workers: int) -> tf.distribute.InputContext:
    return tf.distribute.InputContext(workers, worker, workers)


def test_unshuffled_is_the_order_of_the_catalogue(original):
    assert rows(read_records(original)) == list(range(22))


def test_shuffled_gives_every_record_once(original):
    shuffled = rows(read_records(original, shuffle=True, seed=1))
    assert shuffled != list(range(22))
    assert sorted(shuffled) == list(range(22))


def test_the_order_is_a_function_of_seed_and_epoch(original):
    def order(seed, epoch):
        return rows(read_records(original, shuffle=True, seed=seed, epoch=epoch))

    assert order(1, 2) == order(1, 2)
    assert len({tuple(order(seed, epoch)) for seed in range(3) for epoch in range(3)}) == 9


def test_one_dataset_repeats_its_order(original):
    dataset = read_records(original, shuffle=True, seed=1)
    assert rows(dataset) == rows(dataset)


def test_a_small_buffer_still_mixes_shards(original):
    """Files are interleaved, so one record of each is enough to leave the catalogue's order."""
    first = rows(read_records(original, shuffle=True, shuffle_buffer=1))[:4]
    assert len({row // 6 for row in first}) > 2


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("shuffle", [False, True])
def test_each_record_goes_to_one_worker(original, workers, shuffle):
    parts = [
        rows(
            read_records(original, shuffle=shuffle, epoch=1, input_context=context(worker, workers))
        )
        for worker in range(workers)
    ]
    assert sorted(np.concatenate(parts)) == list(range(22))
    assert all(parts)


def test_only_the_fields_asked_for_come(original):
    assert set(read_records(original, fields=("row",)).element_spec) == {"row"}


def test_shards_can_be_read_before_there_is_a_manifest(original):
    path = original / "train-00001-of-00004.tfrecord"
    assert rows(read_shards([str(path)])) == [5, 6, 7, 8, 9, 10]


def test_a_shard_without_records_is_passed_over(tmp_path, build):
    build(tmp_path / "data", num_rows=3)
    assert sorted(rows(read_records(tmp_path / "data", shuffle=True))) == [0, 1, 2]


@pytest.mark.parametrize("naming", ["tfrecord", "kaggle"])
def test_remote_folders_are_written_and_read_through_gfile(build, naming):
    """TensorFlow's file system in memory stands in for gs://."""
    folder = f"ram://bucket/{naming}"
    build(folder, naming=naming)
    assert rows(read_records(folder)) == list(range(22))
    assert sum("tfrec" in name for name in files.list_folder(folder)) == 4
    files.remove(folder)

import shutil

import pytest

from tfrecords import building
from tfrecords.errors import IntegrityError, UsageError
from tfrecords.manifest import load_manifest

FLAGS = {"num_shards": 4, "image_size": 48}


def test_a_finished_folder_holds_nothing_of_the_build(original):
    assert sorted(path.name for path in original.iterdir()) == [
        "catalog.csv",
        "manifest.json",
        *(f"train-0000{index}-of-00004.tfrecord" for index in range(4)),
    ]


def test_a_reopened_folder_cannot_be_read(folder):
    building.begin(str(folder), FLAGS)
    with pytest.raises(IntegrityError, match="not a finished TFRecord folder"):
        load_manifest(folder)


def test_a_reopened_folder_remembers_its_shards(folder):
    shards = load_manifest(folder).shards
    building.begin(str(folder), FLAGS)
    assert building.finished_shards(str(folder), 4) == dict(enumerate(shards))


@pytest.mark.parametrize("damage", ["gone", "shorter", "flipped"])
def test_a_damaged_shard_does_not_count_as_finished(folder, damage):
    path = folder / "train-00002-of-00004.tfrecord"
    data = path.read_bytes()
    path.write_bytes({"shorter": data[:-1], "flipped": data[:-1] + b"?"}.get(damage, b""))
    if damage == "gone":
        path.unlink()
    building.begin(str(folder), FLAGS)
    assert sorted(building.finished_shards(str(folder), 4)) == [0, 1, 3]


def test_a_shard_without_a_receipt_does_not_count_as_finished(folder):
    building.begin(str(folder), FLAGS)
    (folder / building.STATE / "00001.json").unlink()
    assert sorted(building.finished_shards(str(folder), 4)) == [0, 2, 3]


@pytest.mark.faults
@pytest.mark.parametrize("reopened", [False, True])
def test_other_flags_are_refused_and_named(folder, reopened):
    if reopened:
        building.begin(str(folder), FLAGS)
    with pytest.raises(UsageError, match="image_size was 48 and is 64; give another --output"):
        building.begin(str(folder), FLAGS | {"image_size": 64})
    building.begin(str(folder), FLAGS)


@pytest.mark.faults
def test_another_csv_is_called_so(folder):
    building.begin(str(folder), FLAGS | {"csv_sha256": "a" * 64}, overwrite=True)
    with pytest.raises(UsageError, match="image_size was 48 and is 64, another csv;"):
        building.begin(str(folder), FLAGS | {"csv_sha256": "b" * 64, "image_size": 64})


def test_other_flags_can_replace_what_is_there(folder):
    building.begin(str(folder), FLAGS | {"image_size": 64}, overwrite=True)
    assert building.finished_shards(str(folder), 4) == {}
    assert not list(folder.glob("*.tfrecord"))


def test_shards_of_unknown_making_are_refused(folder, tmp_path):
    (tmp_path / "new").mkdir()
    shutil.copy(folder / "train-00002-of-00004.tfrecord", tmp_path / "new")
    with pytest.raises(UsageError, match="holds train-00002.* and no record of how it was made"):
        building.begin(str(tmp_path / "new"), FLAGS)


def test_what_is_not_a_shard_survives_overwriting(folder):
    (folder / "notes.txt").touch()
    building.begin(str(folder), FLAGS, overwrite=True)
    assert (folder / "notes.txt").exists()


def test_a_shard_made_anew_under_another_name_replaces_the_older(tmp_path, build):
    manifest = build(tmp_path / "data", naming="kaggle")
    older = tmp_path / "data" / "train02-9.tfrec"
    shutil.copy(tmp_path / "data" / manifest.shards[2].name, older)
    building.remove_superseded(str(tmp_path / "data"), manifest.shards)
    assert not older.exists()
    assert load_manifest(tmp_path / "data") == manifest


def test_finished_means_the_same_flags_and_every_byte(folder):
    assert building.is_finished(str(folder), FLAGS)
    assert not building.is_finished(str(folder), FLAGS | {"image_size": 64})
    path = folder / "train-00002-of-00004.tfrecord"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert not building.is_finished(str(folder), FLAGS)

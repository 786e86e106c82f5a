"""What a build does in a folder where there was one before."""

import pytest

from shopee_tf.data.image_files import ImageLimits
from tests.listings import NUM_ROWS, catalog, write_photo
from tfrecords.building import STATE, write_receipt
from tfrecords.errors import DataError, IntegrityError, UsageError
from tfrecords.manifest import load_manifest, verify_folder


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("image_size", 16),
        ("jpeg_quality", 50),
        ("num_shards", 3),
        ("naming", "kaggle"),
        ("split", "test"),
        ("limits", ImageLimits(max_pixels=10_000)),
        ("recover_truncated", True),
        ("images", None),
    ],
)
@pytest.mark.faults
def test_a_folder_of_other_flags_is_left_alone(build, option, value):
    before = build()
    with pytest.raises(UsageError, match="made with other flags: .* was .* and is"):
        build(**{option: value})
    assert build() == before
    assert build(**{option: value}, overwrite=True).flags != before.flags


def test_a_changed_catalogue_is_another_build(build):
    build()
    with pytest.raises(UsageError, match="made with other flags: another csv; give"):
        build(catalog(title=["x"] * NUM_ROWS))


def test_a_finished_folder_is_left_as_it_is(build, tmp_path):
    build()
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "data").iterdir()}
    build()
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "data").iterdir()} == before


def test_what_a_build_left_that_died_at_its_last_step_is_removed(build, tmp_path):
    whole = build()
    write_receipt(str(tmp_path / "data"), 0, whole.shards[0])
    assert build() == whole
    assert not (tmp_path / "data" / STATE).exists()


def test_the_build_goes_on_with_what_is_damaged_or_gone(build, tmp_path):
    whole = build(num_shards=4)
    (tmp_path / "data" / whole.shards[1].name).unlink()
    (tmp_path / "data" / whole.shards[3].name).write_bytes(b"")
    kept = (tmp_path / "data" / whole.shards[0].name).stat().st_mtime_ns
    assert build(num_shards=4) == whole == verify_folder(tmp_path / "data")
    assert (tmp_path / "data" / whole.shards[0].name).stat().st_mtime_ns == kept


def test_single_shards_can_be_made_anew(build, tmp_path):
    whole = build(num_shards=4)
    before = {shard.name: (tmp_path / "data" / shard.name).stat().st_ino for shard in whole.shards}
    assert build(num_shards=4, only_shards=[1, 3]) == whole
    after = {shard.name: (tmp_path / "data" / shard.name).stat().st_ino for shard in whole.shards}
    assert [after[name] != before[name] for name in before] == [False, True, False, True]


def test_shards_can_be_made_a_few_at_a_time(build, tmp_path):
    assert build(num_shards=4, only_shards=[2]) is None
    with pytest.raises(IntegrityError):
        load_manifest(tmp_path / "data")
    assert build(num_shards=4, only_shards=[0, 1, 3]) == build(output="other", num_shards=4)


def test_a_shard_of_kaggles_that_grew_replaces_the_older(build, tmp_path, photos):
    (photos / "0.jpg").unlink()
    build(naming="kaggle", max_bad_fraction=0.5)
    write_photo(photos / "0.jpg", 0)
    manifest = build(naming="kaggle", max_bad_fraction=0.5, only_shards=[0])
    assert [shard.name for shard in manifest.shards] == ["train00-12.tfrec", "train01-12.tfrec"]
    assert not (tmp_path / "data" / "train00-11.tfrec").exists()


@pytest.mark.faults
def test_photos_that_were_mended_are_taken_in_and_whole_shards_stay(build, tmp_path, photos):
    for row in (3, 14):
        (photos / f"{row}.jpg").write_bytes(b"<html>not found</html>")
    with pytest.raises(DataError, match="2 of 24 rows cannot be used"):
        build(num_shards=4, max_bad_fraction=0.05)
    first = {path.name: path.stat().st_ino for path in (tmp_path / "data").glob("*.tfrecord")}
    for row in (3, 14):
        write_photo(photos / f"{row}.jpg", row)
    assert (
        build(num_shards=4, max_bad_fraction=0.05).shards
        == build(output="other", num_shards=4).shards
    )
    after = {name: (tmp_path / "data" / name).stat().st_ino for name in first}
    assert [after[name] != first[name] for name in sorted(first)] == [True, False, True]


@pytest.mark.faults
def test_photos_that_are_still_bad_are_not_read_with_their_whole_shard(build, tmp_path, photos):
    (photos / "3.jpg").unlink()
    (photos / "14.jpg").unlink()
    with pytest.raises(DataError):
        build(max_bad_fraction=0.05)
    first = (tmp_path / "data" / "train-00000-of-00002.tfrecord").stat().st_ino
    assert [skip.row for skip in build(max_bad_fraction=0.1).skipped] == [3, 14]
    assert (tmp_path / "data" / "train-00000-of-00002.tfrecord").stat().st_ino == first


@pytest.mark.faults
def test_a_folder_of_nothing_is_no_obstacle_to_the_right_photos(build, tmp_path):
    (tmp_path / "wrong").mkdir()
    with pytest.raises(DataError, match="missing_file 6"):
        build(num_shards=4, images=tmp_path / "wrong")
    assert build(num_shards=4).written == NUM_ROWS

"""What a build does with bad photos, bad settings and company."""

import os
import random

import pytest

from tests.listings import NUM_ROWS, catalog, write_photo
from tfrecords import files
from tfrecords.errors import DataError, IntegrityError, LockedError, UsageError
from tfrecords.manifest import load_manifest
from tfrecords.reader import read_records


def spoil(photos):
    """Makes 10 of 24 photos bad or odd; returns the reasons by row."""
    rng = random.Random(0)
    whole = (photos / "1.jpg").read_bytes()
    (photos / "0.jpg").unlink()
    (photos / "1.jpg").write_bytes(whole[: len(whole) // 2])
    (photos / "2.jpg").write_bytes(b"<html>not found</html>")
    (photos / "3.jpg").write_bytes(rng.randbytes(999))
    (photos / "4.jpg").write_bytes(b"")
    write_photo(photos / "5.jpg", 5, "PNG")
    write_photo(photos / "6.jpg", 6, size=(7, 7))
    (photos / "7.jpg").unlink()
    (photos / "7.jpg").mkdir()
    (photos / "8.jpg").unlink()
    os.mkfifo(photos / "8.jpg")
    (photos / "9.jpg").unlink()
    (photos / "9.jpg").symlink_to("/etc/passwd")
    return {
        0: "missing_file", 1: "truncated", 2: "not_an_image", 3: "not_an_image",
        4: "not_an_image", 6: "too_small", 7: "not_regular", 8: "not_regular", 9: "unsafe_path",
    }  # fmt: skip


@pytest.mark.faults
def test_every_row_is_accounted_for(build, tmp_path, photos):
    reasons = spoil(photos)
    manifest = build(max_bad_fraction=0.5)
    assert {skip.row: skip.reason for skip in manifest.skipped} == reasons
    assert all(skip.detail.startswith(f"{skip.row}.jpg") for skip in manifest.skipped)
    assert manifest.skipped[4].detail == "4.jpg: the file is empty"
    assert manifest.rows_in == manifest.written + len(manifest.skipped) == NUM_ROWS
    assert manifest.notes == {"reencoded": 1}
    kept = [record["row"] for record in read_records(tmp_path / "data").as_numpy_iterator()]
    assert kept == [row for row in range(NUM_ROWS) if row not in reasons]


@pytest.mark.faults
def test_too_many_bad_rows_end_the_build_and_can_be_allowed_later(build, tmp_path, photos):
    spoil(photos)
    with pytest.raises(DataError, match="9 of 24 rows cannot be used.*train_0: 0.jpg"):
        build()
    with pytest.raises(IntegrityError, match="not a finished"):
        load_manifest(tmp_path / "data")
    (first,) = (tmp_path / "data").glob("train-00000*")
    made = first.stat().st_mtime_ns
    assert build(max_bad_fraction=0.5).written == 15
    assert first.stat().st_mtime_ns == made


def test_a_test_set_is_never_too_bad(build, photos):
    spoil(photos)
    manifest = build(split="test")
    assert (manifest.split, manifest.written) == ("test", 15)
    assert manifest.shards[1].name == "test-00001-of-00002.tfrecord"


@pytest.mark.faults
def test_strict_tolerates_no_name_that_leads_out(build):
    names = [f"{row}.jpg" for row in range(NUM_ROWS - 1)] + ["../../etc/passwd"]
    listings = catalog(image=names)
    assert build(listings, max_bad_fraction=0.5).written == NUM_ROWS - 1
    with pytest.raises(DataError, match="--strict: unsafe_path 1"):
        build(listings, "other", max_bad_fraction=0.5, strict=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_shards": 25}, "--num_shards=25: expected 1 to 24"),
        ({"only_shards": [2]}, "--only_shards=2: expected 0 to 1"),
        ({"images": "/nowhere"}, "--images=/nowhere: no such folder"),
        ({"naming": "zip"}, "expected naming in"),
    ],
)
def test_settings_that_cannot_be_used(build, tmp_path, options, message):
    with pytest.raises(UsageError, match=message):
        build(**options)
    assert not (tmp_path / "data").exists()


def test_photos_need_a_column_of_names(build):
    with pytest.raises(DataError, match="no column image"):
        build(catalog(image=None))


@pytest.mark.faults
def test_a_second_build_of_the_same_folder_is_refused(build, tmp_path):
    with files.lock(tmp_path / "data"), pytest.raises(LockedError, match="locked by pid"):
        build()

import hashlib
import importlib.util
import io
import os
import random
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from shopee_tf.data.catalog import catalog_from_frame, read_catalog
from shopee_tf.data.image_files import ImageLimits
from shopee_tf.data.phash import image_phash
from shopee_tf.data.records import build_tfrecords
from tfrecords import files
from tfrecords.errors import DataError, IntegrityError, LockedError, UsageError
from tfrecords.manifest import load_manifest, verify_folder
from tfrecords.reader import read_records

NUM_ROWS = 24


def write_photo(path, row, name="JPEG", size=(64, 48)):
    rng = np.random.default_rng(row)
    coarse = Image.fromarray(rng.integers(0, 255, (6, 8, 3)).astype(np.uint8))
    coarse.resize(size, Image.Resampling.BICUBIC).save(path, name)


@pytest.fixture
def photos(tmp_path):
    (tmp_path / "photos").mkdir()
    for row in range(NUM_ROWS):
        write_photo(tmp_path / "photos" / f"{row}.jpg", row)
    return tmp_path / "photos"


def catalog(num_rows=NUM_ROWS, **columns):
    rows = [str(row) for row in range(num_rows)]
    frame = {
        "posting_id": [f"train_{row}" for row in rows],
        "image": [f"{row}.jpg" for row in rows],
        "image_phash": [f"{int(row):016x}" for row in rows],
        "title": [f"judul {row}" for row in rows],
        "label_group": [str(int(row) // 2 + 100) for row in rows],
    }
    frame |= columns
    return catalog_from_frame(pd.DataFrame({k: v for k, v in frame.items() if v is not None}))


@pytest.fixture
def build(tmp_path, photos):
    """Builds with small photos and two shards where nothing else is said."""

    def call(listings=None, output="data", **options):
        settings = {"images": photos, "image_size": 32, "num_shards": 2} | options
        return build_tfrecords(listings or catalog(), tmp_path / output, **settings)

    return call


def records(folder):
    return list(read_records(folder).as_numpy_iterator())


def test_a_record_holds_what_the_catalogue_says(build, tmp_path, photos):
    manifest = build()
    found = records(tmp_path / "data")[5]
    source = (photos / "5.jpg").read_bytes()
    image = Image.open(io.BytesIO(found.pop("image")))
    assert image.size == (43, 32)
    assert found == {
        "row": 5,
        "posting_id": b"train_5",
        "title": b"judul 5",
        "image_phash": b"0000000000000005",
        "label_group": b"102",
        "label": 2,
        "source_sha256": hashlib.sha256(source).hexdigest().encode(),
    }
    assert (manifest.written, manifest.rows_in, manifest.image_size) == (24, 24, 32)


def test_rows_come_in_order_and_the_manifest_knows_the_catalogue(build, tmp_path):
    manifest = build()
    assert [record["row"] for record in records(tmp_path / "data")] == list(range(NUM_ROWS))
    assert manifest.ids_sha256 == catalog().ids_sha256
    assert read_catalog(tmp_path / "data" / "catalog.csv").frame.equals(catalog().frame)


def test_without_photos_there_are_titles_and_hashes(build, tmp_path):
    manifest = build(images=None)
    found = records(tmp_path / "data")[3]
    assert (manifest.has_images, manifest.image_size) == (False, None)
    assert (found["image"], found["title"], found["source_sha256"]) == (b"", b"judul 3", b"")


def test_a_catalogue_of_ids_and_titles_alone_will_do(build, tmp_path):
    bare = catalog(image=None, image_phash=None, label_group=None)
    build(bare, images=None)
    found = records(tmp_path / "data")[3]
    assert (found["image_phash"], found["label_group"], found["label"]) == (b"", b"", -1)


def test_photos_without_a_hash_get_one_in_record_and_catalogue(build, tmp_path, photos):
    hashes = [f"{row:016x}" if row % 2 else "" for row in range(NUM_ROWS)]
    build(catalog(image_phash=hashes))
    expected = [
        known or image_phash(Image.open(photos / f"{row}.jpg")) for row, known in enumerate(hashes)
    ]
    assert [found["image_phash"].decode() for found in records(tmp_path / "data")] == expected
    saved = read_catalog(tmp_path / "data" / "catalog.csv")
    assert saved.image_phashes.tolist() == expected


def test_a_catalogue_without_the_column_gets_it(build, tmp_path):
    build(catalog(image_phash=None))
    saved = read_catalog(tmp_path / "data" / "catalog.csv")
    assert all(len(value) == 16 for value in saved.image_phashes)


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
    assert manifest.rows_in == manifest.written + len(manifest.skipped) == NUM_ROWS
    assert manifest.notes == {"reencoded": 1}
    kept = [record["row"] for record in records(tmp_path / "data")]
    assert kept == [row for row in range(NUM_ROWS) if row not in reasons]


@pytest.mark.faults
def test_too_many_bad_rows_end_the_build_and_can_be_allowed_later(build, tmp_path, photos):
    spoil(photos)
    with pytest.raises(DataError, match="9 of 24 rows cannot be used.*row 0: 0.jpg"):
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


def test_one_photo_may_serve_many_rows(build):
    assert build(catalog(image=["0.jpg"] * NUM_ROWS)).written == NUM_ROWS


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
    with pytest.raises(UsageError, match="csv_sha256 was"):
        build(catalog(title=["x"] * NUM_ROWS))


def test_a_finished_folder_is_left_as_it_is(build, tmp_path):
    build()
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "data").iterdir()}
    build()
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "data").iterdir()} == before


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


def test_names_of_kaggle_tell_the_number_of_records(build, photos):
    (photos / "0.jpg").unlink()
    manifest = build(naming="kaggle", max_bad_fraction=0.5)
    assert [shard.name for shard in manifest.shards] == ["train00-11.tfrec", "train01-12.tfrec"]


def test_a_shard_of_kaggles_that_grew_replaces_the_older(build, tmp_path, photos):
    (photos / "0.jpg").unlink()
    build(naming="kaggle", max_bad_fraction=0.5)
    write_photo(photos / "0.jpg", 0)
    manifest = build(naming="kaggle", max_bad_fraction=0.5, only_shards=[0])
    assert [shard.name for shard in manifest.shards] == ["train00-12.tfrec", "train01-12.tfrec"]
    assert not (tmp_path / "data" / "train00-11.tfrec").exists()


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


def test_progress_counts_rows(build):
    seen = []
    build(progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, NUM_ROWS) for done in range(1, NUM_ROWS + 1)]


def test_a_remote_folder_gets_the_same_records(build, tmp_path):
    """TensorFlow's file system in memory stands in for gs://."""
    catalogue, local = catalog(image_phash=None), build(catalog(image_phash=None))
    remote = build_tfrecords(
        catalogue, "ram://built", images=tmp_path / "photos", image_size=32, num_shards=2
    )
    assert remote.shards == local.shards
    assert verify_folder("ram://built").catalog_sha256 == local.catalog_sha256
    assert files.list_folder("ram://built") == files.list_folder(tmp_path / "data")
    files.remove("ram://built")


@pytest.mark.skipif(
    importlib.util.find_spec("tensorflow_datasets") is None,
    reason="tensorflow_datasets is not installed",
)
def test_tensorflow_datasets_reads_the_folder(build, tmp_path):
    """In a process of its own: its lazy imports and pytest's hooks do not go together."""
    build()
    program = (
        "import tensorflow_datasets as tfds\n"
        f"builder = tfds.builder_from_directory({str(tmp_path / 'data')!r})\n"
        "found = list(tfds.as_numpy(builder.as_dataset(split='train')))\n"
        "assert {x['image'].shape for x in found} == {(32, 43, 3)}\n"
        "assert sorted(x['row'] for x in found) == list(range(24))\n"
        "assert all(x['title'] == b'judul %d' % x['row'] for x in found)\n"
        "assert builder.info.splits['train'].num_examples == 24\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]

import hashlib
import importlib.util
import io
import subprocess
import sys

import pytest
from PIL import Image

from shopee_tf.data.catalog import read_catalog
from shopee_tf.data.phash import image_phash
from shopee_tf.data.records import build_tfrecords
from tests.listings import NUM_ROWS, catalog
from tfrecords import files
from tfrecords.manifest import verify_folder
from tfrecords.reader import read_records


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


def test_one_photo_may_serve_many_rows(build):
    assert build(catalog(image=["0.jpg"] * NUM_ROWS)).written == NUM_ROWS


def test_names_of_kaggle_tell_the_number_of_records(build, photos):
    (photos / "0.jpg").unlink()
    manifest = build(naming="kaggle", max_bad_fraction=0.5)
    assert [shard.name for shard in manifest.shards] == ["train00-11.tfrec", "train01-12.tfrec"]


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

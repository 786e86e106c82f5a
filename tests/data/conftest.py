"""A folder of photos, and a build of it that tests vary."""

import pytest

from shopee_tf.data.records import build_tfrecords
from tests.listings import NUM_ROWS, catalog, write_photo


@pytest.fixture
def photos(tmp_path):
    (tmp_path / "photos").mkdir()
    for row in range(NUM_ROWS):
        write_photo(tmp_path / "photos" / f"{row}.jpg", row)
    return tmp_path / "photos"


@pytest.fixture
def build(tmp_path, photos):
    """Builds with small photos and two shards where nothing else is said."""

    def call(listings=None, output="data", **options):
        settings = {"images": photos, "image_size": 32, "num_shards": 2} | options
        return build_tfrecords(listings or catalog(), tmp_path / output, **settings)

    return call

import numpy as np
import pytest

from shopee_tf import encoding
from shopee_tf.data.catalog import read_catalog
from shopee_tf.encoding import embed_catalog, embed_records
from shopee_tf.models.configs import ImageEncoderConfig, TitleEncoderConfig
from shopee_tf.models.image_encoder import build_image_encoder
from shopee_tf.models.title_encoder import build_title_encoder
from tests.tiny_catalog import build_tiny_records
from tfrecords.errors import DataError, IntegrityError, UsageError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return build_tiny_records(tmp_path_factory.mktemp("tiny"), num_products=5)


@pytest.fixture(scope="module")
def catalog(folder):
    return read_catalog(folder / "catalog.csv")


@pytest.fixture(scope="module")
def photos():
    return build_image_encoder(ImageEncoderConfig("tiny", image_size=32, weights="none"))


@pytest.fixture(scope="module")
def titles(catalog):
    config = TitleEncoderConfig("scratch", max_length=12, hidden_dim=16, num_layers=1)
    return build_title_encoder(config, titles=catalog.titles)


def test_records_and_catalogue_give_the_same_photos(photos, folder, catalog):
    stored = embed_records(photos, folder, batch_size=4)
    direct = embed_catalog(photos, catalog, images=folder.parent / "train_images", batch_size=7)
    np.testing.assert_array_equal(stored.rows, np.arange(15))
    np.testing.assert_array_equal(direct.rows, stored.rows)
    np.testing.assert_allclose(direct.vectors, stored.vectors, rtol=1e-3, atol=1e-3)


def test_new_photos_are_prepared_as_those_in_the_records_were(tmp_path):
    small = build_tiny_records(tmp_path, num_products=3, image_size=34)
    config = ImageEncoderConfig("tiny", image_size=32, weights="none", stored_size=34)
    encoder = build_image_encoder(config)
    stored = embed_records(encoder, small)
    direct = embed_catalog(
        encoder, read_catalog(small / "catalog.csv"), images=tmp_path / "train_images"
    )
    np.testing.assert_allclose(direct.vectors, stored.vectors, rtol=1e-5, atol=1e-5)


def test_records_and_catalogue_give_the_same_titles(titles, folder, catalog):
    stored = embed_records(titles, folder, batch_size=4)
    direct = embed_catalog(titles, catalog, batch_size=7)
    np.testing.assert_array_equal(direct.rows, stored.rows)
    np.testing.assert_allclose(direct.vectors, stored.vectors, atol=1e-4)


@pytest.mark.parametrize("encoder", ["photos", "titles"])
def test_each_vector_belongs_to_its_row(encoder, request, folder):
    encoder = request.getfixturevalue(encoder)
    everything = embed_records(encoder, folder, batch_size=15)
    rows = np.array([14, 3, 7, 0, 11])
    some = embed_records(encoder, folder, rows=rows, batch_size=2)
    np.testing.assert_array_equal(some.rows, np.sort(rows))
    np.testing.assert_allclose(some.vectors, everything.vectors[np.sort(rows)], atol=1e-4)


def test_progress_ends_at_the_total(titles, catalog):
    calls = []
    embed_catalog(
        titles, catalog, batch_size=4, progress=lambda done, total: calls.append((done, total))
    )
    assert calls == [(4, 15), (8, 15), (12, 15), (15, 15)]


def test_an_empty_title_has_an_embedding(titles, catalog):
    from shopee_tf.data.catalog import catalog_from_frame

    frame = catalog.frame.copy()
    frame.loc[3, "title"] = ""
    assert np.isfinite(embed_catalog(titles, catalog_from_frame(frame)).vectors).all()


def test_a_photo_that_cannot_be_read_has_no_embedding(photos, folder, catalog, tmp_path, caplog):
    names = catalog.images.tolist()
    for name in names[:4]:
        (tmp_path / name).write_bytes((folder.parent / "train_images" / name).read_bytes())
    (tmp_path / names[1]).write_bytes(b"<html>not a photo</html>")
    found = embed_catalog(photos, catalog, images=tmp_path, batch_size=3)
    assert found.rows.tolist() == [0, 2, 3]
    assert "12 of 15 photos" in caplog.text


def test_no_photo_at_all_is_an_error(photos, catalog, tmp_path):
    with pytest.raises(DataError, match="none of the 15"):
        embed_catalog(photos, catalog, images=tmp_path)


def test_photos_without_their_folder(photos, catalog):
    with pytest.raises(UsageError, match="folder of the photos"):
        embed_catalog(photos, catalog)


def test_an_embedding_that_is_not_finite_is_refused(photos, folder):
    broken = build_image_encoder(photos.config)
    broken.model.trainable_variables[-1].assign(
        np.full(broken.model.trainable_variables[-1].shape, np.nan)
    )
    with pytest.raises(IntegrityError, match="no finite embedding"):
        embed_records(broken, folder)


def test_progress_ends_where_some_photos_cannot_be_read():
    seen = []
    batches = [(np.ones((2, 3), np.float32), np.array([0, 2]))]

    def predict(features, size):
        return features[:size]

    encoding._embed(
        predict, batches, total=3, progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(2, 3), (3, 3)]

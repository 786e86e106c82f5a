import hashlib

import numpy as np
import pytest
from PIL import Image

from shopee_tf.data import sample as sample_command
from shopee_tf.data.catalog import read_catalog
from shopee_tf.data.phash import image_phash
from shopee_tf.data.sample import make_sample
from shopee_tf.data.sample_products import CATEGORIES, make_products
from shopee_tf.data.sample_shapes import draw_product
from shopee_tf.data.sample_titles import make_title
from tfrecords.errors import UsageError


def digests(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): hashlib.md5(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def catalogs(sample):
    return {name: read_catalog(sample / f"{name}.csv") for name in ("train", "test")}


def test_the_same_seed_draws_the_same_bytes(tmp_path):
    for name in ("first", "second"):
        make_sample(tmp_path / name, num_postings=20, seed=3, image_size=32)
    make_sample(tmp_path / "other", num_postings=20, seed=4, image_size=32)
    assert digests(tmp_path / "first") == digests(tmp_path / "second")
    assert digests(tmp_path / "first").keys() != digests(tmp_path / "other").keys()


def test_it_has_as_many_listings_as_asked_for(catalogs):
    assert len(catalogs["train"]) == 120
    assert len(catalogs["test"]) == 24


def test_products_of_the_test_part_are_new(catalogs):
    train, test = catalogs.values()
    assert not set(train.label_groups) & set(test.label_groups)
    assert not set(train.images) & set(test.images)


@pytest.mark.parametrize("split", ["train", "test"])
def test_photos_are_there_with_their_size_and_hash(sample, catalogs, split):
    catalog = catalogs[split]
    for name, phash in zip(catalog.images, catalog.image_phashes, strict=True):
        with Image.open(sample / f"{split}_images" / name) as photo:
            assert (photo.size, photo.mode) == ((64, 64), "RGB")
            assert image_phash(photo) == phash


def test_ids_look_like_the_real_ones(catalogs):
    assert catalogs["train"].frame.posting_id.str.fullmatch(r"train_\d+").all()
    assert catalogs["train"].frame.image.str.fullmatch(r"[0-9a-f]{32}\.jpg").all()


def test_some_listings_share_a_photo_and_some_a_title(catalogs):
    train = catalogs["train"]
    assert len(set(train.images)) < len(train)
    assert len(set(train.titles)) < len(train)


def test_most_products_have_two_listings(catalogs):
    sizes = np.bincount(np.bincount(catalogs["train"].labels))
    assert sizes.argmax() == 2
    assert len(sizes) > 4  # and some have more


def test_titles_of_a_product_vary():
    rng = np.random.default_rng(0)
    product = make_products(1, rng)[0]
    titles = {make_title(product, rng) for _ in range(50)}
    assert len(titles) > 40  # of 50


def test_a_third_of_the_products_are_variants_of_another():
    products = make_products(200, np.random.default_rng(0))
    looks = [product.look for product in products]
    assert len(set(products)) == 200
    assert 0.2 < 1 - len(set(looks)) / len(looks) < 0.45


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_is_drawn_and_colours_tell_variants_apart(category):
    product = next(
        p for p in make_products(300, np.random.default_rng(0)) if p.category == category
    )
    other = "hijau" if product.color != "hijau" else "merah"
    drawn, variant = draw_product(product), draw_product(product._replace(color=other))
    assert np.asarray(drawn)[..., 3].any()
    assert not np.asarray(drawn)[..., 3].all()
    assert drawn.tobytes() != variant.tobytes()


def test_progress_ends_at_the_total(tmp_path):
    told = []
    make_sample(tmp_path, num_postings=20, image_size=16, progress=lambda *step: told.append(step))
    assert told == [(done, 30) for done in range(1, 31)]


def test_too_few_listings_are_refused(tmp_path):
    with pytest.raises(UsageError, match="num_postings=5: expected at least 20"):
        make_sample(tmp_path, num_postings=5)


def test_the_command_draws(tmp_path, capsys):
    sample_command.main([f"--output={tmp_path}", "--num_postings=20", "--image_size=16"])
    assert "20 listings" in capsys.readouterr().out
    assert len(read_catalog(tmp_path / "train.csv", require=("label_group",))) == 20

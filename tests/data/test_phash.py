import numpy as np
import pandas as pd
import pytest
from PIL import Image

from shopee_tf.data.catalog import catalog_from_frame, read_catalog
from shopee_tf.data.phash import image_phash, with_phashes
from tfrecords.errors import DataError


def pixels(seed: int) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((64, 64), Image.Resampling.BICUBIC))


@pytest.fixture
def photos(tmp_path):
    """A folder with two photos, one of them no photo at all."""
    Image.fromarray(pixels(0)).save(tmp_path / "a.jpg", quality=95)
    (tmp_path / "bad.jpg").write_bytes(b"not a photo")
    return tmp_path


def catalog_of(images, **columns):
    ids = [f"p{row}" for row in range(len(images))]
    return catalog_from_frame(
        pd.DataFrame({"posting_id": ids, "title": "x", "image": images, **columns})
    )


def phash_by_hand(image: Image.Image) -> str:
    gray = np.asarray(image.convert("L").resize((32, 32), Image.Resampling.LANCZOS), float)
    place = np.arange(32)
    cosine = np.cos(np.pi * np.outer(np.arange(8), 2 * place + 1) / 64)
    low = cosine @ gray @ cosine.T  # the 8 x 8 lowest frequencies
    bits = (low > np.median(low)).ravel()
    return f"{int(''.join('01'[bit] for bit in bits.astype(int)), 2):016x}"


@pytest.mark.parametrize("seed", range(5))
def test_the_hash_is_the_sign_of_low_frequencies(seed):
    image = Image.fromarray(pixels(seed))
    assert image_phash(image) == phash_by_hand(image)


def test_hashes_that_are_known_stay(photos):
    catalog = catalog_of(["a.jpg", "a.jpg"], image_phash=["00000000000000ff", ""])
    expected = image_phash(Image.open(photos / "a.jpg"))
    assert with_phashes(catalog, photos).image_phashes.tolist() == ["00000000000000ff", expected]


def test_a_catalogue_without_the_column_gets_it(photos):
    assert with_phashes(catalog_of(["a.jpg"]), photos).image_phashes[0] != ""


@pytest.mark.faults
@pytest.mark.parametrize("name", ["bad.jpg", "missing.jpg", "../a.jpg", ""])
def test_a_photo_that_cannot_be_read_has_no_hash(photos, name):
    assert with_phashes(catalog_of([name, "a.jpg"]), photos).image_phashes[0] == ""


@pytest.mark.faults
def test_photos_that_cannot_be_read_are_told_of(photos, caplog):
    with_phashes(catalog_of(["a.jpg", "none.jpg", "bad.jpg"]), photos)
    assert f"2 of 3 photos in {photos} cannot be hashed: missing_file 1, not_an_image 1 (" in (
        caplog.text
    )
    assert "p1: none.jpg; p2: bad.jpg: 11 bytes" in caplog.text


@pytest.mark.faults
def test_not_one_photo_is_an_error(photos):
    message = r"2 of 2 photos in .* cannot be hashed: missing_file 2 \(p0: x.jpg; .*--images=FOLDER"
    with pytest.raises(DataError, match=message):
        with_phashes(catalog_of(["x.jpg", "y.jpg"]), photos)


def test_a_catalogue_without_photos_stays_as_it_is(photos):
    catalog = catalog_from_frame(pd.DataFrame({"posting_id": ["p"], "title": ["x"]}))
    assert with_phashes(catalog, photos) is catalog


def test_progress_is_told(photos):
    told = []
    with_phashes(catalog_of(["a.jpg", "bad.jpg"]), photos, progress=lambda *step: told.append(step))
    assert told == [(1, 2), (2, 2)]


@pytest.mark.real_data
def test_hashes_of_real_photos_are_those_of_the_catalogue(shared_data):
    folder = shared_data / "shopee"
    catalog = read_catalog(folder / "train.csv")
    there = [
        r for r, name in enumerate(catalog.images) if (folder / "train_images" / name).is_file()
    ]
    known = catalog.take(there)
    found = with_phashes(
        known.with_column("image_phash", [""] * len(known)), folder / "train_images"
    )
    assert len(known) == 38
    pairs = zip(found.image_phashes, known.image_phashes, strict=True)
    bits = [(int(ours, 16) ^ int(theirs, 16)).bit_count() for ours, theirs in pairs]
    # Frequencies at the median turn over with the JPEG decoder's version: 2 photos, 2 bits each.
    assert sum(count > 0 for count in bits) <= 2
    assert max(bits) <= 2

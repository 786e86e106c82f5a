"""What the report says of a catalogue, counted by hand."""

import base64
import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageColor

from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.report.audit import audit_blocks
from shopee_tf.report.blocks import Figure, Gallery, Table, Text
from shopee_tf.report.catalogue_section import catalogue_section
from shopee_tf.report.drawing import ACCENT
from shopee_tf.report.galleries import gallery_blocks
from shopee_tf.report.languages import language_blocks
from shopee_tf.report.listing_counts import listing_count_blocks
from shopee_tf.report.photo_shapes import photo_shape_blocks
from shopee_tf.report.photos import thumbnails
from shopee_tf.report.repeats import repeat_blocks
from shopee_tf.report.title_stages import title_stage_blocks
from shopee_tf.report.units_found import unit_blocks
from tests.photos import encode, picture

# Three products: 1 with three listings, 2 with two, 3 with one.
FRAME = pd.DataFrame(
    {
        "posting_id": list("uvwxyz"),
        "image": ["1.jpg", "1.jpg", "2.jpg", "3.jpg", "1.jpg", "4.jpg"],
        "image_phash": ["0" * 16, "0" * 16, "0" * 16, "", "0" * 16, "f" * 16],
        "title": ["tas 2 kg", "tas merah", "tas 2 kg", "Leather Bag", "topi", "kopi 500 gram"],
        "label_group": list("111223"),
    }
)
CATALOG = catalog_from_frame(FRAME)


def no_photo(row):
    return None


def tables(blocks):
    return {block.title: block for block in blocks if isinstance(block, Table)}


def section(catalog, **how):
    given = {"written": catalog.titles.tolist(), "images": None, "seed": 0} | how
    return catalogue_section(catalog, given.pop("thumbnail", no_photo), **given)


def test_the_audit_counts_what_columns_hold():
    rows = {row[0]: row[1:] for row in tables(audit_blocks(CATALOG))["Columns"].rows}
    assert rows["posting_id"] == ("6", "0", "6", "0", "", "-")
    assert rows["image"] == ("6", "0", "4", "1", "1.jpg", "3")
    assert rows["image_phash"] == ("5", "1", "2", "1", "0" * 16, "4")
    assert rows["title"] == ("6", "0", "5", "1", "tas 2 kg", "2")
    assert rows["label_group"] == ("6", "0", "3", "2", "1", "3")


def test_the_audit_tells_the_largest_product_and_the_share_of_pairs():
    assert audit_blocks(CATALOG)[0].text == (
        "6 listings of 3 products. The largest product has 3 listings. "
        "33.3 % of the products have two."
    )


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ("111222", "6 listings of 2 products. Every product has 3 listings."),
        ("123456", "6 listings of 6 products. Every product has 1 listing."),
        ("111111", "6 listings of 1 product."),
        (
            "112234",
            "6 listings of 4 products. The 2 largest products have 2 listings each. "
            "50.0 % of the products have two.",
        ),
        ("111234", "6 listings of 4 products. The largest product has 3 listings."),
    ],
)
def test_the_audit_tells_how_large_products_are(labels, said):
    sized = catalog_from_frame(FRAME.assign(label_group=list(labels)))
    assert audit_blocks(sized)[0].text == said


def test_one_listing_is_no_plural():
    assert audit_blocks(CATALOG.take([0]))[0].text == "1 listing of 1 product."


def test_what_was_mended_while_reading_is_counted():
    twice = catalog_from_frame(pd.concat([FRAME, FRAME.iloc[:1]]))
    counted = dict(tables(audit_blocks(twice))["Counted while reading"].rows)
    assert counted["rows that repeat another row, dropped"] == "1"


def test_how_many_listings_products_have():
    figure, table, *_ = listing_count_blocks(CATALOG)
    assert (figure.name, figure.png[:4]) == ("product_sizes", b"\x89PNG")
    assert table.rows == (
        ("1", "1", "33.3 %", "16.7 %"),
        ("2", "1", "33.3 %", "33.3 %"),
        ("3", "1", "33.3 %", "50.0 %"),
    )


def test_how_many_listings_titles_have():
    _, _, figure, table = listing_count_blocks(CATALOG)
    assert (figure.name, figure.title) == ("title_sizes", "Listings of a title")
    assert table.header == ("listings", "titles", "% of titles", "% of listings")
    assert table.rows == (("1", "4", "80.0 %", "66.7 %"), ("2", "1", "20.0 %", "33.3 %"))


def test_an_empty_title_is_no_title_that_listings_share():
    frame = FRAME.drop(columns="label_group").assign(title=["", "", "", "tas", "topi", "topi"])
    _, table = listing_count_blocks(catalog_from_frame(frame))
    assert [row[:2] for row in table.rows] == [("1", "1"), ("2", "1")]


def test_products_of_more_than_ten_share_a_line():
    labels = ["1"] * 11 + ["2"] * 12 + ["3"]
    frame = pd.DataFrame({"posting_id": range(24), "title": "t", "label_group": labels})
    _, table, *_ = listing_count_blocks(catalog_from_frame(frame))
    assert table.rows == (("1", "1", "33.3 %", "4.2 %"), ("11 to 12", "2", "66.7 %", "95.8 %"))


def test_one_large_size_goes_by_its_number():
    frame = pd.DataFrame({"posting_id": range(12), "title": "t"})
    _, table = listing_count_blocks(catalog_from_frame(frame))
    assert table.rows == (("12", "1", "100.0 %", "100.0 %"),)


def test_products_of_one_size_have_a_line_too():
    frame = pd.DataFrame({"posting_id": range(6), "title": "t", "label_group": [1, 1, 1, 2, 2, 2]})
    figure, *_ = listing_count_blocks(catalog_from_frame(frame))
    pixels = np.array(Image.open(io.BytesIO(figure.png)).convert("RGB"))
    right = pixels[:, pixels.shape[1] // 2 :]
    assert (right == ImageColor.getrgb(ACCENT)).all(axis=-1).any()


def test_repeats_count_values_and_in_what_their_listings_differ():
    table = tables(repeat_blocks(CATALOG, no_photo))["Repeats"]
    assert table.header[4:] == (
        "over several titles",
        "over several photos",
        "over several products",
    )
    assert table.rows == (
        ("photo", "1", "3", "3", "1", "-", "1"),
        ("hash", "1", "4", "4", "1", "1", "1"),
        ("title", "1", "2", "2", "-", "1", "0"),
        ("photo and title", "0", "0", "0", "-", "-", "0"),
    )


def test_identical_photos_with_other_titles_have_a_gallery():
    frame = FRAME.assign(image=["1.jpg"] * 3 + ["2.jpg"] * 2 + ["3.jpg"], title=list("aaabca"))
    blocks = repeat_blocks(catalog_from_frame(frame), no_photo)
    found = {block.title: block for block in blocks if isinstance(block, Gallery)}
    (row,) = found["Identical photos with other titles"].rows
    assert row.caption == "2 listings with the photo 2.jpg: 2 titles, 1 product"
    (row,) = found["Identical titles with other photos"].rows
    assert row.caption == "4 listings with the title a: 2 photos, 2 products"
    (row,) = found["Identical photos and titles"].rows
    assert row.caption == "3 listings with the photo 1.jpg and the title a: 1 product"


def test_a_gallery_of_repeats_shows_what_differs_first_and_whose_it_is():
    frame = FRAME.assign(title=["tas", "tas", "tas merah", "", "topi", "kopi"])
    blocks = repeat_blocks(catalog_from_frame(frame), no_photo)
    (hashes,) = [block for block in blocks if getattr(block, "title", "") == "Identical hashes"]
    (row,) = hashes.rows
    assert row.caption == f"4 listings with the hash {'0' * 16}: 3 titles, 2 photos, 2 products"
    assert [one.posting_id for one in row.listings] == ["u", "w", "y", "v"]
    assert [one.note for one in row.listings] == ["product 1"] * 2 + ["product 2", "product 1"]


@pytest.mark.parametrize(
    ("titles", "said"),
    [
        ("aabbccdd", "At most 8 listings of each are shown."),
        ("aabbccddee", "The 4 largest of 5 are shown, at most 8 listings of each."),
    ],
)
def test_a_gallery_of_repeats_tells_what_it_leaves_out(titles, said):
    frame = pd.DataFrame({"posting_id": range(len(titles)), "title": list(titles)})
    assert repeat_blocks(catalog_from_frame(frame), no_photo)[1].caption == said


def test_repeats_of_titles_alone():
    blocks = repeat_blocks(catalog_from_frame(FRAME[["posting_id", "title"]]), no_photo)
    assert blocks[0].rows == (("title", "1", "2", "2", "-", "-", "-"),)
    assert blocks[1].title == "Identical titles"
    assert [row.caption for row in blocks[1].rows] == ["2 listings with the title tas 2 kg"]


def test_the_largest_products_come_first():
    largest, drawn, titles = gallery_blocks(CATALOG, lambda row: "data:,", seed=0)
    assert [row.caption for row in largest.rows] == [
        "Product 1, 3 listings", "Product 2, 2 listings", "Product 3, 1 listing",
    ]  # fmt: skip
    assert {row.caption[:9] for row in drawn.rows} == {"Product 1", "Product 2"}
    assert [one.posting_id for one in titles.rows[0].listings] == ["u", "w"]


def test_titles_without_a_photo_have_no_gallery():
    titles = [block.title for block in gallery_blocks(CATALOG, no_photo, seed=0)]
    assert titles == ["Largest products", "Random products"]


def test_the_seed_draws_the_products_that_are_shown():
    frame = pd.DataFrame({"posting_id": range(200), "title": "t", "label_group": range(200)})
    frame = frame.assign(label_group=frame.label_group // 2)
    catalog = catalog_from_frame(frame)
    drawn = [gallery_blocks(catalog, no_photo, seed=seed)[1] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_titles_are_measured_as_written_cleaned_and_normalised():
    _, table = title_stage_blocks(["tas 2 kilo!"], ["tas   2 kilo!"])
    means = {row[:2]: row[3] for row in table.rows}
    assert means == {
        ("length", "as written"): "13.0",
        ("length", "cleaned"): "11.0",
        ("length", "normalised"): "7.0",  # tas 2kg
        ("words", "as written"): "3.0",
        ("words", "cleaned"): "3.0",
        ("words", "normalised"): "2.0",
        ("characters", "as written"): "9.0",
        ("characters", "cleaned"): "9.0",
        ("characters", "normalised"): "6.0",
    }


def test_languages_are_counted():
    (table,) = language_blocks(["tas wanita", "Leather Bag", "tas merah", "x"], seed=0)
    assert [row[:3] for row in table.rows] == [
        ("Indonesian", "2", "50.0 %"), ("English", "1", "25.0 %"),
        ("mixed or unknown", "1", "25.0 %"),
    ]  # fmt: skip


def test_a_language_of_no_title_is_left_out():
    (table,) = language_blocks(["Leather Bag"], seed=0)
    assert [row[0] for row in table.rows] == ["English"]


def test_units_and_model_codes_are_counted_by_title():
    units, codes = unit_blocks(["gula 1 kg 1000 gr", "kopi 2 kg", "taplak 60x90 cm", "iPhone 7"])
    assert units.rows == (
        ("mass", "2", "50.0 %", "1 kg (1), 2 kg (1)"),
        ("sizes of two or three numbers", "1", "25.0 %", "60 cm x 90 cm (1)"),
    )
    assert codes.rows == (("iphone", "1", "25.0 %", "iphone 7 (1)"),)


def test_amounts_in_as_many_titles_are_in_the_order_of_their_text():
    (sizes,) = unit_blocks(["tikar 180x200", "tikar 160x200", "tikar 120x200"])
    assert sizes.rows[0][3] == "120 x 200 (1), 160 x 200 (1), 180 x 200 (1)"


def test_shapes_of_photos_are_those_of_their_headers(tmp_path):
    for name, size in (("1.jpg", (40, 40)), ("2.jpg", (60, 40)), ("3.jpg", (40, 40))):
        (tmp_path / name).write_bytes(encode(picture(*size), "JPEG"))
    names = ["1.jpg", "2.jpg", "3.jpg", "1.jpg", "missing.jpg"]
    _, text, table = photo_shape_blocks(names, str(tmp_path))
    assert text.text == "66.7 % of 3 photos are square; 1 missing, or not to be read."
    assert table.rows == (("40 x 40", "2", "66.7 %"), ("60 x 40", "1", "33.3 %"))


def test_photos_of_one_size_are_one_thin_bar(tmp_path):
    (tmp_path / "1.jpg").write_bytes(encode(picture(40, 40), "JPEG"))
    figure, *_ = photo_shape_blocks(["1.jpg"], str(tmp_path))
    pixels = np.array(Image.open(io.BytesIO(figure.png)).convert("RGB"))
    left = pixels[:, : pixels.shape[1] // 2]
    columns = (left == ImageColor.getrgb(ACCENT)).all(axis=-1).any(axis=0)
    assert 0 < columns.sum() < len(columns) / 10


def test_without_photos_galleries_show_titles():
    blocks = section(CATALOG).blocks
    listings = [one for b in blocks if isinstance(b, Gallery) for r in b.rows for one in r.listings]
    assert listings
    assert all(one.photo is None and one.title for one in listings)
    assert "photo_shapes" not in [block.name for block in blocks if isinstance(block, Figure)]


def test_without_labels_what_needs_them_is_left_out_and_said_so():
    blocks = section(catalog_from_frame(FRAME.drop(columns="label_group"))).blocks
    assert isinstance(blocks[0], Text)
    assert "no column label_group" in blocks[0].text
    assert not any(getattr(block, "title", "").endswith("products") for block in blocks)


def test_titles_alone_make_a_section():
    section(catalog_from_frame(FRAME[["posting_id", "title"]]))


@pytest.mark.parametrize("title", ["", "1", "?", "🎒", "包 包包包"])
def test_odd_titles_make_a_section(title):
    section(catalog_from_frame(pd.DataFrame({"posting_id": ["a", "b"], "title": title})))


def test_progress_comes_to_its_end():
    seen = []
    section(CATALOG, progress=lambda *done: seen.append(done))
    assert seen == [(done, seen[-1][1]) for done in range(1, len(seen) + 1)]
    assert seen[-1][0] == seen[-1][1]


def test_thumbnails_are_small_jpegs_and_none_where_there_is_no_photo(tmp_path):
    (tmp_path / "1.jpg").write_bytes(encode(picture(800, 400), "PNG"))
    (tmp_path / "2.jpg").write_bytes(b"no photo")
    thumbnail = thumbnails(CATALOG, str(tmp_path))
    head, _, data = thumbnail(0).partition(",")
    assert head == "data:image/jpeg;base64"
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert (image.format, image.size) == ("JPEG", (160, 80))
    assert [thumbnail(row) for row in (2, 3)] == [None, None]


def test_a_photo_is_read_once(tmp_path):
    (tmp_path / "1.jpg").write_bytes(encode(picture(), "JPEG"))
    thumbnail = thumbnails(CATALOG, str(tmp_path))
    first = thumbnail(0)
    (tmp_path / "1.jpg").unlink()
    assert thumbnail(np.int64(1)) == first

"""Two catalogues as one."""

import pandas as pd
import pytest

from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.data.catalog_join import join_catalogs, join_photos
from shopee_tf.data.image_files import BadImage, read_image
from tfrecords.errors import UsageError


def catalog(ids, **columns):
    table = {"posting_id": list(ids), "title": [f"tas {name}" for name in ids]} | columns
    return catalog_from_frame(pd.DataFrame(table))


def test_old_rows_come_first():
    joined = join_catalogs(catalog("ab"), catalog("zc"))
    assert joined.catalog.posting_ids.tolist() == ["a", "b", "z", "c"]
    assert joined.new_rows.tolist() == [2, 3]


def test_a_listing_that_is_there_as_it_is_is_not_new():
    joined = join_catalogs(catalog("ab"), catalog("bc"))
    assert joined.catalog.posting_ids.tolist() == ["a", "b", "c"]
    assert (joined.new_rows.tolist(), joined.repeated) == ([2], 1)


def test_an_id_on_another_listing_is_refused():
    newer = catalog("bc").with_column("title", ["topi", "tas c"])
    with pytest.raises(UsageError, match="posting_id b stands in both catalogues, on listings "):
        join_catalogs(catalog("ab"), newer)


def test_nothing_new_is_refused():
    with pytest.raises(UsageError, match="nothing is new: every listing stands in the older"):
        join_catalogs(catalog("ab"), catalog("ba"))


def test_only_what_both_know_of_photos_and_products_is_kept():
    older = catalog("a", image="a.jpg", label_group="7", price="5")
    newer = catalog("b", image="b.jpg", image_phash="0" * 16, url="x")
    frame = join_catalogs(older, newer).catalog.frame
    assert frame.columns.tolist() == ["posting_id", "title", "image", "price", "url"]
    assert frame["price"].tolist() == ["5", ""]


def test_columns_that_one_lacks_make_no_listing_another():
    assert join_catalogs(catalog("a", price="5"), catalog("ab", url="x")).repeated == 1


@pytest.mark.parametrize(
    ("images", "older", "folder", "names"),
    [
        ("new", "old", "", ["old/a.jpg", "new/b.jpg", ""]),
        ("old", "old", "old", ["a.jpg", "b.jpg", ""]),
        ("old/more", "old", "old", ["a.jpg", "more/b.jpg", ""]),
    ],
)
def test_photos_of_two_folders_are_named_from_one(tmp_path, images, older, folder, names):
    for name in ("new", "old/more"):
        (tmp_path / name).mkdir(parents=True)
    joined = join_catalogs(catalog("a", image="a.jpg"), catalog("bc", image=["b.jpg", ""]))
    found, common = join_photos(joined, images=tmp_path / images, older=tmp_path / older)
    assert common == str((tmp_path / folder).absolute())
    assert found.images.tolist() == names


def test_a_folder_that_is_not_there(tmp_path):
    joined = join_catalogs(catalog("a", image="a.jpg"), catalog("b", image="b.jpg"))
    with pytest.raises(UsageError, match="nowhere: no such folder of photos"):
        join_photos(joined, images=tmp_path, older=tmp_path / "nowhere")


@pytest.mark.faults
@pytest.mark.parametrize("name", ["link.jpg", "../old/a.jpg"])
def test_a_photo_that_leads_into_the_other_folder_is_refused(tmp_path, name):
    for folder in ("new", "old"):
        (tmp_path / folder).mkdir()
    (tmp_path / "old" / "a.jpg").write_bytes(b"photo")
    (tmp_path / "new" / "link.jpg").symlink_to("../old/a.jpg")
    joined = join_catalogs(catalog("a", image="a.jpg"), catalog("b", image=name))
    found, common = join_photos(joined, images=tmp_path / "new", older=tmp_path / "old")
    assert read_image(common, found.images[0]) == b"photo"
    with pytest.raises(BadImage, match="unsafe_path"):
        read_image(common, found.images[1])


def test_titles_are_not_cleaned_a_second_time():
    older = catalog("a").with_column("title", ["b'\\xe2'"])  # read without decode_byte_titles
    assert join_catalogs(older, catalog("b")).catalog.titles.tolist() == ["b'\\xe2'", "tas b"]

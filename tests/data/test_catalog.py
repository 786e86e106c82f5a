"""Section B of the table of faults, where it concerns reading, and the promises of a catalogue."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from shopee_tf.data.catalog import catalog_from_frame, read_catalog, write_catalog
from tfrecords.errors import DataError, UsageError

HEADER = "posting_id,image,image_phash,title,label_group\n"
ROW = "p1,a.jpg,00123e4567891234,merah,7\n"


@pytest.fixture
def read(tmp_path):
    """Writes text or bytes to train.csv and reads them as a catalogue."""

    def read_text(content: str | bytes, **options):
        path = tmp_path / "train.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_catalog(path, **options)

    return read_text


def table(*titles: str, **columns) -> pd.DataFrame:
    ids = [f"p{row}" for row in range(len(titles))]
    return pd.DataFrame({"posting_id": ids, "title": titles, **columns}, dtype=object)


@pytest.mark.faults
@pytest.mark.parametrize("title", ["NA", "null", "None", "nan", "N/A", "-inf", "1e5", "007"])
def test_a_title_stays_the_text_it_is(read, title):
    assert read(f"posting_id,title\np1,{title}\n").titles.tolist() == [title]


@pytest.mark.faults
def test_an_empty_title_is_kept_and_counted(read):
    catalog = read("posting_id,title\np1,\np2, \np3,x\n")
    assert catalog.titles.tolist() == ["", "", "x"]
    assert catalog.notes == {"titles_empty": 2}


@pytest.mark.faults
@pytest.mark.parametrize("phash", ["00123e4567891234", "1234567890123456", "0000000000000000", ""])
def test_a_hash_that_looks_like_a_number_stays_text(read, phash):
    assert read(f"{HEADER}p1,a.jpg,{phash},merah,7\n").image_phashes.tolist() == [phash]


@pytest.mark.faults
@pytest.mark.parametrize(
    "content",
    [
        ("\ufeff" + HEADER + ROW).encode(),
        (HEADER + ROW).replace("\n", "\r\n").encode(),
        (HEADER + ROW).replace("p1,", '"p1",').encode(),
        (HEADER + ROW).rstrip("\n").encode(),
    ],
    ids=["byte order mark", "CRLF", "quoted", "no last newline"],
)
def test_equal_listings_are_equal_however_they_are_written(read, content):
    assert read(content).frame.equals(read(HEADER + ROW).frame)


@pytest.mark.faults
def test_a_quoted_newline_belongs_to_the_title(read):
    assert read('posting_id,title\np1,"tas\r\nmerah"\n').titles.tolist() == ["tas merah"]


@pytest.mark.faults
@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("judul,é".encode("latin-1"), 3),
        ("harga €5".encode("cp1252"), 3),
    ],
)
def test_text_that_is_not_utf8_is_refused_with_its_line(read, content, line):
    content = b"posting_id,title\np1,x\np2," + content + b"\n"
    byte = next(place for place, value in enumerate(content) if value > 127)
    message = rf"train.csv is not UTF-8 at byte {byte} \(line {line}\); .*--csv_encoding=latin-1"
    with pytest.raises(DataError, match=message):
        read(content)


@pytest.mark.faults
def test_utf16_is_recognised(read):
    content = "posting_id,title\np1,café\n".encode("utf-16")
    with pytest.raises(DataError, match=r"not UTF-8 at byte 0 \(line 1\).*--csv_encoding=utf-16"):
        read(content)
    assert read(content, encoding="utf-16").titles.tolist() == ["café"]


def test_another_encoding_is_read_when_it_is_named(read):
    content = "posting_id,title\np1,café\n".encode("latin-1")
    assert read(content, encoding="latin-1").titles.tolist() == ["café"]


@pytest.mark.faults
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEADER + ROW.replace("merah", "merah,biru"), "line 2: expected 5 fields .*, saw 6"),
        (HEADER + ROW + "p2,b.jpg,,x\n", "line 3: expected 5 fields .*, saw 4"),
        (HEADER + ROW + 'p2,b.jpg,,"open,7\n', "line 3: .*is a quote left open"),
        ("", "train.csv is empty"),
        (HEADER, "a header and no rows"),
        ("posting_id,name\np1,x\n", "missing column title; found 'posting_id', 'name'$"),
        ("posting_id,titles\np1,x\n", "missing column title; .*is 'titles' for title meant"),
        (
            " posting_id ,TITLE\np1,x\n",
            "missing columns posting_id, title; found ' posting_id ', 'TITLE'; "
            r"is ' posting_id ' for posting_id, 'TITLE' for title meant\?",
        ),
        ("posting_id,title,title\np1,x,y\n", "line 1: column title stands there twice"),
        ("posting_id;title\np1;x, y\n", "line 1: the header is separated by ';', expected ','"),
        ("posting_id,title\np1,x\np1,y\n", "listings that differ share a posting_id: p1;"),
        ("posting_id\ttitle\np1\tx\n", r"the header is separated by '\\t', expected ','"),
        ("posting_id,title\np1,x\n ,y\n", "line 3: empty posting_id"),
        (HEADER + ROW.replace(",7", ","), "line 2: label_group '' is not a whole number"),
        (HEADER + ROW.replace(",7", ",7.5"), "line 2: label_group '7.5' is not"),
        (HEADER + ROW.replace(",7", ",x"), "line 2: label_group 'x' is not"),
    ],
)
def test_a_broken_file_is_refused_naming_the_place(read, content, message):
    with pytest.raises(DataError, match=message):
        read(content)


@pytest.mark.faults
def test_a_column_that_the_caller_needs_is_asked_for(read):
    message = (
        "missing columns label_group, image; found 'posting_id', 'title', 'image_phash'; "
        "label_group names the product of each listing"
    )
    with pytest.raises(DataError, match=f"{message}$"):
        read("posting_id,title,image_phash\np1,x,\n", require=("label_group", "image"))


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        read_catalog(tmp_path / "train.csv")
    with pytest.raises(UsageError, match="is a folder"):
        read_catalog(tmp_path)


@pytest.mark.faults
def test_nul_bytes_are_dropped_and_counted(read):
    catalog = read("posting_id,title\np\x001,mer\0ah\n")
    assert (catalog.posting_ids[0], catalog.titles[0]) == ("p1", "merah")
    assert catalog.notes == {"nul_dropped": 2}


@pytest.mark.faults
def test_of_equal_rows_the_first_is_kept_and_the_rest_counted(read):
    catalog = read("posting_id,title\np1,x\np2,y\np1,x\np1,x\n")
    assert catalog.posting_ids.tolist() == ["p1", "p2"]
    assert catalog.notes == {"duplicate_rows": 2}


@pytest.mark.faults
def test_an_id_on_different_listings_is_refused(read):
    with pytest.raises(DataError, match="listings that differ share 2 posting_ids: p1, p2;"):
        read("posting_id,title\np1,x\np2,y\np1,z\np2,z\n")


@pytest.mark.faults
def test_labels_may_be_missing_where_none_are_needed(read):
    partly = HEADER + ROW + ROW.replace("p1", "p2").replace(",7", ",")
    with pytest.raises(DataError, match="line 3: label_group ''"):
        read(partly)
    catalog = read(partly, labels=False)
    assert len(catalog) == 2
    assert catalog.labels is None


@pytest.mark.faults
def test_labels_in_part_are_left_out_where_they_are_no_must(read, caplog):
    partly = HEADER + ROW + ROW.replace("p1", "p2").replace(",7", ",")
    assert read(partly, labels="if filled").labels is None
    assert "label_group is empty in 1 of 2 rows; left out" in caplog.text
    assert read(HEADER + ROW, labels="if filled").labels.tolist() == [0]
    with pytest.raises(UsageError, match="received 'if_filled'"):
        read(partly, labels="if_filled")


def test_label_groups_of_any_size_and_sign_become_dense_labels():
    groups = ["-5", "99999999999999999999999", "-5", "12"]
    catalog = catalog_from_frame(table("a", "b", "c", "d", label_group=groups))
    assert catalog.labels.dtype == np.int32
    assert catalog.labels.tolist() == [0, 2, 0, 1]
    assert catalog.label_groups.tolist() == groups
    assert catalog.notes == {"products_of_one": 2}


@pytest.mark.faults
def test_a_title_of_a_million_characters_is_cut_and_counted(read):
    content = "posting_id,title\np1," + "á \\xe2" * 170_000 + "\np2,x\n"
    catalog = read(content, max_title_chars=500)
    assert len(catalog.titles[0]) <= 500
    assert catalog.notes["titles_cut"] == 1


@pytest.mark.faults
def test_byte_escapes_are_undone_and_counted(read):
    content = "posting_id,title\np1,\"b'Tas \\xe2\\x9d\\xa4'\"\np2,x\n"
    catalog = read(content)
    assert catalog.titles.tolist() == ["Tas ❤", "x"]
    assert catalog.notes == {"titles_with_escapes": 1}
    assert read(content, decode_byte_titles=False).titles[0] == "b'Tas \\xe2\\x9d\\xa4'"


def test_columns_that_are_absent_are_none(read):
    catalog = read("posting_id,title\np1,x\n")
    assert catalog.images is catalog.image_phashes is catalog.label_groups is catalog.labels is None


def test_other_columns_are_kept_as_text(read):
    catalog = read("posting_id,title,price,shop\np1,x,10.50,007\n")
    assert catalog.frame.loc[0, ["price", "shop"]].tolist() == ["10.50", "007"]


def test_only_the_first_rows_are_read_where_asked(read):
    assert len(read("posting_id,title\np1,x\np2,y\np3,z\n", limit_rows=2)) == 2


def test_the_ids_hash_is_of_the_ids_in_order():
    catalog = catalog_from_frame(table("x", "y"))
    assert catalog.ids_sha256 == hashlib.sha256(b"p0\np1").hexdigest()
    assert catalog.take([1, 0]).ids_sha256 == hashlib.sha256(b"p1\np0").hexdigest()


def test_taken_rows_are_numbered_anew():
    taken = catalog_from_frame(table("a", "b", "c")).take([2, 0])
    assert taken.frame.index.tolist() == [0, 1]
    assert taken.titles.tolist() == ["c", "a"]


def test_a_frame_may_have_numbers_and_gaps():
    frame = table(None, "x", label_group=[3, 4], price=[np.nan, 2.5])
    catalog = catalog_from_frame(frame)
    assert catalog.titles.tolist() == ["", "x"]
    assert catalog.label_groups.tolist() == ["3", "4"]
    assert catalog.frame["price"].tolist() == ["", "2.5"]


def test_an_empty_frame_is_refused():
    with pytest.raises(DataError, match="no rows"):
        catalog_from_frame(table())


ODD = ["a,b", 'say "x"', "x\ny", "x\ry", "x\r\ny", "=1+1", "\ud800x", "x\0y", "'", " pad ", "❤", ""]


def test_a_written_catalogue_is_read_back_as_it_was(tmp_path):
    catalog = catalog_from_frame(table(*ODD, shop=ODD, image=ODD))
    write_catalog(catalog, tmp_path / "catalog.csv")
    again = read_catalog(tmp_path / "catalog.csv")
    assert again.frame.equals(catalog.frame)
    assert again.ids_sha256 == catalog.ids_sha256


def test_random_damage_never_ends_in_another_error(read):
    rng = np.random.default_rng(0)
    whole = (HEADER + ROW * 3 + 'p2,b.jpg,,"kopi\nbubuk",8\n').encode()
    for _ in range(2000):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), rng.integers(1, 4)):
            damaged[place] = rng.choice([0, 10, 13, 34, 44, 92, 233, 255, rng.integers(256)])
        try:
            catalog = read(bytes(damaged[: rng.integers(len(whole) // 2, len(whole) + 1)]))
        except DataError as error:
            assert "train.csv" in str(error)
        else:
            assert len(catalog) > 0


@pytest.mark.real_data
def test_the_real_catalogue_is_read_whole(shared_data):
    path = shared_data / "shopee" / "train.csv"
    catalog = read_catalog(path, require=("label_group", "image_phash"))
    assert len(catalog) == 31_192
    assert catalog.labels.max() + 1 == 10_014
    assert not any("\\x" in title or "\ufffd" in title for title in catalog.titles)

"""New listings against an older catalogue: what is found is what a match of both as one finds."""

import csv

import numpy as np
import pandas as pd
import pytest

from shopee_tf import match
from shopee_tf.data.catalog import catalog_from_frame, write_catalog
from shopee_tf.data.catalog_join import join_catalogs
from shopee_tf.matcher import Matcher, fit_matcher, match_catalog, save_matcher
from shopee_tf.systems import SETS, Decision, Source, parse_union

WORDS = ("tas", "kulit", "kain", "topi", "anak", "sabun", "susu", "kopi", "teh", "gula", "baju")


def drawn(seed, count=80):
    """Listings of 20 products: a photo a few bits from the product's, five words of its six."""
    rng = np.random.default_rng(seed)
    hashes = rng.integers(0, 2**63, 20, dtype=np.uint64)
    words = [rng.choice(WORDS, 6, replace=False) for _ in range(20)]
    product = rng.integers(0, 20, count)
    flips = [sum(1 << int(bit) for bit in rng.choice(64, rng.integers(0, 8))) for _ in product]
    return catalog_from_frame(
        pd.DataFrame(
            {
                "posting_id": [f"p{row}" for row in range(count)],
                "title": [" ".join(rng.choice(words[one], 5)) for one in product],
                "image_phash": [
                    f"{int(hashes[one]) ^ (flip & (2**64 - 1)):016x}"
                    for one, flip in zip(product, flips, strict=True)
                ],
                "label_group": [str(one) for one in product],
            }
        )
    )


def union_of(*thresholds, systems="phash+tfidf"):
    union = parse_union(systems)
    ones = tuple((1.0,) for _ in union.blends)
    decision = Decision(union, ones, (0.0,) * len(ones), thresholds)
    return Matcher(decision, (), {"num_candidates": 80})


def fitted(fusion, sets):
    catalog = drawn(99)
    rows = np.arange(len(catalog), dtype=np.int32)
    return fit_matcher(["phash,tfidf".replace(",", "+")], Source(catalog), rows=rows,
                       fusion=fusion, sets=sets)  # fmt: skip


@pytest.fixture(scope="module", params=["union", *SETS])
def matcher(request):
    return union_of(-9.0, 0.6) if request.param == "union" else fitted("boundary", request.param)


@pytest.mark.parametrize("seed", range(5))
def test_new_rows_find_what_they_find_in_both_as_one(matcher, seed):
    catalog = drawn(seed)
    split = np.random.default_rng(seed).integers(1, len(catalog))
    older, newer = catalog.take(range(split)), catalog.take(range(split, len(catalog)))
    joined = join_catalogs(older, newer)
    found = match_catalog(matcher, Source(joined.catalog), rows=joined.new_rows)
    batch = match_catalog(matcher, Source(catalog))
    assert found == {row: batch[row] for row in range(split, len(catalog))}


class Shop:
    """Two csvs and a matcher in a folder, and the command."""

    def __init__(self, folder, matcher):
        self.folder = folder
        save_matcher(matcher, folder / "matcher")

    def write(self, name, catalog):
        write_catalog(catalog, self.folder / name)
        return self.folder / name

    def match(self, *flags):
        output = self.folder / "submission.csv"
        match.main([f"--matcher={self.folder / 'matcher'}", f"--output={output}", *flags])
        with open(output, encoding="utf-8") as file:
            return {line["posting_id"]: line["matches"].split() for line in csv.DictReader(file)}


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path, union_of(-9.0, 0.6))


def test_adding_removing_and_asking_is_a_match_of_what_is_left(shop):
    catalog = drawn(7)
    older, newer = catalog.take(range(60)), catalog.take(range(60, 80))
    gone = [f"p{row}" for row in range(0, 60, 3)]
    (shop.folder / "gone.txt").write_text("\n".join(gone) + "\n")
    kept = catalog.take([row for row in range(80) if f"p{row}" not in gone])
    found = shop.match(
        f"--csv={shop.write('new.csv', newer)}",
        f"--against={shop.write('older.csv', older)}",
        f"--remove={shop.folder / 'gone.txt'}",
    )
    batch = shop.match(f"--csv={shop.write('all.csv', kept)}")
    assert list(found) == newer.posting_ids.tolist()
    assert found == {posting: batch[posting] for posting in found}


def test_no_labels_are_needed(shop):
    catalog = drawn(7)
    partly = catalog.with_column("label_group", ["", "none", *catalog.label_groups[2:]])
    found = shop.match(
        f"--csv={shop.write('new.csv', partly.take(range(1, 40)))}",
        f"--against={shop.write('older.csv', partly.take([0, *range(40, 80)]))}",
    )
    whole = shop.match(f"--csv={shop.write('all.csv', catalog)}")
    assert len(found) == 39
    assert {posting: set(ids) for posting, ids in found.items()} == {
        posting: set(whole[posting]) for posting in found
    }


def test_a_listing_is_replaced_by_removing_it(shop):
    catalog = drawn(8)
    changed = catalog.take([3]).with_column("title", ["lampu meja"])
    (shop.folder / "gone.txt").write_text("p3\n")
    flags = (
        f"--csv={shop.write('new.csv', changed)}",
        f"--against={shop.write('older.csv', catalog)}",
    )
    with pytest.raises(SystemExit):
        shop.match(*flags)
    assert shop.match(*flags, f"--remove={shop.folder / 'gone.txt'}")["p3"][0] == "p3"


def test_what_is_there_already_is_told_and_not_asked_about(shop, capsys):
    catalog = drawn(9)
    found = shop.match(
        f"--csv={shop.write('new.csv', catalog.take(range(50, 80)))}",
        f"--against={shop.write('older.csv', catalog.take(range(70)))}",
    )
    assert list(found) == [f"p{row}" for row in range(70, 80)]
    assert "20 of the listings stand in" in capsys.readouterr().out


def test_photos_of_both_folders_are_seen(tmp_path, sample):
    from shopee_tf.data.catalog import read_catalog

    catalog = read_catalog(sample / "train.csv")
    frame = catalog.frame.drop(columns="image_phash", errors="ignore")
    catalog = catalog_from_frame(frame)
    photos = tmp_path / "elsewhere"
    photos.mkdir()
    newer = catalog.take(range(100, 120))
    for name in newer.images:
        (photos / name).write_bytes((sample / "train_images" / name).read_bytes())
    shop = Shop(tmp_path, union_of(-8.0, systems="phash"))
    both = shop.match(
        f"--csv={shop.write('all.csv', catalog)}", f"--images={sample / 'train_images'}"
    )
    flags = (
        f"--csv={shop.write('new.csv', newer)}",
        f"--against={shop.write('older.csv', catalog.take(range(100)))}",
    )
    expected = {posting: both[posting] for posting in newer.posting_ids}
    old = sample / "train_images"
    assert shop.match(*flags, f"--images={photos}", f"--against_images={old}") == expected
    assert shop.match(*flags, f"--images={old}") == expected


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--remove=x"], "--remove is for an older catalogue: give --against=older.csv too"),
        (["--against_images=x"], "--against_images is for an older catalogue"),
        (["--against=x", "--against_images=x"], "--against_images without --images"),
        (["--against=x"], "x: no such file"),
    ],
)
def test_flags_that_do_not_go_together(shop, capsys, flags, message):
    with pytest.raises(SystemExit):
        shop.match(f"--csv={shop.write('new.csv', drawn(1))}", *flags)
    assert capsys.readouterr().err.startswith(f"error: {message}")


@pytest.mark.parametrize(
    ("gone", "message"),
    [("p3\nq7\n", "no listing has the posting_id 'q7'"), (None, "removes all of")],
)
def test_a_bad_list_of_what_is_gone(shop, capsys, gone, message):
    catalog = drawn(3)
    everything = "\n".join(catalog.posting_ids[:70])
    (shop.folder / "gone.txt").write_text(everything if gone is None else gone)
    with pytest.raises(SystemExit):
        shop.match(
            f"--csv={shop.write('new.csv', catalog.take(range(70, 80)))}",
            f"--against={shop.write('older.csv', catalog.take(range(70)))}",
            f"--remove={shop.folder / 'gone.txt'}",
        )
    assert message in capsys.readouterr().err

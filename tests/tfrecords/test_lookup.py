import numpy as np
import pytest

from tfrecords import lookup
from tfrecords.errors import IntegrityError
from tfrecords.lookup import RecordLookup
from tfrecords.reader import read_records


def read(folder, rows, **options) -> list[dict]:
    return list(RecordLookup(folder).read(np.array(rows), **options).as_numpy_iterator())


def test_gives_the_records_of_rows_in_the_order_asked_for(original):
    rows = np.random.default_rng(0).permutation(22)
    by_row = {record["row"]: record for record in read_records(original).as_numpy_iterator()}
    assert read(original, rows) == [by_row[row] for row in rows]


def test_a_row_may_come_again_and_others_not_at_all(original):
    rows = [21, 3, 3, 0, 21] * 40
    found = read(original, rows, fields=("row", "title"))
    assert [record["row"] for record in found] == rows
    assert found[0] == {"row": 21, "title": b"title 21"}


def test_no_rows_give_no_records(original):
    assert read(original, np.zeros(0, int)) == []


@pytest.mark.parametrize("row", [22, -1])
def test_a_row_without_a_record_is_refused(original, row):
    with pytest.raises(IndexError, match="22 records"):
        RecordLookup(original).read(np.array([0, row]))


def test_rows_that_were_skipped_have_no_record(original, monkeypatch):
    # The manifest of a folder that skipped rows 2 and 7 of 24 holds records 0, 1, 3, ...
    manifest = lookup.load_manifest(original)

    class Skipping:
        rows_in, shards = 24, manifest.shards
        skipped = [type("Skip", (), {"row": row}) for row in (2, 7)]

    monkeypatch.setattr(lookup, "load_manifest", lambda folder: Skipping)
    titles = [r["title"] for r in read(original, [0, 3, 8, 23], fields=("title",))]
    assert titles == [b"title 0", b"title 2", b"title 6", b"title 21"]
    with pytest.raises(IndexError):
        read(original, [7])


def test_an_empty_shard_and_a_remote_folder(build):
    folder = "ram://bucket/lookup"
    build(folder, num_rows=3)
    assert [record["row"] for record in read(folder, [2, 0, 1])] == [2, 0, 1]


@pytest.mark.faults
def test_a_shard_with_another_number_of_records_is_refused(folder):
    with pytest.raises(IntegrityError, match="expected 7 records, found 6"):
        lookup._spans(str(folder / "train-00001-of-00004.tfrecord"), 7)

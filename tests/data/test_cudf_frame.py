import sys
import types

import pandas as pd
import pytest

from shopee_tf.data.catalog import read_catalog
from tfrecords.errors import DataError, ResourceError, UsageError


class CudfFrame:
    """A table that is no longer one of pandas."""

    def __init__(self, frame: pd.DataFrame):
        self.copied = frame.copy()


@pytest.fixture
def cudf(monkeypatch):
    monkeypatch.setitem(sys.modules, "cudf", types.SimpleNamespace(from_pandas=CudfFrame))


@pytest.fixture
def path(tmp_path):
    (tmp_path / "train.csv").write_text("posting_id,title\na,tas\nb,sepatu\n")
    return tmp_path / "train.csv"


def test_the_gpu_gets_the_table_as_it_was_read(path, cudf):
    catalog = read_catalog(path, engine="cudf")
    pd.testing.assert_frame_equal(catalog.cudf_frame.copied, catalog.frame)
    pd.testing.assert_frame_equal(catalog.frame, read_catalog(path).frame)


def test_no_table_on_the_gpu_unless_asked_for(path, cudf):
    assert read_catalog(path, engine="pandas").cudf_frame is None


def test_rows_taken_and_columns_added_are_on_the_gpu_too(path, cudf):
    catalog = read_catalog(path, engine="cudf").take([1]).with_column("image", ["b.jpg"])
    assert catalog.cudf_frame.copied["image"].tolist() == ["b.jpg"]
    assert catalog.cudf_frame.copied["posting_id"].tolist() == ["b"]


@pytest.mark.faults
@pytest.mark.parametrize("rows", ["a,tas\nb\n", "a,tas\na,sepatu\n", ",tas\n", 'a,"tas\n', ""])
def test_what_pandas_refuses_cudf_refuses_in_the_same_words(rows, path, cudf):
    path.write_text("posting_id,title\n" + rows)
    refusals = []
    for engine in ("pandas", "cudf"):
        with pytest.raises(DataError) as refusal:
            read_catalog(path, engine=engine)
        refusals.append(str(refusal.value))
    assert refusals[0] == refusals[1]


@pytest.mark.faults
def test_missing_cudf_names_the_pip_line(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "cudf", None)
    with pytest.raises(ResourceError, match=r"pip install 'shopee_tf\[rapids\]'"):
        read_catalog(path, engine="cudf")


@pytest.mark.faults
def test_an_unknown_engine_is_refused(path):
    with pytest.raises(UsageError, match="pandas, cudf, received 'polars'"):
        read_catalog(path, engine="polars")


@pytest.mark.gpu
def test_a_real_gpu_gives_the_texts_back(path):
    pytest.importorskip("cudf")
    try:
        catalog = read_catalog(path, engine="cudf")
    except ResourceError as error:
        pytest.skip(str(error))
    assert catalog.cudf_frame["title"].to_pandas().tolist() == ["tas", "sepatu"]

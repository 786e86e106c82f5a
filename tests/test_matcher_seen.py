"""What a matcher has seen travels with it."""

import pandas as pd
import pytest

from shopee_tf import calibrate
from shopee_tf.matcher import Seen, load_matcher, read_seen, save_matcher
from tests.report.matched import CATALOG, MATCHER
from tfrecords.errors import IntegrityError

SEEN = Seen(
    CATALOG.frame[["posting_id", "image", "label_group"]].iloc[:3],
    pd.DataFrame({"posting_id": ["a", "b"], "image_phash": ["00", "0f"]}),
)


def test_it_is_read_as_it_was_written(tmp_path):
    save_matcher(MATCHER, tmp_path / "matcher", seen=SEEN)
    fitted, trained = read_seen(tmp_path / "matcher")
    assert fitted["label_group"].tolist() == SEEN.fitted["label_group"].tolist()
    assert trained["image_phash"].tolist() == ["00", "0f"]


def test_of_a_matcher_of_before_nothing_is_known(tmp_path):
    save_matcher(MATCHER, tmp_path / "matcher")
    assert read_seen(tmp_path / "matcher") is None


def test_calibrate_tells_what_it_fitted_on(tmp_path, sample, capsys):
    folder = tmp_path / "matcher"
    flags = [f"--csv={sample / 'train.csv'}", "--systems=idf", f"--matcher={folder}"]
    calibrate.main([*flags, "--limit_rows=50"])
    fitted, trained = read_seen(folder)
    assert len(fitted) == 50 and not len(trained)


@pytest.mark.faults
def test_an_edited_list_is_refused(tmp_path):
    save_matcher(MATCHER, tmp_path / "matcher", seen=SEEN)
    path = tmp_path / "matcher" / "seen.csv"
    path.write_text(path.read_text().replace("train_0", "train_9"))
    with pytest.raises(IntegrityError, match=r"seen\.csv: missing or not what it was"):
        load_matcher(tmp_path / "matcher")


@pytest.mark.faults
def test_a_list_of_something_else_is_refused(tmp_path):
    (tmp_path / "seen.csv").write_text("a,b\n1,2\n")
    with pytest.raises(IntegrityError, match="not readable"):
        read_seen(tmp_path)

"""The matcher: fitted, saved, loaded, it matches as before."""

import numpy as np
import pandas as pd
import pytest

from shopee_tf.data.catalog import catalog_from_frame
from shopee_tf.matcher import fit_matcher, load_matcher, match_catalog, save_matcher
from shopee_tf.metrics import row_f1
from shopee_tf.systems import Source
from tfrecords.errors import DataError, IntegrityError

WORDS = ["kopi", "susu", "teh", "gula", "sabun", "tas", "baju", "topi"]
CATALOG = catalog_from_frame(
    pd.DataFrame(
        {
            "posting_id": [f"p{row}" for row in range(16)],
            "image_phash": [f"{2 ** (row // 2) * 0x1000001:016x}" for row in range(16)],
            "title": [f"{WORDS[row // 2]} murah {row}" for row in range(16)],
            "label_group": [str(row // 2) for row in range(16)],
        }
    )
)
ROWS = np.arange(16, dtype=np.int32)


def fitted():
    return fit_matcher(["phash", "tfidf"], Source(CATALOG), rows=ROWS)


def test_it_finds_what_it_was_fitted_to_find():
    matcher = fitted()
    assert row_f1(match_catalog(matcher, Source(CATALOG)), CATALOG.labels) == pytest.approx(
        matcher.fitted["f1"]
    )


def test_saved_and_loaded_it_is_the_same(tmp_path):
    matcher = fitted()
    save_matcher(matcher, tmp_path / "matcher")
    assert load_matcher(tmp_path / "matcher") == matcher


def test_it_matches_listings_without_labels():
    catalog = catalog_from_frame(CATALOG.frame.drop(columns="label_group"))
    assert match_catalog(fitted(), Source(catalog)) == match_catalog(fitted(), Source(CATALOG))


def test_fitting_needs_labels():
    catalog = catalog_from_frame(CATALOG.frame.drop(columns="label_group"))
    with pytest.raises(DataError, match="label_group"):
        fit_matcher(["tfidf"], Source(catalog), rows=ROWS)


@pytest.mark.parametrize("text", ["", "{}", '{"format": 99}'])
def test_a_damaged_matcher_is_refused(tmp_path, text):
    save_matcher(fitted(), tmp_path / "matcher")
    (tmp_path / "matcher" / "matcher.json").write_text(text)
    with pytest.raises(IntegrityError, match="matcher"):
        load_matcher(tmp_path / "matcher")

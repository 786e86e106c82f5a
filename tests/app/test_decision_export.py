import csv
import io

import pandas as pd
import pytest

from shopee_tf.app.decision_export import HEADER, has_formulas, pairs_csv
from shopee_tf.app.decisions import Decision, History
from shopee_tf.data.catalog import catalog_from_frame


def exported(*decisions, title="tas"):
    table = pd.DataFrame({"posting_id": ["a", "b"], "title": [title, "topi"]})
    text = pairs_csv(History(decisions, 0), catalog_from_frame(table))
    return list(csv.reader(io.StringIO(text)))


def test_a_line_has_ids_label_time_and_titles():
    lines = exported(Decision("a", "b", "same", "now"), Decision("a", "c", "different", "then"))
    assert lines == [
        list(HEADER),
        ["a", "b", "1", "now", "tas", "topi"],
        ["a", "c", "0", "then", "tas", ""],
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_title_is_run_by_a_spreadsheet(start):
    lines = exported(Decision("a", "b", "same", "now"), title=f'{start}HYPERLINK("http://x")')
    assert lines[1][4] == f'\'{start}HYPERLINK("http://x")'


@pytest.mark.parametrize("posting", ["=1+1", "-7", "@a", "007", "NA", 'a,"b"', "a\rb", "a b"])
def test_ids_come_back_as_they_were(posting):
    history = History((Decision("a", posting, "same", "now"),), 0)
    table = pd.DataFrame({"posting_id": ["a", posting], "title": ["tas", "NA"]})
    text = io.StringIO(pairs_csv(history, catalog_from_frame(table)))
    ids = dict.fromkeys(HEADER[:2], str)
    read = pd.read_csv(text, dtype=ids, keep_default_na=False)  # as docs/app.md says
    assert read.to_numpy().tolist() == [["a", posting, 1, "now", "tas", "NA"]]
    assert has_formulas(history) == posting.startswith(("=", "-", "@"))

"""Decided pairs as a csv that a spreadsheet opens without harm."""

import csv
import io

from shopee_tf.app.decisions import SAME, History
from shopee_tf.data.catalog import Catalog
from shopee_tf.data.spreadsheet import safe_cell

HEADER = ("posting_id_1", "posting_id_2", "same", "decided_at", "title_1", "title_2")


def pairs_csv(history: History, catalog: Catalog) -> str:
    """Writes a line for each pair that is decided, the oldest decision first.

    `same` is 1 or 0. Ids and titles are other people's: one that a spreadsheet would run gets an
    apostrophe. The title of a listing that the catalogue lacks is empty.

    Args:
      history: of decisions.
      catalog: where the titles stand.
    """
    titles = dict(zip(catalog.posting_ids, catalog.titles, strict=True))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for (first, second), decision in history.latest.items():
        same = str(int(decision.verdict == SAME))
        strange = [first, second, titles.get(first, ""), titles.get(second, "")]
        one, other, title, other_title = map(safe_cell, strange)
        writer.writerow([one, other, same, decision.when, title, other_title])
    return text.getvalue()

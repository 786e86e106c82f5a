"""Decided pairs as a csv, for whoever learns from them or checks by them."""

import csv
import io

from shopee_tf.app.decisions import SAME, History
from shopee_tf.data.catalog import Catalog
from shopee_tf.data.spreadsheet import safe_cell

HEADER = ("posting_id_1", "posting_id_2", "same", "decided_at", "title_1", "title_2")


def pairs_csv(history: History, catalog: Catalog) -> str:
    """Writes a line for each pair that is decided, the oldest decision first.

    `same` is 1 or 0. Ids are as in the catalogue, to be joined with it. Titles are for people, and
    other people's: one that a spreadsheet would run gets an apostrophe. The title of a listing that
    the catalogue lacks is empty.

    Args:
      history: of decisions.
      catalog: where the titles stand.
    """
    titles = dict(zip(catalog.posting_ids, catalog.titles, strict=True))
    text = io.StringIO()
    # Quoted, since the csv module leaves a lone carriage return bare, which ends a row when read.
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(HEADER)
    for pair, decision in history.latest.items():
        same = int(decision.verdict == SAME)
        said = [safe_cell(titles.get(posting, "")) for posting in pair]
        writer.writerow([*pair, same, decision.when, *said])
    return text.getvalue()


def has_formulas(history: History) -> bool:
    """Whether a spreadsheet would run an id of the csv."""
    return any(safe_cell(posting) != posting for pair in history.latest for posting in pair)

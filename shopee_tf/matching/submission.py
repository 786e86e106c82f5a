"""The submission file: posting_id, matches (ids separated by spaces), as Kaggle wants it."""

import csv
import io
import itertools
import logging
import os
import re
from collections.abc import Sequence

from shopee_tf.data.catalog import Catalog
from shopee_tf.data.text_file import read_text
from shopee_tf.matching.thresholds import MAX_MATCHES
from shopee_tf.metrics import Matches
from tfrecords import files
from tfrecords.errors import DataError

_ID = re.compile(r"[A-Za-z0-9_]+")
_HEADER = ["posting_id", "matches"]


def write_submission(
    matches: Matches,
    catalog: Catalog,
    path: str | os.PathLike,
    *,
    rows: Sequence[int] | None = None,
) -> None:
    """Writes the matches of every row of the catalogue, or of `rows` alone, atomically.

    Raises:
      DataError: a posting id that Kaggle's format cannot hold.
      ValueError: a row without matches, without itself, or with more than 50, or matches of another
        catalogue.
    """
    check_ids(catalog)
    ids = catalog.posting_ids
    asked = list(range(len(catalog)) if rows is None else map(int, rows))
    last = max(itertools.chain(asked, matches, *matches.values()), default=-1)
    if last >= len(catalog) or (rows is None and len(matches) < len(catalog)):
        raise ValueError(
            f"expected matches of the {len(catalog):,} rows of the catalogue, received matches of "
            f"{len(matches):,} rows, with rows up to {last:,}: was another catalogue matched?"
        )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADER)
    for row in asked:
        found = matches.get(row, ())
        if row not in found or len(found) > MAX_MATCHES:
            raise ValueError(
                f"row {row}: expected 1 to {MAX_MATCHES} matches with itself among them"
            )
        writer.writerow([ids[row], " ".join(ids[found])])
    files.write_text(path, text.getvalue())


def check_ids(catalog: Catalog) -> None:
    """Refuses posting ids that Kaggle's format cannot hold, or a spreadsheet would execute.

    Raises:
      DataError: naming the first.
    """
    bad = [str(posting) for posting in catalog.posting_ids if not _ID.fullmatch(posting)]
    if bad:
        raise DataError(
            f"posting_id {bad[0]!r}: a submission holds letters, digits and _ only; rename it"
        )


def read_submission(path: str | os.PathLike, catalog: Catalog) -> Matches:
    """Reads any submission file and joins it to the catalogue by posting id.

    A row that does not list itself is scored as it stands, as Kaggle does.

    Raises:
      DataError: columns other than posting_id and matches, an unknown or repeated id, more than
        50 matches, or a posting of the catalogue that the file lacks; with the line.
    """
    row_of = {posting: row for row, posting in enumerate(catalog.posting_ids)}
    matches: Matches = {}
    for line, (posting, listed) in _lines(path):
        row, *found = _rows([posting, *listed.split()], row_of, f"{path} line {line}")
        if row in matches:
            raise DataError(f"{path} line {line}: posting_id {posting} stands there twice")
        if len(set(found)) != len(found):
            raise DataError(f"{path} line {line}: a match is listed twice")
        if len(found) > MAX_MATCHES:
            raise DataError(f"{path} line {line}: {len(found)} matches, at most {MAX_MATCHES}")
        matches[row] = found
    missing = [posting for posting, row in row_of.items() if row not in matches]
    if missing:
        raise DataError(
            f"{path}: {len(missing)} postings of the catalogue are missing, the first {missing[0]}"
        )
    without_self = sum(row not in found for row, found in matches.items())
    if without_self:
        logging.warning("%s: %d postings do not list themselves", path, without_self)
    return matches


def _lines(path):
    reader = csv.reader(io.StringIO(read_text(path), newline=""))
    if next(reader, None) != _HEADER:
        raise DataError(f"{path}: expected the header line {','.join(_HEADER)}")
    for fields in reader:
        if len(fields) != 2:
            raise DataError(f"{path} line {reader.line_num}: expected 2 fields, saw {len(fields)}")
        yield reader.line_num, fields


def _rows(postings: Sequence[str], row_of: dict[str, int], place: str) -> list[int]:
    unknown = [posting for posting in postings if posting not in row_of]
    if unknown:
        raise DataError(
            f"{place}: {unknown[0]} is not a posting of the catalogue, which has {len(row_of):,}; "
            "was another csv meant, or more of its rows?"
        )
    return [row_of[posting] for posting in postings]

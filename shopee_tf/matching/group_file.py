"""The file of groups: a csv with the columns posting_id and group_id."""

import csv
import io
import os
from collections.abc import Mapping

from shopee_tf.data.text_file import read_text
from tfrecords import files
from tfrecords.errors import DataError, UsageError

_HEADER = ["posting_id", "group_id"]


def write_group_ids(group_ids: Mapping[str, str], path: str | os.PathLike) -> None:
    """Writes the group id of each posting, in order of postings, atomically.

    The file hangs on nothing but what it says: the same groups give the same bytes.

    Args:
      group_ids: posting id -> group id.
      path: the csv, local or remote.

    Raises:
      ValueError: an id is empty.
    """
    text = io.StringIO()
    # Quoted, since the csv module leaves a lone carriage return bare, which ends a row when read.
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(_HEADER)
    for posting in sorted(group_ids):
        if not posting or not group_ids[posting]:
            raise ValueError(f"posting {posting!r} in group {group_ids[posting]!r}: an empty id")
        writer.writerow([posting, group_ids[posting]])
    files.write_text(path, text.getvalue())


def read_group_ids(path: str | os.PathLike) -> dict[str, str]:
    """Reads what `write_group_ids` wrote, or any csv of these two columns.

    Returns:
      posting id -> group id, in the order of the file.

    Raises:
      UsageError: no such file.
      DataError: other columns, a line without two fields, an empty id, a posting twice, an open
        quote, or text that is not UTF-8; with the line.
    """
    if os.path.isdir(path):
        raise UsageError(f"{path} is a folder; give the csv file in it")
    group_ids: dict[str, str] = {}
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        if next(reader, None) != _HEADER:
            raise DataError(f"{path}: expected the header line {','.join(_HEADER)}")
        for fields in reader:
            place = f"{path} line {reader.line_num}"
            if len(fields) != 2 or not all(fields):
                raise DataError(f"{place}: expected a posting_id and a group_id, saw {fields}")
            posting, group = fields
            if posting in group_ids:
                raise DataError(f"{place}: posting_id {posting} stands there twice; keep one line")
            group_ids[posting] = group
    except csv.Error as error:
        raise DataError(f"{path} line {reader.line_num}: {error}; is a quote left open?") from None
    return group_ids

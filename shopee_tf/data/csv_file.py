"""Strict reading of a csv: every row has the header's number of fields, or its line is named."""

import codecs
import csv
import io
import os
from typing import NamedTuple

from tfrecords import files
from tfrecords.errors import DataError, UsageError

csv.field_size_limit(1 << 26)
_OTHER_SEPARATORS = (";", "\t", "|")


class CsvRows(NamedTuple):
    """What a csv file holds, or the first rows of it."""

    header: list[str]
    rows: list[list[str]]
    lines: list[int]  # on which each row ends
    nuls: int  # bytes that were dropped
    more: bool  # whether rows were left unread


def read_rows(
    path: str | os.PathLike, *, encoding: str = "utf-8", limit_rows: int | None = None
) -> CsvRows:
    """Reads a csv file, local or remote.

    Args:
      path: the file.
      encoding: of its text; a byte order mark is allowed.
      limit_rows: read only so many rows.

    Raises:
      UsageError: no such file, or no such encoding.
      DataError: naming the file and the line.
    """
    text = _text(path, encoding)
    nuls = text.count("\0")
    stream = io.StringIO(text.replace("\0", ""), newline="")
    reader = csv.reader(stream, strict=True)
    rows, lines = [], []
    try:
        header = next(reader, None)
        if not header:
            raise DataError(f"{path} is empty; expected a header line with posting_id and title")
        _check_header(path, header)
        for fields in reader:
            if not fields:
                continue
            if len(fields) != len(header):
                raise DataError(
                    f"{path} line {reader.line_num}: expected {len(header)} fields "
                    f"(as many as the header has), saw {len(fields)}"
                )
            rows.append(fields)
            lines.append(reader.line_num)
            if len(rows) == limit_rows:
                break
    except csv.Error as error:
        raise DataError(f"{path} line {reader.line_num}: {error}; is a quote left open?") from None
    if not rows:
        raise DataError(f"{path} has a header and no rows")
    more = any(line.strip("\r\n") for line in stream)
    return CsvRows(header, rows, lines, nuls, more)


def _text(path, encoding):
    try:
        with files.open_read(path) as file:
            raw = file.read()
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder; give the csv file in it") from None
    try:
        codec = codecs.lookup(encoding).name
    except LookupError:
        raise UsageError(f"--csv_encoding={encoding}: no such encoding; try latin-1") from None
    try:
        return raw.decode("utf-8-sig" if codec == "utf-8" else codec)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        other = (
            "utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "latin-1"
        )
        raise DataError(
            f"{path} is not {encoding.upper()} at byte {error.start} (line {line}); convert it "
            f"with iconv -f {other} -t utf-8, or pass --csv_encoding={other}"
        ) from None


def _check_header(path, header):
    other = [sign for sign in _OTHER_SEPARATORS if len(header) == 1 and sign in header[0]]
    if other:
        raise DataError(
            f"{path} line 1: the header is separated by {other[0]!r}, expected ','; save the file "
            "as one with commas"
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise DataError(f"{path} line 1: column {twice[0]} stands there twice")

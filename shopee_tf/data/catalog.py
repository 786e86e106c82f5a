"""The catalogue: a table of listings, read strictly, each known by its integer row."""

import csv
import dataclasses
import functools
import hashlib
import io
import logging
import os
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from shopee_tf.data.catalog_checks import check_columns, check_values, without_repeats
from shopee_tf.data.csv_file import read_rows
from shopee_tf.data.cudf_frame import as_cudf
from shopee_tf.data.titles import MAX_TITLE_CHARS, clean_title, has_byte_escapes
from tfrecords import files
from tfrecords.errors import DataError, UsageError
from tfrecords.wording import counted

_log = logging.getLogger(__name__)

ENGINES = ("pandas", "cudf")
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")  # NUL and lone surrogates: no UTF-8 file has them


@dataclasses.dataclass(frozen=True)
class Catalog:
    """Listings in order. A listing's `row`, 0 to n-1, is how everything else refers to it."""

    frame: pd.DataFrame
    """All columns as text, indexed by row."""
    notes: dict[str, int] = dataclasses.field(default_factory=dict, compare=False)
    """What was counted while reading, by name, where it is not 0: nul_dropped, duplicate_rows,
    products_of_one, titles_cut, titles_with_escapes, titles_empty."""
    cudf_frame: Any = dataclasses.field(default=None, compare=False)
    """`frame` as a cuDF frame on the GPU, for the work of RAPIDS; None unless asked for."""

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def posting_ids(self) -> np.ndarray:
        """[n] str."""
        return self._column("posting_id")

    @property
    def titles(self) -> np.ndarray:
        """[n] str, cleaned."""
        return self._column("title")

    @property
    def images(self) -> np.ndarray | None:
        """[n] str, file names; None where the csv has no such column."""
        return self._column("image")

    @property
    def image_phashes(self) -> np.ndarray | None:
        """[n] str, 16 hex digits or empty; None where the csv has no such column."""
        return self._column("image_phash")

    @property
    def label_groups(self) -> np.ndarray | None:
        """[n] str, the product of each listing; None where the csv has no such column."""
        return self._column("label_group")

    @functools.cached_property
    def labels(self) -> np.ndarray | None:
        """[n] int32, label groups numbered densely in sorted order; None without the column."""
        if self.label_groups is None:
            return None
        return np.unique(self.label_groups, return_inverse=True)[1].astype(np.int32)

    @functools.cached_property
    def ids_sha256(self) -> str:
        """The sha256 of the posting ids in order: tells two catalogues apart."""
        return hashlib.sha256("\n".join(self.posting_ids).encode()).hexdigest()

    @functools.cached_property
    def listings_sha256(self) -> str:
        """The sha256 of ids, titles and photo names in order: what encoders see of a catalogue."""
        columns = [name for name in ("posting_id", "title", "image") if name in self.frame]
        lines = ("\t".join(row) for row in self.frame[columns].itertuples(index=False))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def take(self, rows: Sequence[int]) -> "Catalog":
        """A catalogue of these rows, numbered anew."""
        return self._of(self.frame.iloc[list(rows)].reset_index(drop=True), {})

    def with_column(self, name: str, values: Sequence[str]) -> "Catalog":
        """A catalogue with a column added or replaced."""
        return self._of(self.frame.assign(**{name: _texts(values)}), self.notes)

    def _of(self, frame: pd.DataFrame, notes: dict[str, int]) -> "Catalog":
        return Catalog(frame, notes, None if self.cudf_frame is None else as_cudf(frame))

    def _column(self, name: str) -> np.ndarray | None:
        return self.frame[name].to_numpy(object) if name in self.frame else None


def read_catalog(
    path: str | os.PathLike,
    *,
    require: Sequence[str] = (),
    labels: bool | str = True,
    encoding: str = "utf-8",
    max_title_chars: int = MAX_TITLE_CHARS,
    decode_byte_titles: bool = True,
    limit_rows: int | None = None,
    engine: str = "pandas",
) -> Catalog:
    """Reads a csv of listings.

    Needed: posting_id, title. Known: image, image_phash, label_group, price, currency, url. Other
    columns are kept as text.

    Args:
      path: the csv, local or remote.
      require: further columns that the caller needs.
      labels: False leaves the column label_group out, for work that needs no labels: then a
        catalogue may have it filled in part. "if filled" leaves it out where it is empty in any
        row, with a warning, for work that shows more where there are labels.
      encoding: of the file.
      max_title_chars: longer titles are cut, and counted in `notes`.
      decode_byte_titles: undo literal byte escapes in titles.
      limit_rows: read only the first so many rows.
      engine: "pandas", or "cudf" for a `cudf_frame` beside the frame. Either way the csv is read by
        the one strict reader, which names the line of a fault.

    Raises:
      UsageError: no such file, no such encoding, no such engine, or another value of `labels`.
      DataError: naming the file, the line and what to do.
      ResourceError: the engine is "cudf", and it or a GPU is not there.
    """
    if engine not in ENGINES:
        raise UsageError(f"engine must be one of {', '.join(ENGINES)}, received {engine!r}")
    if labels not in (True, False, "if filled"):
        raise UsageError(f"labels must be True, False or 'if filled', received {labels!r}")
    header, rows, lines, nuls, _ = read_rows(path, encoding=encoding, limit_rows=limit_rows)
    check_columns(header, require, str(path))
    frame = pd.DataFrame(rows, columns=header, dtype=object)
    if not labels or (labels == "if filled" and _has_gaps(frame, str(path))):
        frame = frame.drop(columns="label_group", errors="ignore")
    places = [f"{path} line {line}" for line in lines]
    titles = functools.partial(
        _clean_titles, max_chars=max_title_chars, decode_bytes=decode_byte_titles
    )
    catalog = _checked(frame, places, str(path), {"nul_dropped": nuls}, titles)
    if engine == "cudf":
        return dataclasses.replace(catalog, cudf_frame=as_cudf(catalog.frame))
    return catalog


def _has_gaps(frame, place) -> bool:
    if "label_group" not in frame:
        return False
    empty = int((frame["label_group"] == "").sum())
    if empty:
        _log.warning(
            "%s: label_group is empty in %s of %s; left out",
            place, f"{empty:,}", counted(len(frame), "row"),
        )  # fmt: skip
    return empty > 0


def catalog_from_frame(frame: pd.DataFrame) -> Catalog:
    """Makes a catalogue of a table in memory, with the checks of `read_catalog`.

    Missing values become empty texts, numbers their digits.

    Raises:
      DataError: naming the row and what to do.
    """
    check_columns(list(frame.columns), (), "the table")
    if frame.empty:
        raise DataError("the table has no rows")
    if not frame.columns.is_unique:
        raise DataError(f"the table has a column twice: {', '.join(map(str, frame.columns))}")
    text = frame.astype(object).mask(frame.isna(), "")
    text = text.map(lambda value: _UNWRITABLE.sub("", str(value))).reset_index(drop=True)
    return _checked(text, [f"row {row}" for row in text.index], "the table", {}, _clean_titles)


def write_catalog(catalog: Catalog, path: str | os.PathLike) -> None:
    """Writes a csv that `read_catalog` reads back as it was, atomically."""
    text = _as_csv(catalog.frame, csv.QUOTE_MINIMAL)
    if "\r" in text:  # left unquoted by the csv module, and read as the end of a row
        text = _as_csv(catalog.frame, csv.QUOTE_ALL)
    files.write_text(path, text)


def _as_csv(frame, quoting):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=quoting)
    writer.writerow(frame.columns)
    writer.writerows(frame.itertuples(index=False))
    return text.getvalue()


def _texts(values) -> np.ndarray:
    return np.array([str(value) for value in values], object)


def _checked(frame, places, place, notes, clean):
    frame, places = without_repeats(frame, np.array(places, object), place, notes)
    check_values(frame, places, notes)
    columns = {name: _texts(frame[name]) for name in frame.columns}
    columns["title"] = clean(columns["title"], notes)
    table = pd.DataFrame(columns, index=range(len(frame)), dtype=object)
    return Catalog(table, {name: count for name, count in notes.items() if count})


def _clean_titles(titles, notes, *, max_chars=MAX_TITLE_CHARS, decode_bytes=True):
    def clean(title, limit=max_chars):
        return clean_title(title, max_chars=limit, decode_bytes=decode_bytes)

    long = [title for title in titles if len(title) > max_chars]
    notes["titles_cut"] = sum(len(clean(title, 2 * max_chars)) > max_chars for title in long)
    if decode_bytes:
        notes["titles_with_escapes"] = sum(has_byte_escapes(title) for title in titles)
    cleaned = _texts([clean(title) for title in titles])
    notes["titles_empty"] = int((cleaned == "").sum())
    return cleaned

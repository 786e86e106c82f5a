"""The catalogue: a table of listings, read strictly, each known by its integer row."""

import csv
import dataclasses
import functools
import hashlib
import io
import os
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from shopee_tf.data.csv_file import read_rows
from shopee_tf.data.titles import MAX_TITLE_CHARS, clean_title
from tfrecords import files
from tfrecords.errors import DataError

REQUIRED = ("posting_id", "title")
_INTEGER = re.compile(r"[+-]?\d+")


@dataclasses.dataclass(frozen=True)
class Catalog:
    """Listings in order. A listing's `row`, 0 to n-1, is how everything else refers to it."""

    frame: pd.DataFrame
    """All columns as text, indexed by row."""
    notes: dict[str, int] = dataclasses.field(default_factory=dict, compare=False)
    """What was counted while reading: titles cut, NULs dropped, duplicates left out."""

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

    def take(self, rows: Sequence[int]) -> "Catalog":
        """A catalogue of these rows, numbered anew."""
        return Catalog(self.frame.iloc[list(rows)].reset_index(drop=True))

    def with_column(self, name: str, values: Sequence[str]) -> "Catalog":
        """A catalogue with a column added or replaced."""
        return Catalog(self.frame.assign(**{name: _texts(values)}), self.notes)

    def _column(self, name: str) -> np.ndarray | None:
        return self.frame[name].to_numpy(object) if name in self.frame else None


def read_catalog(
    path: str | os.PathLike,
    *,
    require: Sequence[str] = (),
    encoding: str = "utf-8",
    max_title_chars: int = MAX_TITLE_CHARS,
    decode_byte_titles: bool = True,
    limit_rows: int | None = None,
) -> Catalog:
    """Reads a csv of listings.

    Needed: posting_id, title. Known: image, image_phash, label_group, price, currency, url. Other
    columns are kept as text.

    Args:
      path: the csv, local or remote.
      require: further columns that the caller needs.
      encoding: of the file.
      max_title_chars: longer titles are cut, and counted in `notes`.
      decode_byte_titles: undo literal byte escapes in titles.
      limit_rows: read only the first so many rows.

    Raises:
      DataError: naming the file, the line and what to do.
    """
    header, rows, lines, nuls = read_rows(path, encoding=encoding, limit_rows=limit_rows)
    frame = pd.DataFrame(rows, columns=header, dtype=object)
    _check_columns(header, require, str(path))
    notes = {"nul_dropped": nuls}
    frame, lines = _without_repeats(frame, np.array(lines), str(path), notes)
    _check_values(frame, [f"{path} line {line}" for line in lines])
    frame["title"] = _clean_titles(frame["title"], max_title_chars, decode_byte_titles, notes)
    return Catalog(_as_text(frame), {name: count for name, count in notes.items() if count})


def catalog_from_frame(frame: pd.DataFrame) -> Catalog:
    """Makes a catalogue of a table in memory, with the checks of `read_catalog`.

    Raises:
      DataError: naming the row and what to do.
    """
    _check_columns(list(frame.columns), (), "the table")
    notes: dict[str, int] = {}
    text = _as_text(frame)
    text, rows = _without_repeats(text, np.arange(len(frame)), "the table", notes)
    _check_values(text, [f"row {row}" for row in rows])
    text["title"] = _clean_titles(text["title"], MAX_TITLE_CHARS, True, notes)
    return Catalog(_as_text(text), {name: count for name, count in notes.items() if count})


def write_catalog(catalog: Catalog, path: str | os.PathLike) -> None:
    """Writes a csv that `read_catalog` reads back as it was, atomically."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(catalog.frame.columns)
    writer.writerows(catalog.frame.itertuples(index=False))
    files.write_text(path, text.getvalue())


def _texts(values) -> np.ndarray:
    return np.array([str(value) for value in values], object)


def _as_text(frame):
    columns = {name: _texts(frame[name]) for name in frame.columns}
    return pd.DataFrame(columns, index=range(len(frame)), dtype=object)


def _check_columns(header, require, place):
    for name in (*REQUIRED, *require):
        if name not in header:
            hint = "; it names the product of each listing" if name == "label_group" else ""
            raise DataError(f"{place}: missing column {name}; found {', '.join(header)}{hint}")


def _without_repeats(frame, places, place, notes):
    """Leaves out rows that repeat an earlier one; the same id on another listing is refused."""
    repeated = frame.duplicated("posting_id", keep=False)
    if not repeated.any():
        return frame, places
    same = frame.duplicated(keep="first")
    kept = frame[~same]
    conflicts = kept.loc[kept.duplicated("posting_id"), "posting_id"].unique()
    if len(conflicts):
        shown = ", ".join(conflicts[:5])
        raise DataError(
            f"{place}: {len(conflicts)} posting_id stand on listings that differ: {shown}; "
            "give each listing an id of its own"
        )
    notes["duplicate_rows"] = int(same.sum())
    return kept, places[~same.to_numpy()]


def _check_values(frame, places):
    for position, posting in enumerate(frame["posting_id"]):
        if not posting.strip():
            raise DataError(f"{places[position]}: empty posting_id")
    if "label_group" in frame:
        for position, group in enumerate(frame["label_group"]):
            if not _INTEGER.fullmatch(group):
                raise DataError(
                    f"{places[position]}: label_group {group!r} is not a whole number"
                )


def _clean_titles(titles, max_chars, decode_bytes, notes):
    notes["titles_cut"] = int((titles.str.len() > max_chars).sum())
    notes["titles_with_escapes"] = int(titles.str.contains(r"\\x[0-9a-fA-F]{2}").sum())
    cleaned = [clean_title(t, max_chars=max_chars, decode_bytes=decode_bytes) for t in titles]
    notes["titles_empty"] = sum(not title for title in cleaned)
    return _texts(cleaned)

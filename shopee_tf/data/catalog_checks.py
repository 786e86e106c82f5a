"""What a table of listings must be before it is a catalogue; an error names the place."""

import difflib
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from tfrecords.errors import DataError

REQUIRED = ("posting_id", "title")
_KNOWN = {*REQUIRED, "label_group", "image", "image_phash"}
_PHASH = re.compile(r"[0-9a-fA-F]{16}")
_INTEGER = re.compile(r"[+-]?[0-9]+")


def check_columns(header: Sequence[str], require: Sequence[str], place: str) -> None:
    """Refuses a table that lacks columns, naming all of these and those it has."""
    missing = [name for name in dict.fromkeys((*REQUIRED, *require)) if name not in header]
    if not missing:
        return
    found = [str(name) for name in header]
    close = {name: _close(name, found) for name in missing}
    meant = [f"{other!r} for {name}" for name, other in close.items() if other is not None]
    hint = f"; is {', '.join(meant)} meant?" if meant else ""
    if "label_group" in missing:
        hint += "; label_group names the product of each listing"
    lacks = f"missing columns {', '.join(missing)}"
    if len(missing) == 1:
        lacks = f"missing column {missing[0]}"
    raise DataError(f"{place}: {lacks}; found {', '.join(map(repr, found))}{hint}")


def _close(name: str, found: Sequence[str]) -> str | None:
    """The column that was meant, perhaps: of another case, with spaces, or misspelt."""
    plain = {other.strip().lower(): other for other in found if other not in _KNOWN}
    close = difflib.get_close_matches(name, plain, n=1)
    return plain[close[0]] if close else None


def without_repeats(
    frame: pd.DataFrame, places: np.ndarray, place: str, notes: dict[str, int]
) -> tuple[pd.DataFrame, np.ndarray]:
    """Leaves out rows that repeat an earlier one; the same id on another listing is refused."""
    repeated = frame.duplicated("posting_id", keep=False)
    if not repeated.any():
        return frame, places
    same = frame.duplicated(keep="first")
    kept = frame[~same]
    conflicts = kept.loc[kept.duplicated("posting_id"), "posting_id"].unique()
    if len(conflicts):
        shown = ", ".join(conflicts[:5]) + ", ..." * (len(conflicts) > 5)
        ids = "a posting_id" if len(conflicts) == 1 else f"{len(conflicts):,} posting_ids"
        raise DataError(
            f"{place}: listings that differ share {ids}: {shown}; give each listing an id of its "
            "own"
        )
    notes["duplicate_rows"] = int(same.sum())
    return kept, places[~same.to_numpy()]


def check_values(frame: pd.DataFrame, places: np.ndarray, notes: dict[str, int]) -> None:
    """Refuses an empty posting_id, a hash that is none, a label_group that is no whole number."""
    for place, posting in zip(places, frame["posting_id"], strict=True):
        if not posting.strip():
            raise DataError(f"{place}: empty posting_id")
    for place, phash in zip(places, frame.get("image_phash", ()), strict=False):
        if phash and not _PHASH.fullmatch(phash):
            raise DataError(f"{place}: image_phash {phash!r} is not 16 hex digits")
    if "label_group" not in frame:
        return
    for place, group in zip(places, frame["label_group"], strict=True):
        if not _INTEGER.fullmatch(group):
            raise DataError(
                f"{place}: label_group {group!r} is not a whole number; number your products, and "
                "leave listings without a product out"
            )
    notes["products_of_one"] = int((frame["label_group"].value_counts() == 1).sum())

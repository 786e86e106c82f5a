"""What the page is opened on, as one argument of its script."""

import json
from typing import NamedTuple


class Settings(NamedTuple):
    """The files that the page shows and keeps."""

    matcher: str  # folder that calibrate wrote
    csv: str
    csv_encoding: str = "utf-8"
    limit_rows: int | None = None
    images: str | None = None  # folder of the catalogue's photos
    decisions: str = "decisions.jsonl"  # where the decisions of reviewers are kept


def as_argument(settings: Settings) -> str:
    """One word of a command line.

    Example:
      >>> from_argument(as_argument(Settings("runs/matcher", "new.csv"))).csv
      'new.csv'
    """
    return json.dumps(settings._asdict())


def from_argument(word: str) -> Settings:
    """Reads what `as_argument` wrote."""
    return Settings(**json.loads(word))

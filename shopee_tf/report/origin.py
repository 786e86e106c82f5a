"""What a report tells of its own making: its title, and the line below it."""

import datetime
import os
from collections.abc import Mapping, Sequence

from shopee_tf.systems.grammar import short_names
from shopee_tf.version import VERSION


def report_title(csv: str) -> str:
    """The title of a report on a csv.

    Example:
      >>> report_title("data/train.csv")
      'Report of train.csv'
    """
    return f"Report of {_name(csv)}"


def origin_line(
    csv: str, given: Mapping[str, str | Sequence[str] | None], *, day: datetime.date
) -> str:
    """Tells what a report was made of, by which version, and when.

    Args:
      csv: of the catalogue.
      given: what was given beside it, a path or several, by name; None or none for nothing.
      day: on which it is made.

    Example:
      >>> given = {"images": "data/photos/", "matcher": None, "runs": ["runs/image", "runs/text"]}
      >>> origin_line("data/train.csv", given, day=datetime.date(2026, 5, 4)).split(". ")[0]
      'Made of train.csv; images: photos; runs: image, text'
    """
    parts = [_name(csv)]
    for kind, paths in given.items():
        if paths:
            names = [_name(paths)] if isinstance(paths, str) else _apart(paths)
            parts.append(f"{kind}: {', '.join(names)}")
    return f"Made of {'; '.join(parts)}. By shopee_tf {VERSION} on {day:%Y-%m-%d}."


def _apart(paths: Sequence[str]) -> list[str]:
    return list(short_names([os.path.normpath(path) for path in paths]).values())


def _name(path: str) -> str:
    """The last part of a path; that of the folder it stands for where it is one such as "."."""
    return os.path.basename(os.path.abspath(path)) or path

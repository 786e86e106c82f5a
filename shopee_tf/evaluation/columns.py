"""Tables as text."""

from collections.abc import Sequence


def in_columns(lines: Sequence[Sequence[str]]) -> str:
    """Lays lines of cells out in columns, with a rule below the first.

    Example:
      >>> print(in_columns([("system", "F1"), ("phash", "0.6")]))
      system  F1
      ------  ---
      phash   0.6
    """
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rule = ["-" * width for width in widths]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in [lines[0], rule, *lines[1:]]
    )

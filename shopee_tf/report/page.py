"""The page: sections as one HTML file that needs nothing else and runs nothing."""

import base64
import hashlib
import importlib.resources
import re
import struct
from collections.abc import Sequence
from typing import NamedTuple

from shopee_tf.evaluation.plot import figure_class
from shopee_tf.report.blocks import MARKS, Block, Section, Table
from tfrecords.errors import ResourceError

_SHORT = 20  # characters
_NUMBER = re.compile(r"(?:\+-|[-+\u2212])?[\d.,]+( ?%)?|-|")
_SHARE = re.compile(r"(\d) %")


def render(title: str, sections: Sequence[Section], *, origin: str = "") -> str:
    """Writes sections as HTML, with a table of contents.

    There is no script in it, and its content security policy (https://www.w3.org/TR/CSP3) allows
    none, nor anything from elsewhere. Jinja2 escapes all that is put in.

    Args:
      title: of the page.
      sections: in their order; their names differ.
      origin: what it was made of, a line below the title.

    Raises:
      ResourceError: Jinja2 is not installed.
    """
    environment = _environment()
    style = _resource("page.css")
    placed = [_placed(section) for section in sections]
    return environment.from_string(_resource("page.html")).render(
        title=title,
        origin=origin,
        marks=MARKS,
        sections=placed,
        style=_trusted(style),
        style_hash=_style_hash(style),
    )


def check_page() -> None:
    """Sees to it that a page can be made, before what is to stand on it.

    Raises:
      ResourceError: Jinja2 or matplotlib is not installed.
    """
    _environment()
    figure_class()


class _Placed(NamedTuple):
    """A block with the place that a link leads to; None where it has no title."""

    kind: str
    block: Block
    anchor: str | None


def _placed(section: Section):
    blocks = [
        _Placed(
            type(block).__name__.lower(),
            block,
            f"{section.name}-{place}" if getattr(block, "title", "") else None,
        )
        for place, block in enumerate(section.blocks, start=1)
    ]
    return section._replace(blocks=tuple(blocks))


def _environment():
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError as error:
        raise ResourceError(f"a report: {error}; pip install 'shopee_tf[report]'") from None
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "base64": _base64,
        "numeric_columns": numeric_columns,
        "png_size": _png_size,
        "short_columns": short_columns,
        "unbroken": lambda text: _SHARE.sub("\\1\N{NO-BREAK SPACE}%", text),
    }
    return environment


def numeric_columns(table: Table) -> list[bool]:
    """Tells for each column of a table whether it holds numbers alone.

    Example:
      >>> numeric_columns(Table("", ("system", "F1"), (("idf", "0.66"), ("none", "-"))))
      [False, True]
    """
    columns = zip(*table.rows) if table.rows else [() for _ in table.header]
    return [bool(cells) and all(map(_NUMBER.fullmatch, cells)) for cells in columns]


def short_columns(table: Table) -> list[bool]:
    """Tells for each column of a table whether its cells are so short that none needs a break.

    Example:
      >>> short_columns(Table("", ("protocol", "title"), (("held-out 0/5", 9 * "tas "),)))
      [True, False]
    """
    columns = zip(*table.rows) if table.rows else [() for _ in table.header]
    return [max(map(len, cells), default=0) <= _SHORT for cells in columns]


def _png_size(data: bytes) -> tuple[int, int]:
    """Width and height of a picture, which the page keeps free until it is drawn."""
    return struct.unpack(">II", data[16:24])


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _resource(name: str) -> str:
    return importlib.resources.files("shopee_tf.report").joinpath(name).read_text("utf-8")


def _style_hash(style: str) -> str:
    return "sha256-" + _base64(hashlib.sha256(style.encode()).digest())


def _trusted(style: str):
    """Our own style sheet, which is not to be escaped."""
    from markupsafe import Markup

    return Markup(style)

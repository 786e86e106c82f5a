"""What a report is made of: sections of texts, tables, figures and galleries."""

from collections.abc import Sequence
from typing import NamedTuple


class Text(NamedTuple):
    """A paragraph."""

    text: str


class Table(NamedTuple):
    """Figures or words in columns; a column of numbers is set to the right."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]  # each as long as the header
    caption: str = ""


def as_table(title: str, lines: Sequence[tuple[str, ...]], caption: str = "") -> Table:
    """Makes a table of lines of cells, the header first."""
    header, *rows = lines
    return Table(title, header, tuple(rows), caption)


class Figure(NamedTuple):
    """A drawing."""

    name: str  # of its file, without folder and ending
    title: str
    png: bytes
    caption: str = ""


class Listing(NamedTuple):
    """A listing, as a gallery shows it."""

    posting_id: str
    title: str
    photo: str | None  # a data: URI; None where there is none
    note: str = ""
    mark: str = ""  # of `MARKS`, or none


MARKS = ("query", "right", "wrong", "missed")
"""What a listing may be marked as: asked about, found rightly, found wrongly, not found."""


class GalleryRow(NamedTuple):
    """Listings side by side. Where none of them has a photo, titles stand alone."""

    caption: str
    listings: tuple[Listing, ...]


class Gallery(NamedTuple):
    """Rows of listings."""

    title: str
    rows: tuple[GalleryRow, ...]
    caption: str = ""


Block = Text | Table | Figure | Gallery


class Section(NamedTuple):
    """A part of the report. What has no title belongs to what stands before it."""

    name: str  # one word, for links
    title: str
    blocks: tuple[Block, ...]

    @property
    def filled(self) -> bool:
        """Whether there is more in it than words, which tell what it lacks."""
        return not all(isinstance(block, Text) for block in self.blocks)

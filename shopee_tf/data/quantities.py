"""Quantities in a title: numbers with a unit, and sizes such as 60 x 90 cm."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from shopee_tf.data.units import UNITS, Unit, write_amount, write_number

_SPELLINGS = "|".join(sorted(UNITS, key=len, reverse=True))
# 1/2, 3/4, 5/16 before a unit, but 4/64 GB are two sizes of memory and 10/100 m two speeds. NFKC
# writes the one character for a half with a slash of its own, so that 1½ becomes 11⁄2.
_FRACTION = (
    r"(?:(?:[1-9][ -])?(?:1/[234]|2/3|3/4|[1357]/8|(?:[13579]|1[135])/16)"
    r"|(?:[1-9][ -]?)?(?:1\u2044[234]|2\u20443|3\u20444|[1357]\u20448))"
    rf"(?=(?:\"|(?ai:in|\s?(?!(?ai:[mgt]b|giga))(?:{_SPELLINGS})))(?:[\W_]|$))"
)
# No part repeats without a bound, so time is linear in the title. Letters are compared as ASCII:
# else a dotted capital I would match an i, and be no spelling of any unit.
_NUMBER = re.compile(
    r"(?:(?P<contents>\b(?ai:isi)[\s:]{0,2})|(?<=\b[xX])|(?<=[a-zA-Z0-9][xX])"
    r"|(?<!\w)(?<![0-9][.,])(?<!\s\.))"
    rf"(?P<number>{_FRACTION}|[1-9][0-9]{{0,2}}(?:(?:\s000){{1,2}}|(?:[.,]000){{2}})|[0-9]{{1,9}}(?:[.,_][0-9]{{1,4}})?)"
    r"(?![.,_]?[0-9])"
    rf"(?:\s?(?P<unit>(?ai:{_SPELLINGS}|(?<=[0-9])in|(?<=[0-9])\")))?"
    r"(?=[xX][0-9]|[\W_]|$)"
)
TIMES = re.compile(r"\s?[xX×*]\s?")
"""What stands between the numbers of a size or of a multiple."""
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:[.,\s][0-9]{3}){1,2}")
_LARGE = ("kg", "l", "m", "tb", "kw")  # 1.250 kg is a little more than one, 1.250 g is many


class Quantity(NamedTuple):
    """An amount, or a size of two or three, at its place in a title."""

    start: int
    end: int
    dimension: str | None  # a key of `units.SYMBOLS`; None for a size without a unit
    amounts: tuple[float, ...]  # in base units of the dimension

    def __str__(self) -> str:
        if self.dimension is None:
            return "x".join(map(write_number, self.amounts))
        return "x".join(write_amount(amount, self.dimension) for amount in self.amounts)


def find_quantities(title: str) -> list[Quantity]:
    """Finds the quantities of a title, from left to right.

    Reads decimal points and commas, thousands ("10.000 mAh", "1 000 gr"), fractions ("1/2 kg",
    "1 1/4 inch"), contents ("isi 12"), sizes ("60x90 cm") and multiples ("10 x 20 gr": ten pieces,
    twenty grams). Numbers that stand for neither are left out.

    Example:
      >>> [str(found) for found in find_quantities("Gula 0,25kg isi 12, taplak 60 x 90 cm")]
      ['250g', '12pcs', '60cmx90cm']
    """
    return [quantity for run in _runs(title) for quantity in _read_run(run)]


def _runs(title: str) -> Iterator[list[re.Match]]:
    """Numbers, those joined by a multiplication sign together."""
    run: list[re.Match] = []
    for match in _NUMBER.finditer(title):
        if run and not TIMES.fullmatch(title, run[-1].end(), match.start()):
            yield run
            run = []
        run.append(match)
    if run:
        yield run


def _read_run(run: list[re.Match]) -> Iterator[Quantity]:
    units = [_unit(match) for match in run]
    dimensions = {unit.dimension for unit in units if unit is not None}
    if len(run) > 1 and dimensions <= {"length"} or dimensions == {"inch"}:
        unit = next((unit for unit in reversed(units) if unit is not None), Unit(None, 1))
        amounts = tuple(_amount(match, own or unit) for match, own in zip(run, units, strict=True))
        yield Quantity(run[0].start(), run[-1].end(), unit.dimension, amounts)
        return
    for match, unit in zip(run, units, strict=True):
        if unit is None and len(run) > 1:
            unit = UNITS["pcs"]
        if unit is not None:
            amount = _amount(match, unit)
            yield Quantity(match.start(), match.end(), unit.dimension, (amount,))


def _unit(match: re.Match) -> Unit | None:
    spelling = match["unit"]
    if spelling is None:
        return UNITS["pcs"] if match["contents"] else None
    return UNITS["inch"] if spelling.lower() in ("in", '"') else UNITS[spelling.lower()]


def _amount(match: re.Match, unit: Unit) -> float:
    number = match["number"]
    large = any(unit == UNITS[symbol] for symbol in _LARGE)
    if _THOUSANDS.fullmatch(number) and not (large and len(re.findall("[.,]", number)) == 1):
        return float(re.sub(r"[.,\s]", "", number)) * unit.scale
    if "/" in number or "\u2044" in number:
        return round(_fraction(number) * unit.scale, 4)
    return round(float(re.sub(r"[,_]", ".", number)) * unit.scale, 4)


def _fraction(number: str) -> float:
    """1/2, 1 1/2, 1-1/2, or 11⁄2 for the one and a half that has a character for its half."""
    above, slash, below = number.replace("-", " ").rpartition("/" if "/" in number else "\u2044")
    if slash == "\u2044":
        above = f"{above[:-1]} {above[-1]}"
    *whole, above = above.split()
    return int(*whole) + int(above) / int(below)

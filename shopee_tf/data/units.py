"""Units of measure as Indonesian and English sellers write them."""

from typing import NamedTuple


class Unit(NamedTuple):
    """A unit of one dimension: `scale` of the dimension's base units."""

    dimension: str
    scale: int


# The base of each dimension comes first; amounts are written in the largest that leaves them whole.
# An inch is a dimension of its own, for what is sold by the inch is not sold by the centimetre.
SYMBOLS = {
    "mass": {"mg": 1, "g": 1000, "kg": 1_000_000},
    "volume": {"ml": 1, "l": 1000},
    "length": {"mm": 1, "cm": 10, "m": 1000},
    "inch": {"inch": 1},
    "memory": {"mb": 1, "gb": 1024, "tb": 1024 * 1024},
    "power": {"w": 1, "kw": 1000},
    "charge": {"mah": 1},
    "voltage": {"v": 1},
    "pieces": {"pcs": 1},
    "sheets": {"lembar": 1},
    "sachets": {"sachet": 1},
    "capsules": {"kapsul": 1},
    "tablets": {"tablet": 1},
    "pairs": {"pasang": 1},
    "packs": {"pack": 1},
    "boxes": {"box": 1},
    "sets": {"set": 1},
    "layers": {"ply": 1},
    "tiers": {"susun": 1},
    "yards": {"yard": 1},
    "years": {"tahun": 1},
    "months": {"bulan": 1},
}

_SPELLINGS = {
    "g": "gr gram grams grm gm grs",
    "kg": "kilo kilogram kilograms kgs",
    "mg": "miligram milligram",
    "ml": "mili mililiter milliliter cc",
    "l": "liter litre liters litres ltr lt",
    "mm": "milimeter millimeter",
    "cm": "centimeter sentimeter centi senti",
    "m": "meter metre meters mtr mtrs",
    "inch": "inches inci inchi",
    "gb": "giga gigabyte",
    "tb": "tera terabyte",
    "w": "watt watts wat",
    "v": "volt volts",
    "mah": "miliampere",
    "pcs": "pc pieces piece psc pce buah bh biji butir",
    "lembar": "lbr sheet sheets helai",
    "sachet": "sachets saset sct",
    "kapsul": "capsule capsules caps kaps",
    "tablet": "tablets tab",
    "pasang": "pair pairs",
    "pack": "packs pak pck bungkus bks",
    "box": "boxes kotak dus",
    "ply": "lapis layer layers",
    "susun": "tingkat tier tiers",
    "tahun": "thn year years",
    "bulan": "bln month months",
}

UNITS = {
    symbol: Unit(dimension, scale)
    for dimension, symbols in SYMBOLS.items()
    for symbol, scale in symbols.items()
}
UNITS |= {
    spelling: UNITS[symbol]
    for symbol, spellings in _SPELLINGS.items()
    for spelling in spellings.split()
}
UNITS |= {"lusin": Unit("pieces", 12), "kodi": Unit("pieces", 20), "rim": Unit("sheets", 500)}
"""Every spelling, lower case, and the unit it stands for."""


def write_amount(amount: float, dimension: str) -> str:
    """Writes an amount as one word, the same however it was spelled.

    Args:
      amount: in base units of its dimension.
      dimension: a key of `SYMBOLS`.

    Example:
      >>> [write_amount(250_000, "mass"), write_amount(1500, "volume"), write_amount(4.5, "length")]
      ['250g', '1500ml', '4_5mm']
    """
    symbols = SYMBOLS[dimension]
    whole = [symbol for symbol, scale in symbols.items() if amount % scale == 0]
    symbol = whole[-1] if whole else next(iter(symbols))
    return write_number(amount / symbols[symbol]) + symbol


def write_number(number: float) -> str:
    """Writes a number as one word: `_` stands for the decimal mark.

    Example:
      >>> [write_number(4.5), write_number(100.0)]
      ['4_5', '100']
    """
    return f"{number:.4f}".rstrip("0").rstrip(".").replace(".", "_")

"""Imagined products and the words that sellers use for them."""

from typing import NamedTuple

import numpy as np

# Category: what is drawn, the nouns (Indonesian, English), the units that its sizes come in.
CATEGORIES = {
    "bottle": (("sampo", "shampoo"), ("sabun cair", "body wash"), "ml"),
    "jar": (("krim wajah", "face cream"), ("masker rambut", "hair mask"), "gr"),
    "box": (("teh celup", "tea bag"), ("biskuit", "biscuit"), "gr"),
    "tube": (("pasta gigi", "toothpaste"), ("tabir surya", "sunscreen"), "ml"),
    "pouch": (("kopi bubuk", "ground coffee"), ("keripik", "chips"), "gr"),
    "shirt": (("kaos pria", "men shirt"), ("baju anak", "kids shirt"), "size"),
    "bag": (("tas wanita", "women bag"), ("tas ransel", "backpack"), "cm"),
    "case": (("casing hp", "phone case"), ("softcase", "soft case"), "type"),
    "mug": (("gelas keramik", "ceramic mug"), ("botol minum", "tumbler"), "ml"),
    "watch": (("jam tangan", "watch"), ("gelang pintar", "smart band"), "mm"),
}
SIZES = {
    "ml": (50, 60, 100, 120, 150, 200, 250, 340, 500, 750),
    "gr": (20, 30, 50, 75, 100, 150, 200, 250, 500, 1000),
    "size": ("S", "M", "L", "XL", "XXL"),
    "cm": (20, 25, 28, 30, 35, 40),
    "type": ("A5", "A7", "A12", "C1", "C3", "M11", "X2", "Y12", "Note 8", "Note 9"),
    "mm": (36, 38, 40, 42, 44),
}
COLORS = {
    "merah": ("red", (196, 40, 48)),
    "biru": ("blue", (44, 88, 190)),
    "hijau": ("green", (48, 146, 84)),
    "kuning": ("yellow", (232, 190, 52)),
    "ungu": ("purple", (124, 62, 168)),
    "hitam": ("black", (44, 44, 48)),
    "coklat": ("brown", (122, 80, 48)),
    "oranye": ("orange", (230, 122, 44)),
    "pink": ("pink", (236, 128, 168)),
    "tosca": ("teal", (40, 160, 160)),
}
PATTERNS = ("plain", "stripes", "bands", "dots", "checks", "diagonal")
_SYLLABLES = ("ar", "bel", "ci", "dan", "el", "fa", "gra", "ko", "lu", "mi", "na", "or", "pu",
              "ra", "si", "ta", "vi", "wa", "yu", "ze")  # fmt: skip
_QUALITIES = (
    ("lembut", "soft"), ("premium", "premium"), ("segar", "fresh"), ("original", "original"),
    ("herbal", "herbal"), ("klasik", "classic"), ("vitamin", "vitamin"), ("mini", "mini"),
    ("madu", "honey"), ("lemon", "lemon"), ("mawar", "rose"), ("vanila", "vanilla"),
    ("karakter", "character"), ("polos", "plain"), ("motif", "pattern"), ("sport", "sport"),
)  # fmt: skip
_PROMO = (
    "READY STOCK", "PROMO", "MURAH", "COD", "TERMURAH", "BEST SELLER", "100% ORI", "GROSIR",
    "BISA COD", "SALE", "TERLARIS", "FREE ONGKIR", "NEW", "(BPOM)", "[ORIGINAL]",
)  # fmt: skip


class Product(NamedTuple):
    """What is sold, the same for all of its listings."""

    category: str
    nouns: tuple[str, str]  # Indonesian, English
    brand: str
    quality: tuple[str, str]
    color: str  # a key of COLORS
    second_color: str
    pattern: str
    unit: str
    size: object  # one of SIZES[unit]
    look: int  # seed of the shape's proportions


def make_products(count: int, rng: np.random.Generator) -> list[Product]:
    """Draws products; a third of them are variants (colour or size) of the one before."""
    products: list[Product] = []
    while len(products) < count:
        related = products and rng.random() < 0.33
        product = _variant(products[-1], rng) if related else _product(rng)
        if product not in products:
            products.append(product)
    return products


def _product(rng):
    category = _pick(list(CATEGORIES), rng)
    *nouns, unit = CATEGORIES[category]
    color, second = rng.permutation(list(COLORS))[:2]
    return Product(
        category=category,
        nouns=_pick(nouns, rng),
        brand="".join(_pick(_SYLLABLES, rng) for _ in range(rng.integers(2, 4))),
        quality=_pick(_QUALITIES, rng),
        color=str(color),
        second_color=str(second),
        pattern=_pick(PATTERNS, rng),
        unit=unit,
        size=_pick(SIZES[unit], rng),
        look=int(rng.integers(1 << 30)),
    )


def _variant(product, rng):
    if rng.random() < 0.6:
        return product._replace(color=_pick([c for c in COLORS if c != product.color], rng))
    return product._replace(size=_pick([s for s in SIZES[product.unit] if s != product.size], rng))


def make_title(product: Product, rng: np.random.Generator) -> str:
    """Writes one seller's title: language, order, promo words, units and typos vary."""
    english = int(rng.random() < 0.35)
    color = COLORS[product.color][0] if english else product.color
    core = [product.brand, product.nouns[english], product.quality[english]]
    if rng.random() < 0.65:
        core.append(color)
    if rng.random() < 0.75:
        core.append(_size_text(product, rng))
    if rng.random() < 0.45:
        core = [core[place] for place in rng.permutation(len(core))]
    if rng.random() < 0.25:
        core.append(product.nouns[1 - english])
    promos = [_pick(_PROMO, rng) for _ in range(rng.integers(0, 3))]
    words = promos + core if rng.random() < 0.6 else core + promos
    text = _pick((" ", " ", " ", " - ", " / "), rng).join(words)
    if rng.random() < 0.2:
        text = _typo(text, rng)
    return _pick((str.title, str.upper, str.lower, str.title), rng)(text)


def _size_text(product, rng):
    size, unit = product.size, product.unit
    if unit in ("size", "type"):
        return str(size)
    if unit == "gr":
        forms = (f"{size}gr", f"{size} gram", f"{size} gr", f"{size / 1000:g}kg", f"{size}g")
    else:
        forms = (f"{size}{unit}", f"{size} {unit}", f"{size} {unit.upper()}")
    return _pick(forms, rng)


def _typo(text, rng):
    place = int(rng.integers(1, max(len(text) - 2, 2)))
    kinds = (
        text[:place] + text[place + 1 :],
        text[:place] + text[place] + text[place:],
        text[:place] + text[place + 1 : place + 2] + text[place] + text[place + 2 :],
    )
    return _pick(kinds, rng)


def _pick(options, rng):
    return options[int(rng.integers(len(options)))]

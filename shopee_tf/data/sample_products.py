"""Imagined products: what is drawn and what titles are made of."""

from typing import NamedTuple

import numpy as np

# Category: the nouns (Indonesian, English), the kind of its qualities, the unit of its sizes.
CATEGORIES = {
    "bottle": ((("sampo", "shampoo"), ("sabun cair", "body wash")), "care", "ml"),
    "jar": ((("krim wajah", "face cream"), ("masker rambut", "hair mask")), "care", "gr"),
    "tube": ((("pasta gigi", "toothpaste"), ("tabir surya", "sunscreen")), "care", "ml"),
    "box": ((("teh celup", "tea bag"), ("biskuit", "biscuit")), "food", "pcs"),
    "pouch": ((("kopi bubuk", "ground coffee"), ("keripik", "chips")), "food", "gr"),
    "shirt": ((("kaos pria", "men shirt"), ("baju anak", "kids shirt")), "wear", ""),
    "bag": ((("tas wanita", "women bag"), ("tas ransel", "backpack")), "wear", "cm"),
    "case": ((("casing hp", "phone case"), ("softcase", "soft case")), "wear", "type"),
    "mug": ((("gelas keramik", "ceramic mug"), ("botol minum", "tumbler")), "wear", "ml"),
    "watch": ((("jam tangan", "watch"), ("gelang pintar", "smart band")), "wear", "mm"),
}
QUALITIES = {
    "care": (
        ("lembut", "soft"), ("herbal", "herbal"), ("segar", "fresh"), ("vitamin", "vitamin"),
        ("madu", "honey"), ("lemon", "lemon"), ("mawar", "rose"), ("lidah buaya", "aloe vera"),
    ),
    "food": (
        ("manis", "sweet"), ("pedas", "spicy"), ("coklat susu", "milk chocolate"),
        ("vanila", "vanilla"), ("jahe", "ginger"), ("keju", "cheese"), ("asli", "pure"),
        ("madu", "honey"),
    ),
    "wear": (
        ("premium", "premium"), ("klasik", "classic"), ("karakter", "character"),
        ("polos", "plain"), ("motif", "pattern"), ("sport", "sport"), ("anti air", "waterproof"),
        ("mini", "mini"),
    ),
}  # fmt: skip
SIZES = {
    "ml": (50, 60, 100, 120, 150, 200, 250, 340, 500, 750),
    "gr": (20, 30, 50, 75, 100, 150, 200, 250, 500, 1000),
    "pcs": (3, 5, 6, 10, 12, 20, 25, 30, 50, 100),
    "": ("S", "M", "L", "XL", "XXL"),
    "cm": (20, 25, 28, 30, 35, 40),
    "type": ("A5", "A7", "A12", "C1", "C3", "M11", "X2", "Y12", "Note 8", "Note 9"),
    "mm": (36, 38, 40, 42, 44),
}
# Indonesian: English, RGB.
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
_PRODUCTS_OF_BRAND = 3  # on average
_VARIANTS = 0.33  # share of products that differ from another in colour or size alone


class Product(NamedTuple):
    """What is sold, the same for all of its listings."""

    category: str  # a key of CATEGORIES
    nouns: tuple[str, str]  # Indonesian, English
    brand: str
    quality: tuple[str, str]  # Indonesian, English
    color: str  # a key of COLORS
    second_color: str
    pattern: str
    unit: str  # a key of SIZES
    size: object  # one of SIZES[unit]
    look: int  # seed of the shape's proportions


def make_products(count: int, rng: np.random.Generator) -> list[Product]:
    """Invents products; a third of them are variants, in colour or size, of the one before."""
    brands = [_brand(rng) for _ in range(count // _PRODUCTS_OF_BRAND + 1)]
    products: list[Product] = []
    while len(products) < count:
        related = products and rng.random() < _VARIANTS
        product = _variant(products[-1], rng) if related else _product(pick(brands, rng), rng)
        if product not in products:
            products.append(product)
    return products


def pick(options, rng: np.random.Generator):
    """One of a few, as it is (numpy's `choice` would make an array of them)."""
    return options[int(rng.integers(len(options)))]


def _brand(rng):
    return "".join(pick(_SYLLABLES, rng) for _ in range(rng.integers(2, 4)))


def _product(brand, rng):
    category = pick(list(CATEGORIES), rng)
    nouns, kind, unit = CATEGORIES[category]
    color, second = rng.permutation(list(COLORS))[:2]
    return Product(
        category=category,
        nouns=pick(nouns, rng),
        brand=brand,
        quality=pick(QUALITIES[kind], rng),
        color=str(color),
        second_color=str(second),
        pattern=pick(PATTERNS, rng),
        unit=unit,
        size=pick(SIZES[unit], rng),
        look=int(rng.integers(1 << 30)),
    )


def _variant(product, rng):
    if rng.random() < 0.6:
        taken = (product.color, product.second_color)
        return product._replace(color=pick([c for c in COLORS if c not in taken], rng))
    return product._replace(size=pick([s for s in SIZES[product.unit] if s != product.size], rng))

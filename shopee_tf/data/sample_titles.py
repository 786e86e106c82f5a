"""Titles as sellers would write them: language, word order, promo words, units, typos."""

import re

import numpy as np

from shopee_tf.data.sample_products import COLORS, Product, pick

_PROMO = (
    "READY STOCK", "PROMO", "MURAH", "COD", "TERMURAH", "BEST SELLER", "100% ORI", "GROSIR",
    "BISA COD", "SALE", "TERLARIS", "FREE ONGKIR", "NEW", "(BPOM)", "[ORIGINAL]", "ecer/grosir",
    "Kualitas Terbaik", "Bayar di Tempat", "murah banget", "❤", "★ READY ★",
)  # fmt: skip
_ENGLISH = 0.35  # share of words in English, the others are Indonesian
_SHORT = 0.05  # share of words written without their vowels
_SEPARATORS = (" ", " ", " ", " ", " - ", " / ", ", ", " | ")


def make_title(product: Product, rng: np.random.Generator) -> str:
    """Writes one seller's title; the size and the colour are left out now and then."""
    noun, quality, color = (int(rng.random() < _ENGLISH) for _ in range(3))  # titles mix both
    words = [product.brand, product.nouns[noun], product.quality[quality]]
    if rng.random() < 0.65:
        words.append((product.color, COLORS[product.color][0])[color])
    words[1:] = [_short(word) if rng.random() < _SHORT else word for word in words[1:]]
    if rng.random() < 0.75:
        words.append(_size(product, rng))
    if rng.random() < 0.45:
        words = [words[place] for place in rng.permutation(len(words))]
    if rng.random() < 0.25:
        words.append(product.nouns[1 - noun])
    text = " ".join(words)
    if rng.random() < 0.3:
        text = _typo(text, rng)
    return _with_promo(pick((str.title, str.title, str.upper, str.lower), rng)(text), rng)


def _with_promo(text, rng):
    separator = pick(_SEPARATORS, rng)
    promos = [_PROMO[place] for place in rng.permutation(len(_PROMO))[: rng.integers(0, 4)]]
    before = int(rng.integers(0, len(promos) + 1))
    return separator.join([*promos[:before], text, *promos[before:]])


def _short(text):
    """As sellers shorten: "merah" becomes "mrh", "tas ransel" becomes "ts rnsl"."""
    return " ".join(word[0] + re.sub("[aeiou]", "", word[1:]) for word in text.split())


def _size(product, rng):
    size, unit = product.size, product.unit
    forms = {
        "": (f"{size}", f"size {size}", f"ukuran {size}"),
        "type": (f"{size}", f"tipe {size}"),
        "gr": (f"{size}gr", f"{size} gram", f"{size} gr", f"{size}g", f"{size} gr/pcs"),
        "pcs": (f"isi {size}", f"{size} pcs", f"{size}pcs", f"@{size}pcs"),
    }
    return pick(forms.get(unit, (f"{size}{unit}", f"{size} {unit}", f"@{size}{unit}")), rng)


def _typo(text, rng):
    """Leaves a letter out, doubles one, swaps two, or puts a space into a word."""
    place = pick([place for place in range(1, len(text) - 1) if text[place].isalpha()], rng)
    before, letter, after = text[:place], text[place], text[place + 1 :]
    spellings = (
        before + after,
        before + 2 * letter + after,
        before + after[:1] + letter + after[1:],
        before + " " + letter + after,
    )
    return pick(spellings, rng)

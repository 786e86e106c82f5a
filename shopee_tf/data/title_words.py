"""Words of titles that say nothing about the product: a seller's praise and words of grammar.

Chosen on the real catalogue by persistence: of two listings of one product, of which one has the
word, how often the other has it too. It is 0.17 for "murah", below 0.4 for all of these that are
not rare, and 0.66 for "cream". Words of grammar that persist are parts of names ("slip on").
"""

import re

PROMO = tuple(
    phrase.strip()
    for phrase in """
    100 % original
    100 % ori
    100 % asli
    asli
    barang import
    bayar di tempat
    bayar ditempat
    beli 1 gratis 1
    berkualitas
    best price
    best quality
    best seller
    bisa bayar di tempat
    bisa cod
    bisa grosir
    buy 1 get 1
    cod
    diskon
    flash sale
    garansi
    garansi resmi
    gratis ongkir
    grosir
    harga grosir
    harga murah
    harga promo
    high quality
    hot sale
    kekinian
    kualitas premium
    limited
    murah
    murah meriah
    new arrival
    ori
    original
    original 100 %
    promo
    ready
    ready stock
    ready stok
    realpict
    real pict
    sale
    siap kirim
    stok terbatas
    super murah
    termurah
    terbaik
    terbaru
    terlaris
    terpercaya
    viral
    """.strip().split("\n")
)

_GRAMMAR = """
    ada adalah agar akan atau bagi bisa buat dan dari dapat dengan di dgn dlm dng hanya itu jadi
    juga ke lagi lain lebih oleh pada para per sampai sangat sd sdh seperti setiap sudah tanpa tapi
    telah tidak tiap untuk utk yang yg
    an and are as at be by for from is our that this with your
    """
STOP_WORDS = frozenset(_GRAMMAR.split())

_GAP = r"\W{0,3}"
_PHRASES = sorted(PROMO, key=len, reverse=True)
_PROMO = re.compile(
    rf"(?<!\w)(?:{'|'.join(_GAP.join(phrase.split()) for phrase in _PHRASES)})(?!\w)", re.IGNORECASE
)
_WORD = re.compile(r"\w+")


def drop_promo(title: str) -> str:
    """Drops praise and terms of sale, unless nothing else is there.

    Example:
      >>> drop_promo("PROMO Tas Wanita Murah - BISA COD - ready-stock")
      'Tas Wanita - -'
    """
    return _kept(_PROMO.sub(" ", title), title)


def drop_stop_words(title: str) -> str:
    """Drops words of Indonesian and English grammar, unless nothing else is there.

    Example:
      >>> drop_stop_words("Tas untuk wanita dan anak")
      'Tas wanita anak'
    """
    rest = _WORD.sub(lambda word: "" if word.group().lower() in STOP_WORDS else word.group(), title)
    return _kept(rest, title)


def _kept(rest: str, title: str) -> str:
    return " ".join(rest.split()) if _WORD.search(rest) else title

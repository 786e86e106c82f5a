"""What a card says, in the words of the page; plain text, for nothing of it is drawn as markup."""

from shopee_tf.explaining.cards import Card
from shopee_tf.explaining.standing import Standing
from shopee_tf.explaining.text import conflict_text, system_lines, words_text

_NAMES = {
    "phash": "photo hash",
    "tfidf": "words, TF-IDF",
    "idf": "words",
    "idf_shared": "shared words",
    "tfidf_chars": "characters, TF-IDF",
    "idf_chars": "characters",
    "idf_chars_shared": "shared characters",
}

COLUMNS = {
    "percentile": "Of 100 pairs that the system found so many are no more alike.",
    "rank": "The place of the second listing among what the system found for the first.",
    "rank back": "The place of the first listing among what the system found for the second.",
}
"""What the columns of `standing_table` mean."""


def verdict_text(card: Card) -> str:
    """Whether the second listing is the product of the first."""
    return "Same product" if card.verdict.accepted else "Not the same"


def system_name(system: str) -> str:
    """A system in words: `idf_shared^phash` are "shared words and photo hash".

    Example:
      >>> system_name("idf_shared"), system_name("image_b3^idf")
      ('shared words', 'image_b3 and words')
    """
    return " and ".join(_NAMES.get(name, name) for name in system.split("^"))


def similarity_lines(card: Card) -> list[str]:
    """How alike two listings are, a line for each system that knows both."""
    said = [(system_name(one.system), _alike(one)) for one in card.systems]
    return [f"{name} {alike}" for name, alike in said if alike]


def _alike(one: Standing) -> str:
    if one.similarity is not None:
        return f"{one.similarity:.2f}"
    return "" if one.distance is None else f"distance {one.distance:.3g}"


def word_lines(card: Card, *, first: str, second: str) -> list[str]:
    """The words that both titles have, that one of them has, and what contradicts.

    Nothing where either listing has no title.

    Args:
      card: of the pair.
      first: what the page calls the first listing.
      second: what it calls the second.
    """
    places = ("In both titles", f"Only in {first}", f"Only in {second}")
    said = zip(places, card.words, strict=True)
    titled = card.first.title.strip() and card.second.title.strip()
    lines = [
        f"{place}: {words_text(words, weights=False)}" for place, words in said if words and titled
    ]
    return lines + [f"Contradiction: {conflict_text(conflict)}" for conflict in card.conflicts]


def standing_table(card: Card) -> dict[str, list[str]]:
    """What each system thinks of a pair, column by column; columns of nothing but "-" are left out.

    `COLUMNS` says what some of them mean.
    """
    header, *rows = system_lines(card)
    table = dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))
    table["system"] = [system_name(name) for name in table["system"]]
    return {name: cells for name, cells in table.items() if set(cells) != {"-"}}

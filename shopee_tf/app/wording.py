"""What a card says, in the words of the page; plain text, for nothing of it is drawn as markup."""

from shopee_tf.explaining.cards import Card
from shopee_tf.explaining.standing import Standing
from shopee_tf.explaining.text import conflict_text, system_lines, words_text

_COLUMNS = {"percentile": "more alike than, % of pairs"}


def verdict_text(card: Card) -> str:
    """Whether the second listing is the product of the first."""
    return "Same product" if card.verdict.accepted else "Not the same"


def similarity_text(card: Card) -> str:
    """How alike two listings are, in the eyes of each system."""
    return "   ".join(f"{one.system} {_alike(one)}" for one in card.systems)


def _alike(one: Standing) -> str:
    if one.similarity is not None:
        return f"{one.similarity:.2f}"
    return "-" if one.distance is None else f"distance {one.distance:.3g}"


def word_lines(card: Card, *, first: str, second: str) -> list[str]:
    """The words that both titles have, that one of them has, and what contradicts.

    Args:
      card: of the pair.
      first: what the page calls the first listing.
      second: what it calls the second.
    """
    places = ("In both titles", f"Only in {first}", f"Only in {second}")
    said = zip(places, card.words, strict=True)
    lines = [f"{place}: {words_text(words, weights=False)}" for place, words in said if words]
    return lines + [f"Contradiction: {conflict_text(conflict)}" for conflict in card.conflicts]


def standing_table(card: Card) -> dict[str, list[str]]:
    """What each system thinks of a pair, column by column."""
    header, *rows = system_lines(card)
    names = [_COLUMNS.get(name, name) for name in header]
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))

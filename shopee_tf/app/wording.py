"""What a card says, in the words of the page; plain text, for nothing of it is drawn as markup."""

from shopee_tf.explaining.cards import Card
from shopee_tf.explaining.standing import Standing
from shopee_tf.explaining.words import Word

_MOST_WORDS = 8


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
    lines = [f"{place}: {_words(words)}" for place, words in said if words]
    return lines + [
        f"Contradiction: {conflict.name} {' or '.join(conflict.first)} against "
        f"{' or '.join(conflict.second)}"
        for conflict in card.conflicts
    ]


def _words(words: tuple[Word, ...]) -> str:
    more = len(words) - _MOST_WORDS
    said = ", ".join(one.word for one in words[:_MOST_WORDS])
    return f"{said}, {more} more" if more > 0 else said


def standing_table(card: Card) -> dict[str, list[str]]:
    """What each system thinks of a pair, column by column."""

    def column(value_of) -> list[str]:
        return ["-" if value is None else value for value in map(value_of, card.systems)]

    return {
        "system": [one.system for one in card.systems],
        "similarity": column(lambda one: _format(one.similarity, ".3f")),
        "distance": column(lambda one: _format(one.distance, ".4g")),
        "more alike than": column(lambda one: _format(one.percentile, ".1f", " % of pairs")),
        "rank": column(lambda one: one.rank and str(one.rank)),
        "rank back": column(lambda one: one.rank_back and str(one.rank_back)),
    }


def _format(value: float | None, digits: str, unit: str = "") -> str | None:
    return None if value is None else f"{value:{digits}}{unit}"

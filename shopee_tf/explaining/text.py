"""Cards as text for people."""

from collections.abc import Sequence

from shopee_tf.evaluation.columns import in_columns
from shopee_tf.explaining.cards import Card
from shopee_tf.explaining.conflicts import Conflict
from shopee_tf.explaining.standing import Standing
from shopee_tf.explaining.verdicts import Verdict
from shopee_tf.explaining.words import Word

_MOST_WORDS = 8  # in a line; the rarest tell most, and JSON has them all


def card_as_text(card: Card) -> str:
    """Lays a card out in lines: listings, verdicts, systems, words and conflicts."""
    titles = [f"{listing.posting_id}  {listing.title}" for listing in (card.first, card.second)]
    systems = in_columns(system_lines(card))
    return "\n".join([*titles, *verdict_lines(card), "", systems, "", *word_lines(card)])


_HEADER = ("system", "similarity", "distance", "percentile", "rank", "rank back")


def verdict_lines(card: Card) -> list[str]:
    """The probability, if any, and the verdict with its rule: two, where directions differ."""
    ours, theirs = card.verdict, card.verdict_back
    said = []
    if card.probability is not None:
        said.append(f"probability of a match {card.probability:.3f}")
    if ours[:2] == theirs[:2]:
        return [*said, f"{_verdict(ours)} either way: {ours.rule}"]
    names = card.first.posting_id, card.second.posting_id
    said += [
        f"{_verdict(verdict)} of {name}: {verdict.rule}"
        for verdict, name in zip((ours, theirs), names, strict=True)
    ]
    return said


def _verdict(verdict: Verdict) -> str:
    return "a match" if verdict.accepted else "no match"


def system_lines(card: Card) -> list[tuple[str, ...]]:
    """What each system says, as the cells of a table, its header first."""
    return [_HEADER, *map(_system, card.systems)]


def word_lines(card: Card) -> list[str]:
    """The words that the titles share or not, and what they contradict each other in."""
    return [
        f"shared words: {words_text(card.words.shared)}",
        f"only {card.first.posting_id}: {words_text(card.words.first)}",
        f"only {card.second.posting_id}: {words_text(card.words.second)}",
        *(f"conflict: {conflict_text(conflict)}" for conflict in card.conflicts),
    ]


def _system(one: Standing) -> tuple[str, ...]:
    return (
        one.system,
        "-" if one.similarity is None else f"{one.similarity:.3f}",
        "-" if one.distance is None else f"{one.distance:.4g}",
        "-" if one.percentile is None else f"{one.percentile:.1f}",
        str(one.rank or "-"),
        str(one.rank_back or "-"),
    )


def words_text(words: Sequence[Word], *, weights: bool = True) -> str:
    """The first words of a list, and how many more there are.

    Example:
      >>> words_text([Word("kulit", 1.288, 2, "kulit"), Word("tas", 1.0, 3, "tas")])
      'kulit 1.3, tas 1.0'
      >>> words_text([Word("tas", 1.0, 3, "tas")] * 10, weights=False)
      'tas, tas, tas, tas, tas, tas, tas, tas, 2 more'
    """
    said = [
        f"{one.written} {one.idf:.1f}" if weights else one.written for one in words[:_MOST_WORDS]
    ]
    more = len(words) - _MOST_WORDS
    return ", ".join([*said, f"{more} more"] if more > 0 else said) or "none"


def conflict_text(conflict: Conflict) -> str:
    """What each of two titles says that the other contradicts.

    Example:
      >>> conflict_text(Conflict("quantities", "mass", ("2kg",), ("3kg", "5kg")))
      'mass 2kg against 3kg or 5kg'
    """
    ours, theirs = (" or ".join(said) for said in (conflict.first, conflict.second))
    return f"{conflict.name} {ours} against {theirs}"

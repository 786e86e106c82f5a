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
    lines = [f"{listing.posting_id}  {listing.title}" for listing in (card.first, card.second)]
    if card.probability is not None:
        lines.append(f"probability of a match {card.probability:.3f}")
    lines += verdict_lines(card)
    return "\n".join([*lines, "", in_columns(system_lines(card)), "", *word_lines(card)])


_HEADER = ("system", "similarity", "distance", "percentile", "rank", "rank back")


def verdict_lines(card: Card) -> list[str]:
    """The verdict with its rule; of both directions, where they differ."""
    ours, theirs = card.verdict, card.verdict_back
    if ours[:2] == theirs[:2]:
        return [f"{_verdict(ours)} either way: {ours.rule}"]
    names = card.first.posting_id, card.second.posting_id
    return [
        f"{_verdict(verdict)} of {name}: {verdict.rule}"
        for verdict, name in zip((ours, theirs), names, strict=True)
    ]


def _verdict(verdict: Verdict) -> str:
    return "a match" if verdict.accepted else "no match"


def system_lines(card: Card) -> list[tuple[str, ...]]:
    """What each system says, as the cells of a table, its header first."""
    return [_HEADER, *map(_system, card.systems)]


def word_lines(card: Card) -> list[str]:
    """The words that the titles share or not, and what they contradict each other in."""
    return [
        f"shared words: {_words(card.words.shared)}",
        f"only {card.first.posting_id}: {_words(card.words.first)}",
        f"only {card.second.posting_id}: {_words(card.words.second)}",
        *(f"conflict: {_conflict(conflict)}" for conflict in card.conflicts),
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


def _words(words: Sequence[Word]) -> str:
    said = ", ".join(f"{one.word} {one.idf:.1f}" for one in words[:_MOST_WORDS])
    more = len(words) - _MOST_WORDS
    return (said or "none") + (f", {more} more" if more > 0 else "")


def _conflict(conflict: Conflict) -> str:
    ours, theirs = (" or ".join(said) for said in (conflict.first, conflict.second))
    return f"{conflict.name} {ours} against {theirs}"

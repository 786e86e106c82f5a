"""What the scores of a matcher on a catalogue are worth, by what it has seen of it."""

from shopee_tf.data.catalog import Catalog
from shopee_tf.evaluation.protocol import seen_rows
from shopee_tf.matcher import Matcher, Seen
from tfrecords.wording import counted


def stamp(seen: Seen | None, catalog: Catalog, *, trees: bool = False) -> str:
    """The protocol of scores on a catalogue, in the words of `evaluation.protocol`.

    "whole" where the decision was fitted on listings of it or on their like, else "held-out"; with
    "trained-on" where a run saw such, or the decision is one of `trees`, which learn the pairs they
    are fitted on; "as given" where nothing is known.

    Args:
      seen: the listings that a matcher was fitted and trained on; None where that is not known.
      catalog: what it is scored on.
      trees: whether the decision is one of trees: `systems.has_trees`.
    """
    if seen is None:
        return "as given"
    fitted = seen_rows(catalog, seen.fitted).any()
    trained = seen_rows(catalog, seen.trained).any() or (trees and fitted)
    name = "whole" if fitted else "held-out"
    return f"{name}, trained-on" if trained else name


def worth(seen: Seen | None, catalog: Catalog, matcher: Matcher) -> str:
    """Says in a sentence or two what scores on a catalogue are worth.

    Args:
      seen: the listings that the matcher was fitted and trained on; None where that is not known.
      catalog: what it is scored on.
      matcher: as loaded.
    """
    if seen is None:
        return (
            "Which listings the matcher was fitted on is not known, since a former version made "
            "it: if on these, its scores here tell little of other listings."
        )
    numbers = [int(seen_rows(catalog, table).sum()) for table in seen]
    said = [
        f"{what} {number:,} of these {counted(len(catalog), 'listing')}, or on their like"
        for what, number in zip(("fitted on", "trained on"), numbers, strict=True)
        if number
    ]
    if not said:
        return "The matcher has seen none of these, nor their like, in fitting or in training."
    known = f"The matcher was {', and '.join(said)}: its scores here tell little of other listings."
    return f"{known} {own_f1(matcher)}".rstrip()


def own_f1(matcher: Matcher) -> str:
    """Says in a sentence what F1 a matcher had where it was fitted; "" where that is not known."""
    fitted = matcher.fitted
    if "f1" not in fitted:
        return ""
    how = ", out-of-fold" if matcher.f1_is_out_of_fold else ""
    among = counted(fitted["num_candidates"], "listing")
    return f"Where it was fitted, among {among}, its F1 was {fitted['f1']:.4f}{how}."

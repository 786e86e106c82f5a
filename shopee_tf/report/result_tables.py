"""The tables of results, as evaluate prints them."""

from collections.abc import Sequence

from shopee_tf.evaluation.scoring import Result
from shopee_tf.evaluation.table import LEGEND, MORE_LEGEND, more_lines, result_lines
from shopee_tf.report.blocks import Table, as_table


def result_tables(title: str, results: Sequence[Result]) -> list[Table]:
    """Lists F1 with its protocol, and below it what else was measured.

    A single result stands in one table from top to bottom: side by side its figures and its
    decision are wider than a page. Of several a split that is the same for all is told below them.
    """
    lines, more = result_lines(results), more_lines(results)
    if len(results) == 1:
        (system, *figures), (_, *others) = zip(*lines, strict=True), zip(*more, strict=True)
        return [as_table(title, [system, *figures, *others], f"{LEGEND} {MORE_LEGEND}")]
    lines, same = _without_same_split(lines)
    return [as_table(title, lines, f"{LEGEND}{same}"), as_table("", more, MORE_LEGEND)]


def _without_same_split(lines):
    """The lines, and what is to be said instead of what was left out of them."""
    place = lines[0].index("split")
    splits = {line[place] for line in lines[1:]}
    if len(splits) > 1:
        return lines, ""
    rest = [line[:place] + line[place + 1 :] for line in lines]
    return rest, f" All have the split {splits.pop()}."

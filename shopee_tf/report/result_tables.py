"""The tables of results, as evaluate prints them."""

from collections.abc import Sequence

from shopee_tf.evaluation.scoring import Result
from shopee_tf.evaluation.table import LEGEND, MORE_LEGEND, more_lines, result_lines
from shopee_tf.report.blocks import Table, as_table


def result_tables(title: str, results: Sequence[Result]) -> list[Table]:
    """Lists F1 with its protocol, and below it what else was measured.

    A single result stands in one table from top to bottom: side by side its figures and its
    decision are wider than a page.
    """
    lines, more = result_lines(results), more_lines(results)
    if len(results) == 1:
        (system, *figures), (_, *others) = zip(*lines, strict=True), zip(*more, strict=True)
        return [as_table(title, [system, *figures, *others], f"{LEGEND} {MORE_LEGEND}")]
    return [as_table(title, lines, LEGEND), as_table("", more, MORE_LEGEND)]

"""The tables of results, as evaluate prints them."""

from collections.abc import Sequence

from shopee_tf.evaluation.scoring import Result
from shopee_tf.evaluation.table import LEGEND, MORE_LEGEND, more_lines, result_lines
from shopee_tf.report.blocks import Table, as_table


def result_tables(title: str, results: Sequence[Result]) -> list[Table]:
    """Lists F1 with its protocol, and below it what else was measured."""
    return [
        as_table(title, result_lines(results), LEGEND),
        as_table("", more_lines(results), MORE_LEGEND),
    ]

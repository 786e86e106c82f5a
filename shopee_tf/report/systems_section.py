"""The section on systems: how good each is, and how that hangs on threshold and size."""

from collections.abc import Sequence

from shopee_tf.data.catalog import Catalog
from shopee_tf.evaluation.plot import curves_figure
from shopee_tf.evaluation.results_file import StoredResults
from shopee_tf.evaluation.size_plot import size_figure
from shopee_tf.evaluation.size_table import SIZE_LEGEND, size_lines
from shopee_tf.evaluation.table import f1_lines
from shopee_tf.report.blocks import Block, Section, Text, as_table
from shopee_tf.report.decision_figures import decision_blocks
from shopee_tf.report.drawing import as_block
from shopee_tf.report.predictions import Predictions
from shopee_tf.report.result_tables import result_tables
from shopee_tf.report.runs import RunStory, run_blocks


def systems_section(
    results: StoredResults | None,
    predictions: Predictions | None,
    runs: Sequence[RunStory],
    catalog: Catalog,
) -> Section:
    """Shows what was measured of systems, what a matcher says, and what runs learnt.

    Args:
      results: of evaluate; None where there is no such file.
      predictions: of a matcher or a submission; None where there are none.
      runs: what trained runs tell.
      catalog: the listings.
    """
    blocks: list[Block] = []
    if results is not None:
        blocks += result_blocks(results)
    if predictions is not None and predictions.explainer and predictions.result:
        blocks += decision_blocks(predictions)
    blocks += run_blocks(runs, catalog)
    return Section("systems", "The systems", tuple(blocks or [Text(_NOTHING)]))


_NOTHING = (
    "Nothing to show: give --results=FILE, which evaluate --output writes, --matcher=FOLDER with a "
    "labelled csv, or --runs=FOLDER,..."
)


def result_blocks(results: StoredResults) -> list[Block]:
    """The tables and curves of a file of results."""
    found, curves, sizes = results
    blocks: list[Block] = [*result_tables("Results", found)]
    for by in dict.fromkeys(part.by for part in found[0].slices):
        for protocol in dict.fromkeys(result.protocol for result in found):
            same = [result for result in found if result.protocol == protocol]
            title = f"F1 by {by.replace('_', ' ')}, {protocol}"
            blocks.append(as_table(title, f1_lines(same, by)))
    if curves:
        blocks.append(as_block(curves_figure(curves), "f1", "F1 against threshold", _CHOSEN))
    if sizes:
        title = "F1 and threshold against size"
        blocks += [
            as_block(size_figure(sizes), "sizes", title, SIZE_LEGEND),
            as_table("", size_lines(sizes)),
        ]
    return blocks


_CHOSEN = "Dots: the thresholds that were chosen, and the F1 that they gave."

"""The section on errors: which listings are matched wrongly, and why."""

from shopee_tf.data.catalog import Catalog
from shopee_tf.evaluation.mistakes import judge_rows
from shopee_tf.report.blocks import Block, Section, Text
from shopee_tf.report.confused_products import confusion_blocks
from shopee_tf.report.error_panels import panel_blocks
from shopee_tf.report.group_scores import score_blocks
from shopee_tf.report.photos import Thumbnail
from shopee_tf.report.predictions import Predictions
from shopee_tf.report.result_tables import result_tables


def errors_section(
    predictions: Predictions | None, catalog: Catalog, thumbnail: Thumbnail, *, seed: int
) -> Section:
    """Looks into the matches of a catalogue; without matches or labels it says what is missing.

    Args:
      predictions: of all listings; None where there are none.
      catalog: the listings.
      thumbnail: of its rows.
      seed: draws the listings that are shown as an example.
    """
    return Section("errors", "The errors", tuple(_blocks(predictions, catalog, thumbnail, seed)))


def _blocks(predictions, catalog, thumbnail, seed) -> list[Block]:
    if predictions is None:
        return [Text("No matches: give --matcher=FOLDER or --submission=FILE to see their errors.")]
    if predictions.result is None:
        return [
            Text(predictions.origin),
            Text("No labels: errors can be told where the csv has a column label_group."),
        ]
    judged = judge_rows(predictions.matches, catalog.labels)
    return [
        Text(predictions.origin),
        *result_tables("Scores", [predictions.result]),
        *score_blocks(predictions.result),
        *panel_blocks(judged, catalog, thumbnail, seed=seed),
        *confusion_blocks(predictions, catalog, thumbnail),
    ]

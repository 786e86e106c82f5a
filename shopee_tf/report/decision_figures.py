"""Pictures of a matcher on a labelled catalogue: its line, its probabilities, its systems."""

from shopee_tf.evaluation.curves import decision_curves
from shopee_tf.evaluation.fusion_plots import likely_pairs, likely_title
from shopee_tf.evaluation.plot import curves_figure
from shopee_tf.evaluation.reliability import reliability_figure
from shopee_tf.report.blocks import Block, Figure
from shopee_tf.report.decision_plane import plane_blocks
from shopee_tf.report.drawing import as_block, square_block
from shopee_tf.report.predictions import Predictions
from shopee_tf.systems import PairDecision


def decision_blocks(predictions: Predictions) -> list[Block]:
    """Draws F1 against the threshold, whether probabilities come true, and a plane of two systems.

    Args:
      predictions: of a matcher, on a labelled catalogue.
    """
    part = predictions.explainer.part
    return [
        _curves(predictions),
        *_reliability(predictions.decision, part),
        *plane_blocks(predictions.decision, part),
    ]


def _curves(predictions) -> Figure:
    curves = decision_curves(
        predictions.decision, predictions.explainer.part, whole=predictions.explainer.whole,
        protocol=predictions.result.protocol, matches=predictions.matches,
    )  # fmt: skip
    caption = f"{predictions.origin} {_mark(predictions.decision)}"
    name, title = "matcher_f1", "F1 against threshold, of the matcher"
    return as_block(curves_figure(curves), name, title, caption)


def _mark(decision) -> str:
    if isinstance(decision, PairDecision) and decision.sets != "threshold":
        return (
            f"The curve is of pairs above a line on the probability; the matcher takes "
            f"{decision.sets} instead, and the dotted line is their F1."
        )
    return "A dot is the threshold in use, with its F1."


def _reliability(decision, part) -> list[Figure]:
    if not isinstance(decision, PairDecision):
        return []
    bins = likely_pairs(decision, part)
    if bins is None:
        return []
    figure = reliability_figure({decision.fusion.kind: bins}, title=likely_title(bins))
    caption = "On the diagonal probabilities come true. Bars: two standard errors."
    return [square_block(figure, "reliability", "Reliability of the probabilities", caption)]

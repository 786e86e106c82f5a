"""The page with a slider for the threshold: what it gains, what it costs, and on which pairs."""

from typing import Any

import numpy as np

from shopee_tf.app.drawing import draw_listing
from shopee_tf.app.scored_pairs import ScoredPairs
from shopee_tf.app.tuning import Tuning, slider_range
from shopee_tf.app.workbench import Workbench
from shopee_tf.systems import PairDecision
from tfrecords.wording import counted


def draw(bench: Workbench) -> None:
    """Draws the page."""
    import streamlit as st

    st.title("Move the threshold")
    tuning = bench.tuning
    if tuning is None:
        st.info(
            "This needs the column label_group, filled in each row: what really is one product."
        )
        return
    if not len(tuning.score):
        st.info("The matcher found no pair to draw a line on.")
        return
    st.info(bench.worth)
    scored = bench.scored
    low, high = slider_range(scored)
    best, best_f1 = tuning.best()
    threshold = st.slider(
        scored.name.capitalize(), low, high, float(np.clip(scored.line, low, high)), 0.005,
        format="%.3f", key="threshold",
    )  # fmt: skip
    figures, fitted = tuning.figures_at(threshold), tuning.figures_at(scored.line)
    for column, name, value, before in zip(
        st.columns(3), ("F1", "Precision", "Recall"), figures[:3], fitted[:3], strict=False
    ):
        change = f"{value - before:+.3f}"
        column.metric(name, f"{value:.3f}", change if float(change) else None, border=True)
    st.text(
        f"{figures.matches:,} matches of {counted(len(tuning.truth), 'listing')}. The line of the "
        f"matcher is {scored.line:.3f}; the best on these labels is {best:.3f}: F1 {best_f1:.3f}."
    )
    decision = bench.matcher.decision
    if isinstance(decision, PairDecision) and decision.sets != "threshold":
        st.text(
            f"The slider takes all pairs above one line. The matcher itself takes {decision.sets}: "
            "its matches, and their figures, are others."
        )
    st.vega_lite_chart(chart(bench.curve, threshold, scored), height=260)
    _draw_examples(bench, tuning, threshold)


def chart(curve: dict[str, list], threshold: float, scored: ScoredPairs) -> dict[str, Any]:
    """The figures at all thresholds, and where the slider is, as Vega-Lite.

    Args:
      curve: threshold, value and figure of each point.
      threshold: of the slider.
      scored: the pairs.
    """
    points = [dict(zip(curve, values, strict=True)) for values in zip(*curve.values(), strict=True)]
    domain = [min(curve["threshold"]), max(curve["threshold"])]
    across = {
        "field": "threshold",
        "type": "quantitative",
        "title": scored.name,
        "scale": {"domain": domain},
    }
    colors = {"domain": ["F1", "precision", "recall"], "range": ["#c2410c", "#0f766e", "#4338ca"]}
    return {
        "data": {"values": points},
        "layer": [
            {
                "mark": {"type": "line", "strokeWidth": 2},
                "encoding": {
                    "x": across,
                    "y": {"field": "value", "type": "quantitative", "title": None,
                          "scale": {"domain": [0, 1]}},
                    "color": {"field": "figure", "type": "nominal", "title": None,
                              "scale": colors},
                },
            },
            {
                "data": {"values": [{"threshold": threshold}]},
                "mark": {"type": "rule", "color": "#333333"},
                "encoding": {"x": across},
            },
        ],
    }  # fmt: skip


def _draw_examples(bench: Workbench, tuning: Tuning, threshold: float) -> None:
    import streamlit as st

    examples = tuning.examples_at(threshold)
    for title, places in (("Just taken", examples.taken), ("Just left out", examples.left)):
        st.subheader(title, anchor=False)
        if not len(places):
            st.text("none")
        for column, place in zip(st.columns(3), places.tolist(), strict=False):
            with column, st.container(border=True):
                right = bool(tuning.hit[place])
                st.badge("one product" if right else "two products",
                         color="green" if right else "red")  # fmt: skip
                st.text(f"{tuning.score[place]:.3f}")
                for half, row in zip(st.columns(2), (tuning.row[place], tuning.other[place])):
                    with half:
                        draw_listing(bench, int(row))

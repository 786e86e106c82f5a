"""The plane of a matcher's first system of photos and its first of titles."""

import os
from typing import Any

import numpy as np

from shopee_tf.evaluation.fusion_plots import decision_line, pair_probability
from shopee_tf.evaluation.plane import plane_figure
from shopee_tf.matching.pair_features import pair_table
from shopee_tf.report.blocks import Figure
from shopee_tf.report.drawing import square_block
from shopee_tf.systems import Blend, Decision, PairDecision, Part, System
from shopee_tf.systems.grammar import BITS_PER_COSINE, is_euclidean, is_hash, kind_of, short_names
from tfrecords import files


def plane_blocks(decision: Decision | PairDecision, part: Part) -> list[Figure]:
    """Draws the pairs of all listings in the plane, with the line of the decision if it has one.

    Nothing where the decision has no system of photos or none of titles.

    Args:
      decision: of a matcher.
      part: all listings of a labelled catalogue.
    """
    everything = list(dict.fromkeys(s for blend in decision.union.blends for s in blend.systems))
    systems = photo_and_title(everything)
    if systems is None:
        return []
    if isinstance(decision, PairDecision):  # has compared all pairs before
        table = part.evidence(everything).table
        similarities = table.similarities[[everything.index(system) for system in systems]]
    else:
        table = pair_table(part.everyone().compare(Blend(systems)))
        similarities = table.similarities
    labels, short = part.source.catalog.labels, short_names(decision.union.names)
    figure = plane_figure(
        similarities,
        labels[table.rows[table.query]] == labels[table.rows[table.other]],
        names=[
            f"{sense}s by {'^'.join(short[name] for name in system.names)}"
            for sense, system in zip(_SENSES, systems, strict=True)
        ],
        **_line(decision, everything, systems),
    )
    title = "Photos against titles"
    caption = (
        "Each cell holds the pairs that are so alike in photo and title; its colour is the share "
        "of them that are one product. The fainter a cell, the fewer its pairs. Hashes that differ "
        "in d bits are alike by 1 - 2 d / 64."
    )
    return [square_block(figure, "plane", title, caption)]


def _line(decision, everything, systems) -> dict[str, Any]:
    """Where pairs are accepted, if that hangs on the similarities of the two systems alone.

    Of a union: by either of two systems that each have a threshold of their own.
    """
    if isinstance(decision, PairDecision):
        if decision.fusion.kind == "pairs" or set(everything) != set(systems):
            return {}
        order, probability = [systems.index(one) for one in everything], pair_probability(decision)
        return {
            "probability": lambda points: probability(points[order]),
            "line": decision_line(decision),
        }
    if decision.refinements or any(decision.penalties):
        return {}
    alone = dict(zip(decision.union.blends, decision.thresholds, strict=True))
    blends = [Blend((system,)) for system in systems]
    if not all(blend in alone for blend in blends):
        return {}
    lines = [1 + alone[b] / BITS_PER_COSINE if is_hash(b) else alone[b] for b in blends]

    def accepted(points):
        return np.any(points >= np.array(lines)[:, None], axis=0).astype(np.float64)

    return {"probability": accepted, "told": "line: beyond it either accepts"}


def photo_and_title(systems: list[System]) -> tuple[System, System] | None:
    """The first system that sees photos and the first that sees titles; None without either.

    Euclidean systems are left out, for distances have no place beside cosines.

    Example:
      >>> systems = [System(("idf",)), System(("phash",)), System(("tfidf",))]
      >>> [str(system) for system in photo_and_title(systems)]
      ['phash', 'idf']
    """
    cosines = [system for system in systems if not is_euclidean(system)]
    seen = {what: [s for s in cosines if set(map(_sees, s.names)) == {what}] for what in _SENSES}
    if not all(seen.values()):
        return None
    return seen["photo"][0], seen["title"][0]


_SENSES = ("photo", "title")


def _sees(name: str) -> str:
    """What a system looks at: "photo", "title", or "both"."""
    kind = kind_of(name)
    if kind != "run":
        return "photo" if kind == "phash" else "title"
    about = files.read_json(os.path.join(name, "encoder", "encoder.json"))
    return {"image": "photo", "title": "title"}.get(about.get("kind"), "both")

"""Systems and ensembles of them: what a user names becomes matches."""

from shopee_tf.systems.decision import (
    Decision,
    decide,
    describe,
    find_neighbors,
    fit_decision,
    hash_reach,
)
from shopee_tf.systems.grammar import Blend, System, Union, parse_union
from shopee_tf.systems.part import Part
from shopee_tf.systems.run_embeddings import embedding_source
from shopee_tf.systems.source import Source, read_runs

__all__ = [
    "Blend", "Decision", "Part", "Source", "System", "Union", "decide", "describe",
    "embedding_source", "find_neighbors", "fit_decision", "hash_reach", "parse_union",
    "read_runs",
]  # fmt: skip

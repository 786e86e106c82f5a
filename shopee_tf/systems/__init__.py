"""Systems and ensembles of them: what a user names becomes matches."""

from shopee_tf.systems.decision import (
    FUSIONS,
    Decision,
    decide,
    describe,
    find_neighbors,
    fit_decision,
    has_trees,
    hash_reach,
    unused,
)
from shopee_tf.systems.grammar import Blend, System, Union, parse_union
from shopee_tf.systems.pair_decision import (
    SETS,
    PairDecision,
    catalogue_shift,
    group_rows,
    judge,
)
from shopee_tf.systems.part import Part
from shopee_tf.systems.run_embeddings import embedding_source
from shopee_tf.systems.same_pairs import same_pairs
from shopee_tf.systems.source import Source, read_runs

__all__ = [
    "FUSIONS", "SETS", "Blend", "Decision", "PairDecision", "Part", "Source", "System", "Union",
    "catalogue_shift", "decide", "describe", "embedding_source", "find_neighbors", "fit_decision",
    "group_rows", "has_trees", "hash_reach", "judge", "parse_union", "read_runs", "same_pairs",
    "unused",
]  # fmt: skip

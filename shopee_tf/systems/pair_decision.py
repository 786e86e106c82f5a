"""A decision by probabilities: systems fused pair by pair, sets chosen for the catalogue."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from shopee_tf.matching.expected_f1 import scale_odds
from shopee_tf.matching.group_bridges import connected_groups
from shopee_tf.matching.group_merging import merged_groups
from shopee_tf.matching.group_sizes import SizePrior, add_singles
from shopee_tf.matching.groups import Groups, group_matches
from shopee_tf.matching.pair_fusion import Fusion, fuse_alone
from shopee_tf.matching.prior_shift import NO_SHIFT, PriorShift, damped, odds_factor
from shopee_tf.matching.thresholds import MAX_MATCHES
from shopee_tf.metrics import Matches
from shopee_tf.systems.grammar import System, Union, is_euclidean, rename, short_names
from shopee_tf.systems.judged import Judged, as_graph, expected_sets, of_queries
from shopee_tf.systems.part import REACH, Part
from tfrecords.errors import UsageError

GROUPED = ("groups", "components")
SETS = ("threshold", "expected_f1", *GROUPED)
"""Which pairs match: those above a line; for each row the set of the highest expected F1; or those
whose listings are in one group, each listing being in one, by average linkage (see `group_merging`)
or as components of probable pairs (see `group_bridges`)."""

# Strangers as similar as these grow with the catalogue, and the odds of a match fall as much. A
# model of pairs sees some of it itself, by the ranks: measured on the real catalogue at 2, 4 and 8
# times the size (benchmarks/catalogue_growth.py). In a smaller catalogue odds stay as they are: a
# part of a catalogue has lost partners with the strangers.
_GROWTH = {"pairs": 0.5}

# The strangers among the nearest of a smaller catalogue are less alike, which passes for fewer
# matches; of all but a model of pairs the factor is raised by the root of it: measured on parts of
# the real catalogue, with a boundary of words, characters and hashes of 3,000 and 12,000 listings.
_SHRINKAGE = {"pairs": 0.0}


class Components(NamedTuple):
    """Which pairs link two listings; see `group_bridges.connected_groups`."""

    threshold: float  # the probability that a link must reach
    strong: float  # bridges below it are cut


class PairDecision(NamedTuple):
    """What it takes to tell a match by its probability."""

    union: Union  # the systems that are asked, each a blend of one
    fusion: Fusion
    sets: str  # one of `SETS`
    threshold: float  # the probability that a match must reach
    num_candidates: int  # listings searched where this was fitted: more make strangers more
    prior: SizePrior  # of the sizes of groups, counted where this was fitted
    weight: float  # of that prior
    components: Components | None = None  # None where the sets are others
    share: float | None = None  # of pairs that were a match by `fuse_alone`; None: never a shift
    shift: PriorShift | None = None  # None: estimated from the catalogue; else of one known


def judge(decision: PairDecision, part: Part) -> Judged:
    """Gives each pair of a part's queries its probability in the part's own catalogue.

    That depends on how large it is, and on how many of its listings seem to have a partner.
    """
    kept_as = _kept_as("judged", decision)
    return part.once_by(kept_as, decision.fusion, lambda: _judge(decision, part))


def catalogue_shift(decision: PairDecision, part: Part) -> PriorShift:
    """Tells how much rarer matches are among a part's candidates than where a decision was fitted.

    A decision's own `shift` holds wherever it has one; one without a `share` knows of none.
    """
    if decision.shift is not None or decision.share is None:
        return decision.shift or NO_SHIFT
    everyone, kept_as = part.everyone(max_distance=REACH), _kept_as("shift", decision)
    return everyone.once_by(kept_as, decision.fusion, lambda: _shift(decision, everyone))


def _kept_as(what, decision):
    return f"{what}, fitted on {decision.num_candidates}, {decision.share}, {decision.shift}"


def _judge(decision, part):
    factor = catalogue_shift(decision, part).factor
    table = part.evidence(systems_of(decision.union)).table
    return of_queries(table, _scaled(decision, part, factor), part.queries)


def _shift(decision, part):
    evidence = part.evidence(systems_of(decision.union))
    smaller = max(1.0, decision.num_candidates / len(part.candidates))
    smaller **= _SHRINKAGE.get(decision.fusion.kind, 0.5)
    alone = fuse_alone(decision.fusion, evidence)
    factor = damped(smaller * odds_factor(alone, share=decision.share))
    if factor == 1.0:
        return NO_SHIFT
    best = np.zeros(len(evidence.table.rows))
    np.maximum.at(best, evidence.table.query, _scaled(decision, part, factor))
    # The nearer to 1 the factor is, the more the sizes as counted hold.
    return PriorShift(factor, (1.0 - factor) * float(1.0 - best.mean()))


def _scaled(decision, part, factor):
    """The probability of each pair of the evidence, in a catalogue of the part's size."""
    evidence = part.evidence(systems_of(decision.union))
    growth = _GROWTH.get(decision.fusion.kind, 1.0)
    ratio = max(1.0, len(part.candidates) / decision.num_candidates) ** growth
    return scale_odds(part.fused(decision.fusion, evidence), ratio / factor)


def decide_pairs(decision: PairDecision, part: Part) -> tuple[Matches, Matches]:
    """Finds the matches of a part's queries, at most 50 of each with the row itself.

    Returns:
      The matches, and all pairs, the matches first: of either the most probable first.
    """
    judged = judge(decision, part)
    everything = list_matches(judged, judged.probability > 0)
    if decision.sets in GROUPED:
        grouped = group_matches(*_grouped(decision, part))
        matches = {row: grouped[row] for row in everything}
    elif decision.sets == "expected_f1":
        matches = list_matches(judged, expected_sets(judged).accepted)
    else:
        matches = list_matches(judged, judged.probability >= decision.threshold)
    ranked = {
        row: list(dict.fromkeys([*found, *everything[row]]))[:MAX_MATCHES]
        for row, found in matches.items()
    }
    return matches, ranked


def group_rows(decision: PairDecision, part: Part) -> Groups:
    """Parts all listings searched, asked about or not, into groups."""
    return _grouped(decision, part)[0]


def part_graph(decision: PairDecision, rows: np.ndarray, graph: sparse.csr_array) -> Groups:
    """Parts rows ([m] int32, ascending) by the probabilities of their pairs, `as_graph`.

    A decision whose sets are no groups merges by the probabilities alone.
    """
    if decision.sets == "components":
        return connected_groups(rows, graph, **decision.components._asdict())
    return merged_groups(rows, graph, prior=decision.prior, weight=decision.weight)


def _grouped(decision, part):
    judged = judge(decision, part.everyone())
    graph = as_graph(judged)
    prior = add_singles(decision.prior, catalogue_shift(decision, part.everyone()).singles)
    return part_graph(decision._replace(prior=prior), judged.rows, graph), graph


def list_matches(judged: Judged, accepted: np.ndarray) -> Matches:
    """Lists the pairs accepted ([p] bool) of each row, the row itself first, at most 50."""
    query, other = judged.query[accepted], judged.other[accepted]
    parts = np.split(other, np.searchsorted(query, np.arange(1, len(judged.rows))))
    return {
        int(row): [int(row), *found[: MAX_MATCHES - 1].tolist()]
        for row, found in zip(judged.rows, parts, strict=True)
    }


def describe_pairs(decision: PairDecision) -> str:
    """Says a decision in words.

    The weights of a sum are told; what else was fitted is too much for a line.
    """
    kind, parameters, _ = decision.fusion
    said = kind
    if kind in ("sum", "squared"):
        blends = rename(decision.union, short_names(decision.union.names)).blends
        square = "²" if kind == "squared" else ""
        pairs = zip(blends, parameters, strict=True)
        said = " + ".join(f"{weight:.2f} {blend}{square}" for blend, weight in pairs if weight)
    return f"{said}, {_describe_sets(decision)}"


def _describe_sets(decision):
    if decision.sets == "expected_f1":
        return "sets of the highest expected F1"
    if decision.sets == "groups":
        return f"groups ({decision.weight:.2f} of the prior of sizes)"
    if decision.sets == "threshold":
        return f"probability >= {decision.threshold:.3f}"
    line, strong = decision.components
    return f"components of probability >= {line:.2f} without bridges below {strong:.2f}"


def systems_of(union: Union) -> list[System]:
    """The systems of a union, each once.

    Raises:
      UsageError: one of them is Euclidean.
    """
    systems = list(dict.fromkeys(system for blend in union.blends for system in blend.systems))
    if any(map(is_euclidean, systems)):
        raise UsageError("distances are in no fusion of similarities: leave euclidean: out, or "
                         "take --fusion=union")  # fmt: skip
    return systems

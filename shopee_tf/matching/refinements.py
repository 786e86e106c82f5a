"""Refinements by name: what may be done to neighbours before they are judged."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from shopee_tf.matching.at_least_one import favour_best
from shopee_tf.matching.identical_photos import average_neighbors
from shopee_tf.matching.neighborhood_blending import blend_neighborhoods
from shopee_tf.matching.query_expansion import expand_neighbors
from shopee_tf.matching.reciprocity import keep_mutual
from shopee_tf.retrieval.neighbors import Neighbors
from tfrecords.errors import UsageError


class Refinement(NamedTuple):
    """A function of neighbours, and the settings of it that are worth trying."""

    apply: Callable[..., Neighbors]
    settings: tuple[dict[str, Any], ...]  # keyword arguments of `apply`, in cosines
    needs_photos: bool = False
    opt_in: bool = False  # assumes what is not so in every catalogue


class Step(NamedTuple):
    """A refinement with one of its settings; what JSON can hold."""

    name: str
    settings: Mapping[str, Any]


REFINEMENTS = {
    "identical_photos": Refinement(average_neighbors, ({},), needs_photos=True),
    "query_expansion": Refinement(
        expand_neighbors,
        tuple({"top": top, "alpha": alpha} for top, alpha in ((2, 2.0), (2, 3.0), (3, 3.0))),
    ),
    "neighborhood_blending": Refinement(
        blend_neighborhoods,
        tuple({"thresholds": stages} for stages in ((0.6,), (0.7,), (0.6, 0.8), (0.9,))),
    ),
    "mutual_rank": Refinement(
        keep_mutual,
        tuple({"rank": rank, "penalty": penalty} for rank in (1, 2, 3) for penalty in (0.02, 0.05)),
    ),
    "at_least_one": Refinement(
        favour_best,
        tuple({"bonus": bonus} for bonus in (0.05, 0.1, 0.2, float("inf"))),
        opt_in=True,
    ),
}
"""In the order in which they are meant to be applied; at_least_one last."""


def refine(step: Step, neighbors: Neighbors, *, photos: Sequence[str] | None = None) -> Neighbors:
    """Applies one refinement.

    Args:
      step: which, and how.
      neighbors: of all m rows, by a similarity like the cosine (of hashes: `hamming_cosines`).
      photos: of the whole catalogue, "" for none; for those that need them.

    Raises:
      UsageError: no such refinement, no photos where it needs them, or see the refinement.

    Example:
      >>> import numpy as np
      >>> found = Neighbors(*map(np.array, ([0, 1], [[0, 1], [1, 0]], [[1, 0.5], [1, 0.5]])))
      >>> refine(Step("at_least_one", {"bonus": 0.25}), found).similarities.tolist()
      [[1.0, 0.75], [1.0, 0.75]]
    """
    if step.name not in REFINEMENTS:
        raise UsageError(f"no refinement {step.name!r}; there are {', '.join(REFINEMENTS)}")
    refinement = REFINEMENTS[step.name]
    if not refinement.needs_photos:
        return refinement.apply(neighbors, **step.settings)
    if photos is None:
        raise UsageError(f"{step.name} needs the names of the photos, a column of the catalogue")
    return refinement.apply(neighbors, photos, **step.settings)

"""A made-up catalogue: two systems that see products through noise."""

import numpy as np

from shopee_tf.matching.blending import Candidates, candidates_of
from shopee_tf.matching.pair_features import pair_table, title_facts
from shopee_tf.matching.pair_model import Evidence, Truth
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import cosine_neighbors
from shopee_tf.retrieval.pair_cosines import PairCosines


def make_evidence(products: int, *, seed: int = 0, noise: float = 0.9):
    """Evidence and truth of products with three listings each, and the size of each product."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(products), 3)
    rows = np.arange(len(labels), dtype=np.int32)
    systems = []
    for _ in range(2):
        centers = rng.normal(size=(products, 24))
        vectors = centers[labels] + noise * rng.normal(size=(len(labels), 24))
        systems.append(Embeddings(rows, vectors.astype(np.float32)))
    found = [cosine_neighbors(system, k=12) for system in systems]
    rows, others = candidates_of(found)
    similar = np.stack([PairCosines(system)(rows, others) for system in systems])
    table = pair_table(Candidates(rows, others, similar))
    evidence = Evidence(table, title_facts(table, ["sabun"] * len(rows)))
    hits = labels[table.query] == labels[table.other]
    truth = Truth(hits, np.ones(len(hits), bool), labels[table.query])
    return evidence, truth, np.full(len(rows), 3)

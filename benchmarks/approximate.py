"""What does search by an index cost, and which pairs above a threshold does it miss?

Products of mostly two to five listings around directions of their own, some tight, some loose, so
that nothing but the products is alike: no kinds of products that lists could follow. Ours is
`cosine_neighbors(index=)` from all rows; building the index is timed apart, normalising, scoring
and ranking count as search. The peer, FAISS's IndexFlatIP, is asked --peer_queries rows, and its
time multiplied. Recall is that of --sample rows searched exactly, over their pairs above the
threshold that leaves 3 a row. The last line is JSON.

Usage: python benchmarks/approximate.py [--index=ivf] [--rows=500000] [--dim=128] [--k=50]
  [--sample=4000] [--peer_queries=2000]
"""

import argparse
import resource
import time
from contextlib import ExitStack
from unittest import mock

import faiss
import numpy as np
from timing import report

from shopee_tf.retrieval import approximate_indexes, neighbors
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.pair_recall import pair_recall

SIZES = {1: 0.10, 2: 0.35, 3: 0.20, 4: 0.13, 5: 0.09, 6: 0.06, 8: 0.05, 12: 0.02}
MATCHES = 3  # pairs above the threshold, for each row


def product_vectors(rows: int, dim: int, *, seed: int = 0) -> np.ndarray:
    """Vectors of products in random order: [rows, dim] float32."""
    rng = np.random.default_rng(seed)
    sizes = rng.choice(list(SIZES), size=rows, p=list(SIZES.values()))
    product = rng.permutation(np.repeat(np.arange(rows), sizes)[:rows])
    count = product.max() + 1
    vectors = rng.normal(size=(count, dim)).astype(np.float32)[product]
    noise = rng.uniform(0.3, 0.7, count).astype(np.float32)[product]
    vectors += noise[:, None] * rng.standard_normal((rows, dim), np.float32)
    return vectors


class Clock:
    """Adds up what happens inside it, by the clock and by the processors."""

    def __init__(self):
        self.wall = self.processors = 0.0

    def __enter__(self):
        self._wall, self._processors = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *error):
        self.wall += time.perf_counter() - self._wall
        self.processors += time.process_time() - self._processors

    def __sub__(self, other: "Clock") -> "Clock":
        rest = Clock()
        rest.wall, rest.processors = self.wall - other.wall, self.processors - other.processors
        return rest

    def __str__(self):
        return f"{self.wall:.1f} s, processors {self.processors:.1f} s"


def search_by_index(embeddings: Embeddings, index: str, k: int):
    """The neighbours, the clock of building and the clock of everything else."""
    whole, building = Clock(), Clock()

    def timed(build):
        def build_timed(*arguments):
            with building:
                return build(*arguments)

        return build_timed

    builders = ((neighbors, "open_index"), (approximate_indexes, "train_lists"))
    with ExitStack() as patches, whole:
        for module, name in builders:
            build = timed(getattr(module, name))
            patches.enter_context(mock.patch.object(module, name, build))
        found = neighbors.cosine_neighbors(embeddings, k=k, index=index, backend="faiss")
    return found, building, whole - building


def search_flat(vectors: np.ndarray, num_queries: int, k: int) -> Clock:
    """The clock of FAISS's exhaustive search from some rows; adding the vectors is not counted."""
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    index = faiss.IndexFlatIP(units.shape[1])
    index.add(units)
    index.search(units[:64], k)
    with Clock() as clock:
        index.search(units[:num_queries], k)
    return clock


def peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", default="ivf", choices=["ivf", "hnsw"])
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--k", type=int, default=50)
    parser.add_argument("--sample", type=int, default=4000)
    parser.add_argument("--peer_queries", type=int, default=2000)
    args = parser.parse_args()
    warm = product_vectors(500, 8)
    neighbors.cosine_neighbors(Embeddings(np.arange(500), warm), k=5, index="ivf")  # compiles
    vectors = product_vectors(args.rows, args.dim)
    embeddings = Embeddings(np.arange(args.rows, dtype=np.int32), vectors)
    before = peak_gib()
    found, building, searching = search_by_index(embeddings, args.index, args.k)
    memory = peak_gib()
    print(f"built in {building}; peak memory {memory:.2f} GiB, {before:.2f} of it before")
    print(f"searched in {searching}", flush=True)
    flat = search_flat(vectors, args.peer_queries, args.k)
    times = args.rows / args.peer_queries
    print(f"flat: {args.peer_queries} of {args.rows} queries in {flat}, times {times:.0f}")
    sample = np.sort(np.random.default_rng(1).permutation(args.rows)[: args.sample])
    exact = neighbors.cosine_neighbors(embeddings, k=args.k, queries=sample)
    threshold = float(np.sort(exact.similarities[:, 1:], axis=None)[-MATCHES * len(sample)])
    recall = pair_recall(found, exact, threshold)
    print(f"recall of the {MATCHES * len(sample)} pairs at {threshold:.3f} or more: {recall:.5f}")
    report(
        f"cosine_neighbors(index={args.index}) {args.rows} x {args.dim}, k={args.k}, seconds",
        {"ours": searching.wall, "peer": flat.wall * times},
        by_processor_time=round(flat.processors * times / searching.processors, 1),
        recall=round(recall, 5),
        threshold=round(threshold, 3),
        build_seconds=round(building.wall, 1),
        build_processor_seconds=round(building.processors, 1),
        peak_gib=round(memory, 2),
    )


if __name__ == "__main__":
    main()

"""Is exact, repeatable cosine search as fast as the libraries that do not promise ties?

Clustered vectors, all rows against all. Ours normalises, joins, scores again in float64 and ranks
with ties by row; scikit-learn gets `metric="cosine", algorithm="brute"`; plain FAISS
(`IndexFlatIP`) gets normalised vectors and only searches. A product of two square float32 matrices
tells the machine's peak. The last line is JSON; the peer is scikit-learn, or FAISS in `growth`.

Usage: python benchmarks/neighbors.py [--question=libraries|growth] [--rows=34250] [--dim=1024]
  [--k=50] [--repeats=3] [--peer_rows=34250]
"""

import argparse
import functools

import faiss
import numpy as np
from sklearn.neighbors import NearestNeighbors
from timing import report, take_turns

from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import cosine_neighbors

_SQUARE = 4096  # rows and columns of the matrices that tell the peak


def clustered_vectors(rows: int, dim: int, *, seed: int = 0) -> np.ndarray:
    """Vectors of about three to a cluster, as postings are to a product: [rows, dim] float32."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((max(1, rows // 3), dim), np.float32)
    vectors = rng.standard_normal((rows, dim), np.float32)
    vectors *= 0.5
    vectors += centres[rng.integers(0, len(centres), rows)]
    return vectors


def ours(vectors: np.ndarray, k: int) -> np.ndarray:
    return cosine_neighbors(Embeddings(np.arange(len(vectors), dtype=np.int32), vectors), k=k)[1]


def scikit_learn(vectors: np.ndarray, k: int) -> np.ndarray:
    model = NearestNeighbors(n_neighbors=k, metric="cosine", algorithm="brute").fit(vectors)
    return model.kneighbors(vectors, return_distance=False)


def plain_faiss(vectors: np.ndarray, k: int) -> np.ndarray:
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    index = faiss.IndexFlatIP(units.shape[1])
    index.add(units)
    return index.search(units, k)[1]


def product() -> None:
    matrix = np.ones((_SQUARE, _SQUARE), np.float32)
    matrix @ matrix


def libraries(args) -> None:
    vectors = clustered_vectors(args.rows, args.dim)
    ours(vectors[:100], 2)  # loads the compiled loops, or compiles them
    searches = {
        "ours": functools.partial(ours, vectors, args.k),
        "faiss": functools.partial(plain_faiss, vectors, args.k),
        "peer": functools.partial(scikit_learn, vectors, args.k),
        "product": product,
    }
    turns = take_turns(searches, args.repeats)
    print(
        f"rows with FAISS's {args.k}: {same_share(turns.found['ours'], turns.found['faiss']):.4f}"
    )
    more = {}
    for clock, times in (("clock", turns.seconds), ("processor", turns.processor)):
        peak = _SQUARE**3 / times["product"]
        more[clock] = {
            "faiss_ratio": round(times["faiss"] / times["ours"], 2),
            "scikit_learn_ratio": round(times["peer"] / times["ours"], 2),
            "share_of_peak": round(args.rows**2 * args.dim / times["ours"] / peak, 2),
            "faiss_share_of_peak": round(args.rows**2 * args.dim / times["faiss"] / peak, 2),
        } | {name: round(seconds, 3) for name, seconds in times.items()}
    report(f"cosine_neighbors {args.rows} x {args.dim}, k={args.k}", turns.seconds, **more)


def growth(args) -> None:
    grown, rows = {}, 8000
    while rows <= args.rows:
        vectors = clustered_vectors(rows, args.dim)
        searches = {"ours": functools.partial(ours, vectors, args.k)}
        if rows <= args.peer_rows:
            searches["peer"] = functools.partial(plain_faiss, vectors, args.k)
        print(f"{rows} rows")
        turns = take_turns(searches, args.repeats)
        grown[rows] = {name: round(seconds, 2) for name, seconds in turns.processor.items()}
        if "peer" in searches:
            largest = turns
        rows *= 2
    report("growth, the largest with a peer", largest.seconds, processor_by_rows=grown)


def same_share(found: np.ndarray, expected: np.ndarray) -> float:
    return float(np.mean(np.all(np.sort(found, axis=1) == np.sort(expected, axis=1), axis=1)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--question", choices=("libraries", "growth"), default="libraries")
    parser.add_argument("--rows", type=int, default=34250)
    parser.add_argument("--dim", type=int, default=1024)
    parser.add_argument("--k", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peer_rows", type=int, default=34250)
    args = parser.parse_args()
    {"libraries": libraries, "growth": growth}[args.question](args)


if __name__ == "__main__":
    main()

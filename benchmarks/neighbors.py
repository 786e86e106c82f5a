"""Is exact, repeatable cosine search as fast as the libraries that do not promise ties?

Clustered unit vectors, all rows against all. Ours normalises, searches, scores again in float64
and ranks with ties by row; scikit-learn gets `metric="cosine", algorithm="brute"`; plain FAISS gets
normalised vectors and only searches. The last line is JSON; the peer is scikit-learn.

Usage: python benchmarks/neighbors.py [--rows=34250] [--dim=1024] [--k=50] [--repeats=3]
"""

import argparse
import json
import time

import faiss
import numpy as np
from sklearn.neighbors import NearestNeighbors

from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import cosine_neighbors


def clustered_vectors(rows: int, dim: int, *, seed: int = 0) -> np.ndarray:
    """Vectors of about three to a cluster, as postings are to a product: [rows, dim] float32."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(max(1, rows // 3), dim)).astype(np.float32)
    noise = rng.normal(size=(rows, dim)).astype(np.float32)
    return centres[rng.integers(0, len(centres), rows)] + 0.5 * noise


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


def seconds(search, vectors: np.ndarray, k: int, repeats: int) -> tuple[float, np.ndarray]:
    """The shortest of some runs, and what the search found."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        found = search(vectors, k)
        times.append(time.perf_counter() - start)
    return min(times), found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=34250)
    parser.add_argument("--dim", type=int, default=1024)
    parser.add_argument("--k", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    vectors = clustered_vectors(args.rows, args.dim)
    taken = {}
    for search in (plain_faiss, scikit_learn, ours):
        taken[search.__name__], found = seconds(search, vectors, args.k, args.repeats)
        print(f"{search.__name__}: {taken[search.__name__]:.2f} s")
        if search is plain_faiss:
            expected = found
    print(f"rows with the same {args.k} as plain FAISS: {same_share(found, expected):.4f}")
    print(f"ours against plain FAISS: {taken['plain_faiss'] / taken['ours']:.2f}")
    print(
        json.dumps(
            {
                "name": f"cosine_neighbors {args.rows} x {args.dim}, k={args.k}, seconds",
                "ours": round(taken["ours"], 3),
                "peer": round(taken["scikit_learn"], 3),
                "ratio": round(taken["scikit_learn"] / taken["ours"], 2),
            }
        )
    )


def same_share(found: np.ndarray, expected: np.ndarray) -> float:
    return float(np.mean(np.all(np.sort(found, axis=1) == np.sort(expected, axis=1), axis=1)))


if __name__ == "__main__":
    main()

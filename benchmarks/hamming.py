"""Is exact Hamming search with ties by row as fast as FAISS's IndexBinaryFlat, which has none?

Hashes like those of a catalogue: groups of one photograph and its near copies. The last line is
JSON; the peer is FAISS on the same number of neighbours.

Usage: python benchmarks/hamming.py [--rows=31192] [--k=50] [--csv=train.csv] [--repeats=3]
"""

import argparse
import csv
import json
import time

import faiss
import numpy as np

from shopee_tf.retrieval.hamming import hamming_neighbors


def drawn_hashes(rows: int, *, seed: int = 0) -> list[str]:
    """Hashes of which one in four repeats or nearly repeats an earlier one."""
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 2**64, rows, dtype=np.uint64)
    copies = np.flatnonzero(rng.random(rows) < 0.25)
    flips = np.uint64(1) << rng.integers(0, 64, len(copies)).astype(np.uint64)
    values[copies] = values[copies // 2] ^ np.where(rng.random(len(copies)) < 0.5, flips, 0)
    return [f"{value:016x}" for value in values]


def csv_hashes(path: str) -> list[str]:
    """The column image_phash of a catalogue."""
    with open(path, encoding="utf-8", newline="") as file:
        return [row["image_phash"] for row in csv.DictReader(file)]


def faiss_binary(hashes: list[str], k: int) -> np.ndarray:
    codes = np.array([int(text, 16) for text in hashes], np.uint64).view(np.uint8).reshape(-1, 8)
    index = faiss.IndexBinaryFlat(64)
    index.add(codes)
    return index.search(codes, k)[1]


def seconds(search, repeats: int) -> float:
    """The shortest of some runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        search()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=31192)
    parser.add_argument("--k", type=int, default=50)
    parser.add_argument("--csv", default=None)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    hashes = csv_hashes(args.csv) if args.csv else drawn_hashes(args.rows)
    ours = seconds(lambda: hamming_neighbors(hashes, k=args.k), args.repeats)
    peer = seconds(lambda: faiss_binary(hashes, args.k), args.repeats)
    print(f"ours: {ours:.2f} s, FAISS: {peer:.2f} s")
    result = {"ours": round(ours, 3), "peer": round(peer, 3), "ratio": round(peer / ours, 2)}
    print(json.dumps({"name": f"hamming_neighbors {len(hashes)}, k={args.k}, seconds"} | result))


if __name__ == "__main__":
    main()

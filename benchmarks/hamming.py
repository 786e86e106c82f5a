"""Is exact Hamming search with ties by row as fast as FAISS's IndexBinaryFlat, which has none?

Hashes like those of a catalogue: groups of one photograph and its near copies. With --csv and more
rows than it has, copies of the whole catalogue are added, each with all hashes moved by the same
random bits: distances inside a copy stay as they are. With --max_distance below 24 the peer is
FAISS's range search, which gives pairs in any order. --peer_queries gives it that many queries, and
multiplies its time by what is missing. The last line is JSON.

Usage: python benchmarks/hamming.py [--rows=31192] [--k=50] [--max_distance=24] [--csv=train.csv]
  [--repeats=3] [--peer_queries=N]
"""

import argparse
import csv
import json
import resource
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


def grown(hashes: list[str], rows: int, *, seed: int = 0) -> list[str]:
    """A catalogue of `rows` hashes, from copies of a smaller one moved apart."""
    values = np.array([int(text, 16) for text in hashes], np.uint64)
    moves = np.random.default_rng(seed).integers(0, 2**64, -(-rows // len(values)), dtype=np.uint64)
    moves[0] = 0
    return [f"{value:016x}" for value in (values ^ moves[:, None]).ravel()[:rows].tolist()]


def open_faiss(hashes: list[str], k: int, max_distance: int, num_queries: int):
    codes = np.array([int(text, 16) for text in hashes], np.uint64).view(np.uint8).reshape(-1, 8)
    queries = codes[np.random.default_rng(0).permutation(len(codes))[:num_queries]]
    index = faiss.IndexBinaryFlat(64)
    index.add(codes)
    if max_distance < 24:
        return lambda: index.range_search(queries, max_distance + 1)
    return lambda: index.search(queries, k)


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
    parser.add_argument("--max_distance", type=int, default=24)
    parser.add_argument("--csv", default=None)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peer_queries", type=int, default=None)
    args = parser.parse_args()
    hashes = csv_hashes(args.csv) if args.csv else drawn_hashes(args.rows)
    hashes = grown(hashes, args.rows) if args.rows > len(hashes) else hashes[: args.rows]
    search = {"k": args.k, "max_distance": args.max_distance}
    ours = seconds(lambda: hamming_neighbors(hashes, **search), args.repeats)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    asked = args.peer_queries or len(hashes)
    peer = seconds(open_faiss(hashes, num_queries=asked, **search), args.repeats)
    peer *= len(hashes) / asked
    print(f"ours: {ours:.2f} s, {memory} MiB at most; FAISS: {peer:.2f} s from {asked} queries")
    result = {"ours": round(ours, 3), "peer": round(peer, 3), "ratio": round(peer / ours, 2)}
    name = f"hamming_neighbors {len(hashes)}, k={args.k}, max_distance={args.max_distance}, seconds"
    print(json.dumps({"name": name} | result))


if __name__ == "__main__":
    main()

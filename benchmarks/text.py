"""How fast are the parts of a text system, against the libraries that do the same?

words   top-k self-join of TF-IDF of words; the peer is scikit-learn's brute force
chars   the same of runs of characters; the peer is sparse_dot_topn
memory  the most memory that a process takes which vectorises titles and joins them, against 1 GiB
growth  how the time of the join grows with the titles; beyond the csv with titles made from its own
input   titles a second of the training pipeline against the bare tokenizer, and how long a training
        step waits for its batch
encode  embedding titles in batches cut to their longest; the peer pads all to --max_length

Ours and the peer take turns in one process, the shortest time of each counts. The last line is
JSON; a ratio above 1 means that ours is better, and so does `processor_ratio`, of the seconds that
processors worked, all threads counted: other work on the machine changes it less. The first call
ever compiles for some seconds, which are not counted.

Usage: python benchmarks/text.py --question=words --csv=train.csv [--repeats=3] [--k=50]
       [--rows=N] [--system=tfidf] [--encoder=FOLDER --preprocessor=FOLDER] [--data=FOLDER]
"""

import argparse
import json
import os
import resource
import time
from collections.abc import Callable

import numpy as np
from timing import Turns, processor_ratio, report, take_turns

from shopee_tf.data.catalog import read_catalog
from shopee_tf.retrieval.embeddings import Embeddings
from shopee_tf.retrieval.neighbors import cosine_neighbors
from shopee_tf.retrieval.tfidf import TFIDF_SYSTEMS, tfidf_embeddings


def agreement(ours: np.ndarray, values: np.ndarray, peer: list[np.ndarray]) -> float:
    """The share of our neighbours that the peer has too, save those that tie with the last."""
    sure = values > np.maximum(values[:, -1:], 0) + 1e-6
    shared = [np.isin(row[kept], other) for row, kept, other in zip(ours, sure, peer, strict=True)]
    return float(np.mean(np.concatenate(shared)))


def vectorised(titles, system: str) -> Embeddings:
    embeddings = tfidf_embeddings(titles, **TFIDF_SYSTEMS[system])
    rows, terms = embeddings.vectors.shape
    print(f"{system}: {rows} titles, {terms} terms, {embeddings.vectors.nnz} weights", flush=True)
    return embeddings


def compile_loops() -> None:
    cosine_neighbors(tfidf_embeddings(["a", "a b"]), k=2)


def scikit_learn(vectors, k: int):
    from sklearn.neighbors import NearestNeighbors

    model = NearestNeighbors(n_neighbors=k, metric="cosine", algorithm="brute").fit(vectors)
    return list(model.kneighbors(vectors, return_distance=False))


def dot_topn(vectors, k: int):
    from sparse_dot_topn import sp_matmul_topn

    transposed = vectors.T.tocsr()
    found = sp_matmul_topn(vectors, transposed, k, sort=True, n_threads=os.cpu_count())
    return np.split(found.indices, found.indptr[1:-1])


def ask_join(args, system: str, peer: Callable) -> None:
    embeddings = vectorised(titles_of(args), system)
    compile_loops()
    searches = {
        "ours": lambda: cosine_neighbors(embeddings, k=args.k),
        "peer": lambda: peer(embeddings.vectors, args.k),
    }
    turns = take_turns(searches, args.repeats)
    _, ours, values = turns.found["ours"]
    same = round(agreement(ours, values, turns.found["peer"]), 6)
    name = f"{system} self-join against {peer.__name__}, {len(ours)} titles, k={args.k}, seconds"
    more = {"processor_ratio": processor_ratio(turns), "same_neighbors": same}
    report(name, turns.seconds, **more)


def ask_memory(args) -> None:
    embeddings = vectorised(titles_of(args), args.system)
    cosine_neighbors(embeddings, k=args.k)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    name = f"{args.system} of {len(embeddings.rows)} titles, MiB at most"
    report(name, {"ours": peak, "peer": 1024.0})


def ask_growth(args) -> None:
    titles = titles_of(args)
    compile_loops()
    sizes = [len(titles) >> shift for shift in (3, 2, 1, 0)]
    shuffled = np.random.default_rng(0).permutation(len(titles))
    turns = [time_of_part([titles[row] for row in shuffled[:size]], args) for size in sizes]
    line = {"name": f"growth of {args.system}, k={args.k}, seconds", "rows": sizes}
    for clock in ("seconds", "processor"):
        taken = [getattr(turn, clock)["ours"] for turn in turns]
        line[clock] = np.round(taken, 3).tolist()
        exponent = np.log(taken[-1] / taken[0]) / np.log(sizes[-1] / sizes[0])
        line[f"{clock}_exponent"] = round(float(exponent), 2)
    print(json.dumps(line))


def time_of_part(titles: list[str], args) -> Turns:
    embeddings = vectorised(titles, args.system)
    return take_turns({"ours": lambda: cosine_neighbors(embeddings, k=args.k)}, args.repeats)


def titles_of(args) -> list[str]:
    """The titles of the csv, and beyond them copies of which three words in ten are others'."""
    titles = read_catalog(args.csv).titles.tolist()
    rows = args.rows or len(titles)
    rng = np.random.default_rng(0)
    if rows <= len(titles):
        return [titles[row] for row in np.sort(rng.permutation(len(titles))[:rows])]
    words = np.array(" ".join(titles).split())
    copies = []
    for source in rng.integers(0, len(titles), rows - len(titles)):
        own = np.array(titles[source].split())
        drawn = words[rng.integers(0, len(words), len(own))]
        copies.append(" ".join(np.where(rng.random(len(own)) < 0.3, drawn, own)))
    return titles + copies


def build_encoder(args):
    from shopee_tf.models.title_encoder import TitleEncoderConfig, build_title_encoder

    config = TitleEncoderConfig(
        "hub", encoder=args.encoder, preprocessor=args.preprocessor,
        max_length=args.max_length, pooling="mean", embedding_dim=0,
    )  # fmt: skip
    return build_title_encoder(config)


def ask_input(args) -> None:
    import tensorflow as tf

    from shopee_tf.data.datasets import title_training_dataset

    encoder, catalog = build_encoder(args), read_catalog(args.csv)
    titles, labels = catalog.titles.tolist(), catalog.labels.astype(np.int32)

    def bare():
        for start in range(0, len(titles), 2048):
            encoder.tokenize(tf.constant(titles[start : start + 2048]))

    def batches():
        return title_training_dataset(
            args.data, labels, tokenize=encoder.tokenize, batch_size=args.batch_size
        )

    def pipeline():
        for _ in batches():
            pass

    turns = take_turns({"ours": pipeline, "peer": bare}, args.repeats)
    waited = waiting_share(encoder.model, batches(), int(labels.max()) + 1, args.steps)
    print(f"a training step waits for {waited:.2%} of its time", flush=True)
    speeds = {name: round(len(titles) / taken) for name, taken in turns.seconds.items()}
    name = f"pipeline against bare tokenizer, {len(titles)} titles, seconds"
    more = {"titles_per_second": speeds, "processor_ratio": processor_ratio(turns)}
    report(name, turns.seconds, waiting=round(waited, 4), **more)


def waiting_share(model, batches, num_classes: int, steps: int) -> float:
    """The share of `steps` training steps of a softmax classifier that goes to the next batch."""
    import keras
    import tensorflow as tf

    head = keras.layers.Dense(num_classes)
    head.build((None, model.output_shape[-1]))
    weights = model.trainable_variables + head.trainable_variables
    optimizer = keras.optimizers.Adam(1e-5)
    optimizer.build(weights)

    @tf.function(reduce_retracing=True)
    def train_step(tokens, labels):
        with tf.GradientTape() as tape:
            logits = head(model(tokens, training=True))
            loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        values = [weight.value for weight in weights]
        optimizer.apply(tape.gradient(loss, values), weights)

    iterator = iter(batches)
    for _ in range(3):  # traces, and fills the prefetch buffer
        train_step(*next(iterator)[:2])
    waited, began = 0.0, time.perf_counter()
    for _ in range(steps):
        start = time.perf_counter()
        tokens, labels, _ = next(iterator)
        waited += time.perf_counter() - start
        train_step(tokens, labels)
    return waited / (time.perf_counter() - began)


def ask_encode(args) -> None:
    import tensorflow as tf

    from shopee_tf.data.datasets import title_batches
    from shopee_tf.encoding import embed_catalog
    from shopee_tf.models.predict import make_predict

    encoder, catalog = build_encoder(args), read_catalog(args.csv)
    rows = np.arange(len(catalog))
    if args.rows:
        rows = np.sort(np.random.default_rng(0).permutation(len(catalog))[: args.rows])
        catalog = catalog.take(rows)
    predict = make_predict(encoder.model, batch_size=64)

    def fixed_length():
        records = {"row": np.arange(len(rows), dtype=np.int32), "title": catalog.titles.tolist()}
        batches = title_batches(
            tf.data.Dataset.from_tensor_slices(records),
            tokenize=encoder.tokenize, batch_size=64, by_length=False,
        )  # fmt: skip
        return np.concatenate([predict(tokens, len(part)) for tokens, part in batches])

    searches = {"ours": lambda: embed_catalog(encoder, catalog).vectors, "peer": fixed_length}
    turns = take_turns(searches, args.repeats)
    apart = float(np.abs(turns.found["ours"] - turns.found["peer"]).max())
    name = f"embedding {len(rows)} titles, peer at length {args.max_length}, seconds"
    more = {"processor_ratio": processor_ratio(turns), "largest_difference": float(f"{apart:.1e}")}
    report(name, turns.seconds, **more)


QUESTIONS = {
    "words": lambda args: ask_join(args, "tfidf", scikit_learn),
    "chars": lambda args: ask_join(args, "tfidf_chars", dot_topn),
    "memory": ask_memory,
    "growth": ask_growth,
    "input": ask_input,
    "encode": ask_encode,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--question", choices=QUESTIONS, required=True)
    parser.add_argument("--csv", required=True)
    parser.add_argument("--rows", type=int, default=0, help="titles; 0 for those of the csv")
    parser.add_argument("--k", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--system", choices=TFIDF_SYSTEMS, default="tfidf")
    parser.add_argument("--encoder", help="folder of a TF-Hub text encoder")
    parser.add_argument("--preprocessor", help="folder of its preprocessor")
    parser.add_argument("--data", help="TFRecord folder of the csv")
    parser.add_argument("--max_length", type=int, default=70)
    parser.add_argument("--batch_size", type=int, default=64)
    parser.add_argument("--steps", type=int, default=60)
    args = parser.parse_args()
    QUESTIONS[args.question](args)


if __name__ == "__main__":
    main()

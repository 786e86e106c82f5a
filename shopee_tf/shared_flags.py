"""Flags that several commands share."""

from shopee_tf import options


def define_titles(values: options.FlagValues) -> None:
    """Defines the flags that say how titles are normalised, and what variants they tell."""
    options.choice(
        values,
        "variant_guard",
        "none",
        ("none", "veto", "penalty"),
        "Neighbours whose titles name another size, count or model: as others; never a match; or "
        "a match only if more similar than others, by how much is fitted.",
    )
    define_title_steps(values, "Normalise the titles that untrained systems see")


def define_decision(values: options.FlagValues) -> None:
    """Defines the flags that say how systems decide together."""
    options.choice(
        values,
        "fusion",
        "union",
        ("union", "sum", "squared", "noisy_or", "boundary", "pairs"),
        "How systems decide together. union: each by its threshold, joined as their names say. "
        "Others tell the probability of each pair, from a weighted sum of similarities, of their "
        "squares, the chance that any system is right, a fitted boundary, or trees that see all "
        "that is known of a pair and of its neighbours (the best).",
    )
    options.choice(
        values,
        "sets",
        "threshold",
        ("threshold", "expected_f1", "groups", "components"),
        "Which pairs match by their probability: those above a fitted line, for each listing the "
        "set of the highest expected F1, or those of one group, each listing being in one: merged "
        "by average odds, or components of linked pairs whose weak links are cut.",
    )


def define_title_steps(values: options.FlagValues, what: str) -> None:
    """Defines --title_steps; `what` begins its help."""
    options.words(
        values,
        "title_steps",
        [],
        f"{what}: accents, byte_escapes, lemma, promo, punctuation, stem, stop_words, units; "
        "separated by commas.",
    )


def define_gpu_memory(values: options.FlagValues) -> None:
    """Defines --gpu_memory_gb, of the commands that run TensorFlow."""
    options.number(
        values, "gpu_memory_gb", None,
        "TensorFlow takes so many GiB of each GPU and leaves the rest to others, as RAPIDS; "
        "nearly all where not given.",
        lower_bound=0.1,
    )  # fmt: skip


def define_csv(values: options.FlagValues, *, required: bool = True) -> None:
    """Defines the flags that say how to read a catalogue."""
    options.string(values, "csv", None, "The catalogue: a csv with at least posting_id and title.")
    options.string(values, "csv_encoding", "utf-8", "The encoding of the csv.")
    options.integer(
        values, "limit_rows", None,
        "Read only the first so many rows: a quick try. It parts products, so F1 is another.",
        lower_bound=1,
    )  # fmt: skip
    if required:
        options.require(values, "csv")

"""The languages of titles."""

from collections.abc import Sequence

import numpy as np

from shopee_tf.data.title_language import LANGUAGES, title_languages
from shopee_tf.report.blocks import Block, Table
from shopee_tf.report.shared_values import percent

_EXAMPLES = 2  # titles of each language


def language_blocks(titles: Sequence[str], *, seed: int) -> list[Block]:
    """Counts the titles of each language there is, with examples drawn by `seed`."""
    titles, random = np.array(titles, object), np.random.default_rng(seed)
    languages = title_languages(titles)
    rows = []
    for language in LANGUAGES:
        mine = titles[languages == language]
        if not len(mine):
            continue
        examples = random.choice(mine, min(_EXAMPLES, len(mine)), replace=False)
        rows.append(
            (language, f"{len(mine):,}", percent(len(mine), len(titles)), " · ".join(examples))
        )
    caption = "By words that belong to one language alone; see shopee_tf.data.title_language."
    header = ("language", "titles", "% of titles", "for example")
    return [Table("Languages", header, tuple(rows), caption)]

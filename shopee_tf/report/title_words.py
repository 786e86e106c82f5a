"""The words of titles: a cloud, and a list of the most frequent."""

import io
import re
from collections import Counter
from collections.abc import Iterable

from shopee_tf.data.title_words import STOP_WORDS
from shopee_tf.report.blocks import Block, Figure, Table
from shopee_tf.report.drawing import COLORS
from shopee_tf.report.shared_values import percent
from tfrecords.errors import ResourceError

_WORD = re.compile(r"[^\W\d_]{3,}")
_CLOUD, _LISTED = 150, 20  # words
_WIDTH, _HEIGHT = 1224, 560  # pixels


def count_words(titles: Iterable[str]) -> Counter:
    """Counts in how many titles each word is, in lower case.

    Words of less than three letters and those of grammar are left out.

    Example:
      >>> count_words(["Tas untuk anak", "tas TAS 2 kg"]).most_common()
      [('tas', 2), ('anak', 1)]
    """
    counts = Counter()
    for title in titles:
        counts.update(set(_WORD.findall(title.lower())))
    for word in STOP_WORDS:
        counts.pop(word, None)
    return counts


def word_blocks(titles: Iterable[str], *, seed: int) -> list[Block]:
    """Draws the cloud, and lists the most frequent words; nothing where no title has words.

    Args:
      titles: cleaned.
      seed: places the words of the cloud.

    Raises:
      ResourceError: wordcloud is not installed.
    """
    titles = list(titles)
    counts = count_words(titles)
    common = sorted(counts.items(), key=lambda found: (-found[1], found[0]))
    rows = tuple((word, f"{n:,}", percent(n, len(titles))) for word, n in common[:_LISTED])
    table = Table("Most frequent words", ("word", "titles", "% of titles"), rows)
    return [*_cloud(dict(common), seed), table] if rows else []


def _cloud(counts, seed) -> list[Figure]:
    font, has_glyphs = _font()
    drawn = [(word, count) for word, count in counts.items() if has_glyphs(word)][:_CLOUD]
    if not drawn:
        return []
    cloud = _cloud_class()(
        width=_WIDTH, height=_HEIGHT, background_color="white", font_path=font, random_state=seed,
        color_func=_color, prefer_horizontal=1.0, max_font_size=120, relative_scaling=0.4,
    ).generate_from_frequencies(dict(drawn))  # fmt: skip
    buffer = io.BytesIO()
    cloud.to_image().save(buffer, "PNG", optimize=True)
    caption = "The larger, the more titles have the word. Words of grammar are left out."
    return [Figure("word_cloud", "Words of titles", buffer.getvalue(), caption)]


def _color(word, font_size, position, orientation, random_state=None, **_):
    return COLORS[random_state.randrange(len(COLORS))]


def _font():
    """The path of matplotlib's own font, and a function that tells whether it has a word."""
    from matplotlib import font_manager

    path = font_manager.findfont("DejaVu Sans")
    known = set(font_manager.get_font(path).get_charmap())
    return path, lambda word: all(ord(char) in known for char in word)


def _cloud_class():
    try:
        from wordcloud import WordCloud
    except ImportError as error:
        raise ResourceError(f"a report: {error}; pip install 'shopee_tf[report]'") from None
    return WordCloud

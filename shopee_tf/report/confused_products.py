"""The products that are most taken for each other, with the reasons of their likeliest pair."""

from shopee_tf.data.catalog import Catalog
from shopee_tf.explaining.cards import Card
from shopee_tf.explaining.text import system_lines, verdict_lines, word_lines
from shopee_tf.report.blocks import Block, Gallery, GalleryRow, Table, Text, as_table
from shopee_tf.report.confusions import Confusion, confused_products, mistaken_pairs
from shopee_tf.report.photos import Thumbnail, listing
from shopee_tf.report.predictions import Predictions, strength
from tfrecords.wording import counted

_LISTED, _EXPLAINED = 20, 6  # products of two each


def confusion_blocks(
    predictions: Predictions, catalog: Catalog, thumbnail: Thumbnail
) -> list[Block]:
    """Lists which products are most taken for each other, and shows the likeliest pair of some.

    A submission file has no reasons: its pairs stand without a card.

    Args:
      predictions: of all listings.
      catalog: labelled.
      thumbnail: of its rows.
    """
    pairs = mistaken_pairs(predictions.matches, catalog.labels)
    confusions = confused_products(pairs, catalog.labels, most=_LISTED)
    if not confusions:
        return [Text("No listing matches one of another product: none are taken for each other.")]
    sure = strength(predictions)
    likeliest = [_likeliest(one, sure) for one in confusions]
    blocks: list[Block] = [_table(confusions, likeliest, catalog, len(pairs))]
    for number, (one, pair) in enumerate(zip(confusions, likeliest), start=1):
        if number > _EXPLAINED:
            break
        blocks.append(_pair(number, one, pair, catalog, thumbnail))
        if predictions.explainer is not None:
            card = predictions.explainer.card(*catalog.posting_ids[list(pair)])
            blocks += card_blocks(card)
    return blocks


def _likeliest(one: Confusion, sure) -> tuple[int, int]:
    """The pair that is surest to match; of several, the first by rows."""
    return max(map(tuple, one.pairs.tolist()), key=lambda pair: sure(*pair))


def _table(confusions, likeliest, catalog, total) -> Table:
    groups, titles = catalog.label_groups, catalog.titles
    rows = tuple(
        (f"{len(one.pairs):,}", *(f"{groups[row]}: {titles[row]}" for row in pair))
        for one, pair in zip(confusions, likeliest, strict=True)
    )
    caption = (
        f"In all {counted(total, 'pair')} of listings of two products matched. A pair counts once, "
        "whichever of the two lists the other. Titles are those of the likeliest pair. Below, "
        "words stand with their weight (IDF), the rarest first."
    )
    return Table(
        "Most confused products", ("pairs of listings", "product", "taken for"), rows, caption
    )


def _pair(number, one, pair, catalog, thumbnail) -> Gallery:
    groups = catalog.label_groups
    names = " and ".join(str(groups[row]) for row in pair)
    caption = f"{number}. products {names}, {counted(len(one.pairs), 'pair')}; the likeliest:"
    shown = tuple(listing(catalog, thumbnail, row, note=f"product {groups[row]}") for row in pair)
    return Gallery("", (GalleryRow(caption, shown),))


def card_blocks(card: Card) -> list[Block]:
    """Lays the card of a pair out: the verdict, what each system says, the words."""
    words = " \u00b7 ".join(word_lines(card))
    return [Text("; ".join(verdict_lines(card))), as_table("", system_lines(card), words)]

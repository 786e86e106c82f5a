"""How well listings are matched, by the size of their product and the language of their title."""

from shopee_tf.evaluation.scoring import Result
from shopee_tf.evaluation.slices import SLICES
from shopee_tf.report.blocks import Block, Figure, Table
from shopee_tf.report.drawing import ACCENT, SECOND, THIRD, as_block, new_axes

_NAMES = {
    "group_size": ("Scores by size of the product", "listings of the product"),
    "language": ("Scores by language of the title", "language"),
}
_WIDTH = 0.27  # of a bar


def score_blocks(result: Result) -> list[Block]:
    """Lists and draws F1, precision and recall by each kind of listing that was scored apart."""
    blocks: list[Block] = []
    for by in SLICES:
        slices = [part for part in result.slices if part.by == by]
        if slices:
            blocks += [_figure(by, slices), _table(by, slices)]
    return blocks


def _figure(by, slices) -> Figure:
    title, noun = _NAMES[by]
    figure, (axes,) = new_axes(height=2.9)
    measures = (
        ("f1", "F1", ACCENT),
        ("precision", "precision", SECOND),
        ("recall", "recall", THIRD),
    )
    for place, (field, name, color) in enumerate(measures):
        at = [number + (place - 1) * _WIDTH for number in range(len(slices))]
        axes.bar(at, [getattr(part, field) for part in slices], _WIDTH, color=color, label=name)
    axes.set_xticks(range(len(slices)), [part.value for part in slices])
    axes.set_xlabel(noun)
    axes.set_ylabel("mean")
    axes.set_ylim(0, 1.02)
    figure.legend(loc="outside right upper", frameon=False, fontsize=9)
    return as_block(figure, f"scores_by_{by}", title)


def _table(by, slices) -> Table:
    rows = tuple(
        (part.value, f"{part.num_queries:,}", *(f"{part[at]:.4f}" for at in (3, 4, 5)))
        for part in slices
    )
    return Table("", (_NAMES[by][1], "scored", "F1", "precision", "recall"), rows)

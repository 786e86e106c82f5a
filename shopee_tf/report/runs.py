"""What trained runs tell: how they learnt, and where their embeddings lie."""

import os
from collections.abc import Sequence
from typing import NamedTuple

from scipy import sparse

from shopee_tf.data.catalog import Catalog
from shopee_tf.evaluation.learning_curves import (
    LearningCurves,
    learning_figure,
    read_learning_curves,
    trainer_of,
)
from shopee_tf.evaluation.training_curves import (
    TrainingCurves,
    read_training_curves,
    training_figure,
)
from shopee_tf.report.blocks import Block, Text
from shopee_tf.report.drawing import as_block
from shopee_tf.report.projection import projection_figure
from shopee_tf.retrieval.embeddings import Embeddings, load_embeddings
from shopee_tf.runs import check_run
from shopee_tf.systems.grammar import short_names


class RunStory(NamedTuple):
    """What is there to be drawn of a run."""

    folder: str
    curves: LearningCurves | TrainingCurves | None  # None of a run that has finished no epoch
    embeddings: Embeddings | None  # stored, of the catalogue; None where there are none


def read_stories(folders: Sequence[str], catalog: Catalog) -> list[RunStory]:
    """Reads what runs tell, each once.

    Raises:
      UsageError: no run there.
      IntegrityError: a damaged one, or embeddings of another catalogue.
      DataError: epochs that are none.
    """
    named = dict.fromkeys(map(os.path.normpath, folders))
    return [_read_story(folder, catalog) for folder in named]


def _read_story(folder, catalog) -> RunStory:
    check_run(folder)
    curves = None
    if os.path.exists(os.path.join(folder, "metrics.jsonl")):
        classifier = trainer_of(folder) == "trainers.classifier"
        curves = (read_learning_curves if classifier else read_training_curves)(folder)
    stored = os.path.join(folder, "embeddings")
    embeddings = None
    if os.path.isdir(stored):
        embeddings = load_embeddings(stored, ids_sha256=catalog.ids_sha256)
    return RunStory(folder, curves, embeddings)


def run_blocks(stories: Sequence[RunStory], catalog: Catalog) -> list[Block]:
    """Draws the curves of classifiers, those of other runs, and the embeddings of each run."""
    blocks: list[Block] = []
    curves = [story.curves for story in stories]
    for kind, draw, name, title, caption in _CURVES:
        same = [one for one in curves if isinstance(one, kind)]
        if same:
            blocks.append(as_block(draw(same), name, title, caption))
    short = short_names([story.folder for story in stories])
    for folder, _, embeddings in stories:
        if embeddings is None:
            blocks.append(Text(f"{folder} holds no embeddings: {_HOW} --run={folder} makes them."))
        elif not sparse.issparse(embeddings.vectors) and embeddings.vectors.shape[1] > 1:
            blocks.append(projection_figure(short[folder], embeddings, catalog))
    return blocks


_HOW = "python -m shopee_tf.embed"
_CURVES = (
    (LearningCurves, learning_figure, "learning", "How classifiers learnt", ""),
    (
        TrainingCurves, training_figure, "training", "How encoders learnt",
        "The epoch of the highest F1 is kept. Losses of different heads do not compare.",
    ),
)  # fmt: skip

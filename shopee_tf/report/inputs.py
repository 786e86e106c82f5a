"""What a report is made from beside the catalogue, read before anything is searched."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from shopee_tf.data.catalog import Catalog
from shopee_tf.evaluation.results_file import StoredResults, read_results
from shopee_tf.matcher import load_matcher, read_seen
from shopee_tf.progress import Progress
from shopee_tf.report.predictions import Predictions, of_matcher, of_submission
from shopee_tf.report.runs import RunStory, read_stories
from shopee_tf.systems import Source


class Inputs(NamedTuple):
    """What was given."""

    results: StoredResults | None
    stories: list[RunStory]
    predict: Callable[[], Predictions | None]  # searches the catalogue, where a matcher is given


def read_inputs(
    catalog: Catalog,
    *,
    images: str | None = None,
    results: str | None = None,
    matcher: str | None = None,
    submission: str | None = None,
    runs: Sequence[str] = (),
    progress: Progress | None = None,
) -> Inputs:
    """Reads all that was given.

    Args:
      catalog: the listings.
      images: folder of their photos.
      results: a file that evaluate wrote.
      matcher: a folder that calibrate wrote; it will be applied to the catalogue.
      submission: a submission file, of all listings of the catalogue.
      runs: folders of trained runs.
      progress: called with (done, total) of the search.

    Raises:
      UserError: something is not there, damaged, or does not fit the catalogue.
    """
    stored = read_results(results) if results else None
    stories = read_stories(runs, catalog)
    if matcher:
        predict = _opened(matcher, catalog, images, progress)
    else:
        found = of_submission(submission, catalog) if submission else None

        def predict():
            return found

    return Inputs(stored, stories, predict)


def _opened(folder, catalog, images, progress):
    matcher, seen = load_matcher(folder), read_seen(folder)
    source = Source(catalog, images=images, title_steps=matcher.title_steps, progress=progress)
    source.check(matcher.decision.union)
    return lambda: of_matcher(matcher, seen, source)

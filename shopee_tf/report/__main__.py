"""Makes a report to look at: one HTML file of a catalogue, with figures, tables and photos.

Usage:
  python -m shopee_tf.report --csv=train.csv --images=train_images --output=report.html
  python -m shopee_tf.report --csv=labelled.csv --results=results.json --matcher=runs/matcher

The file needs nothing else, runs no script and asks nothing of any server.
"""

import datetime
import os

from shopee_tf import options, shared_flags
from shopee_tf.progress import signs_of_life
from tfrecords.wording import counted

_GIVEN = ("images", "results", "matcher", "submission", "runs")  # beside the csv


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    shared_flags.define_csv(values)
    options.string(values, "images", None, "Folder of the catalogue's photos; none are shown else.")
    options.string(values, "output", "report.html", "The HTML file to write.")
    options.string(values, "results", None, "A file that evaluate --output wrote: systems scored.")
    options.string(values, "matcher", None, "Folder that calibrate wrote: match the csv, show how.")
    options.string(values, "submission", None, "Or a submission file: show its matches.")
    options.words(values, "runs", [], "Folders of trained runs: curves, and stored embeddings.")
    options.string(values, "figures", None, "Write each figure as a PNG file into this folder too.")
    options.integer(values, "seed", 0, "Draws the listings that are shown.", lower_bound=0)
    shared_flags.define_gpu_memory(values)


@signs_of_life()
def run(values: options.FlagValues) -> options.Done:
    """Writes the page, and its figures where asked to."""
    _check(values)
    from shopee_tf.report.blocks import Figure
    from shopee_tf.report.origin import origin_line, report_title
    from shopee_tf.report.page import check_page, render
    from tfrecords import files

    check_page()
    sections = list(_sections(values))
    origin = origin_line(values.csv, _given(values), day=_today())
    files.write_text(values.output, render(report_title(values.csv), sections, origin=origin))
    figures = [one for section in sections for one in section.blocks if isinstance(one, Figure)]
    if values.figures:
        for figure in figures:
            with files.atomic_write(os.path.join(values.figures, f"{figure.name}.png")) as file:
                file.write(figure.png)
    filled = sum(section.filled for section in sections)
    what = f"{counted(filled, 'section')} with {counted(len(figures), 'figure')}"
    return options.Done(what, [values.output, values.figures])


def _today() -> datetime.date:
    return datetime.date.today()


def _given(values) -> dict:
    return {name: values[name].value for name in _GIVEN}


def _check(values):
    """Refuses what cannot be written, before anything is read."""
    from tfrecords.errors import UsageError
    from tfrecords.outputs import check_outputs, check_writable

    if os.path.isdir(values.output):
        within = os.path.join(values.output, "report.html")
        raise UsageError(f"--output={values.output}: a folder; name a file, such as {within}")
    if not values.output.lower().endswith((".html", ".htm")):
        raise UsageError(f"--output={values.output}: expected a name that ends in .html")
    read = options.paths(values, "csv", "submission", "results", "matcher")
    check_outputs(options.paths(values, "output"), read)
    if values.figures:
        check_writable(values.figures)
    if values.matcher and values.submission:
        raise UsageError("give either --matcher=FOLDER or --submission=FILE")


def _sections(values):
    """The sections of the page, in their order."""
    from shopee_tf.data.catalog import read_catalog
    from shopee_tf.data.image_files import check_images
    from shopee_tf.report.errors_section import errors_section
    from shopee_tf.report.photos import thumbnails
    from shopee_tf.report.systems_section import systems_section

    catalog = read_catalog(values.csv, encoding=values.csv_encoding, limit_rows=values.limit_rows)
    check_images(catalog.images, values.images)
    inputs = _inputs(values, catalog)
    thumbnail = thumbnails(catalog, values.images)
    yield _catalogue(values, catalog, thumbnail)
    predictions = inputs.predict()
    yield systems_section(inputs.results, predictions, inputs.stories, catalog)
    yield errors_section(predictions, catalog, thumbnail, seed=values.seed)


def _limit(values, more: bool) -> list:
    """What is to be said where rows of the csv were left unread."""
    from shopee_tf.report.blocks import Text

    if not more:
        return []
    name, rows = os.path.basename(values.csv), counted(values.limit_rows, "row")
    return [
        Text(
            f"Only the first {rows} of {name} were read, by --limit_rows. That parts products: "
            "fewer partners, fewer strangers, and another F1 than the whole has."
        )
    ]


def _inputs(values, catalog):
    from shopee_tf.gpu_memory import limit_gpu_memory
    from shopee_tf.progress import progress_bar
    from shopee_tf.report.inputs import read_inputs

    inputs = read_inputs(catalog, progress=progress_bar("matching"), **_given(values))
    limit_gpu_memory(values.gpu_memory_gb)
    return inputs


def _catalogue(values, catalog, thumbnail):
    from shopee_tf.progress import progress_bar
    from shopee_tf.report.catalogue_section import catalogue_section
    from shopee_tf.report.title_stages import written_titles

    written, more = written_titles(
        values.csv, encoding=values.csv_encoding, limit_rows=values.limit_rows
    )
    section = catalogue_section(
        catalog,
        thumbnail,
        written=written,
        images=values.images,
        seed=values.seed,
        progress=progress_bar("looking at the catalogue"),
    )
    return section._replace(blocks=(*_limit(values, more), *section.blocks))


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()

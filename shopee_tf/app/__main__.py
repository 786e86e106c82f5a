"""Opens a page in the browser: find a product, review pairs, see groups, move the threshold.

Usage:
  python -m shopee_tf.app --matcher=runs/matcher --csv=catalog.csv --images=photos
"""

import logging

from shopee_tf import options, shared_flags


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    shared_flags.define_csv(values)
    options.string(values, "matcher", None, "Folder that calibrate wrote.")
    options.string(values, "images", None, "Folder of the catalogue's photos.")
    options.string(
        values, "decisions", "decisions.jsonl", "File that keeps what reviewers decide of pairs; "
        "made at the first decision, and gone on with where it is there.",
    )  # fmt: skip
    options.string(values, "host", "127.0.0.1", "The address to listen at: this machine alone.")
    options.integer(values, "port", 8501, "The port to listen at.", lower_bound=1,
                    upper_bound=65535)  # fmt: skip
    shared_flags.define_gpu_memory(values)
    options.require(values, "matcher")


def run(values: options.FlagValues) -> options.Done:
    """Checks the files, then serves the page until Ctrl-C or SIGTERM ends it."""
    from shopee_tf.app.decisions import read_decisions
    from shopee_tf.app.launching import LOOPBACK, check_port, serve
    from shopee_tf.app.settings import Settings
    from shopee_tf.app.workbench import read_inputs
    from shopee_tf.gpu_memory import limit_gpu_memory
    from tfrecords.outputs import check_output
    from tfrecords.wording import counted

    settings = Settings(
        values.matcher, values.csv, values.csv_encoding, values.limit_rows, values.images,
        values.decisions,
    )  # fmt: skip
    check_output(settings.decisions)
    check_port(values.host, values.port)
    before = len(read_decisions(settings.decisions).decisions)
    _, catalog = read_inputs(settings)
    limit_gpu_memory(values.gpu_memory_gb)
    if values.host not in LOOPBACK:
        logging.warning(
            "--host=%s: all who reach this address see the catalogue and can decide pairs; "
            "nothing asks them who they are", values.host,
        )  # fmt: skip
    serve(settings, host=values.host, port=values.port)
    history = read_decisions(settings.decisions)
    made = len(history.decisions) - before
    decided = counted(len(history.latest), "pair")
    what = f"{counted(len(catalog), 'listing')} shown, {decided} decided in all"
    return options.Done(what, [settings.decisions if made else None])


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()

"""Exports the encoder of a run: a SavedModel or LiteRT file that needs none of this library.

Usage: python -m shopee_tf.export --run=runs/image --output=exported/image

A SavedModel takes the bytes of photos, or titles; a LiteRT file takes pixels. A model card stands
beside it. The folder can be given to TensorFlow Serving as it is.
"""

from shopee_tf import options
from shopee_tf.progress import signs_of_life

FORMATS = ("saved_model", "litert")


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    options.string(values, "run", None, "Folder of a trained run.")
    options.string(values, "output", None, "Folder to write; a former export there is replaced.")
    options.choice(values, "format", "saved_model", FORMATS, "litert is for photo encoders alone.")
    options.require(values, "run", "output")


@signs_of_life()
def run(values: options.FlagValues) -> options.Done:
    """Writes the model and its card."""
    import logging
    import signal

    from shopee_tf.exporting.exported import CARD, export_run
    from shopee_tf.training.signals import Stopped, StopRequest

    # An exception that a signal raises is lost where it meets a callback of the converter or of
    # the garbage collector: signals are noted, and asked for between the steps.
    try:
        with StopRequest() as stop:
            num_bytes = export_run(
                values.run, values.output, format=values.format, check=stop.check
            )
    except Stopped as stopped:
        if stopped.signal_number != signal.SIGINT:
            logging.warning("error: %s: nothing was written", stopped)
        stopped.reraise()
    return options.Done(f"{num_bytes / 1e6:.1f} MB, with {CARD}", [values.output])


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()

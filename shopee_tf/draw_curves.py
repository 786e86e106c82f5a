"""Draws how classifiers learnt: accuracy and loss of every epoch, all runs in one figure.

Usage: python -m shopee_tf.draw_curves --runs=runs/cnn,runs/b0 --plot=curves.png
"""

from shopee_tf import options


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    options.words(values, "runs", None, "Folders of trainers.classifier, separated by commas.")
    options.string(values, "plot", None, "Draw into this PNG file.")
    options.require(values, "runs", "plot")


def run(values: options.FlagValues) -> options.Done:
    """Draws the figure, and prints a line for each run."""
    from shopee_tf.evaluation.columns import in_columns
    from shopee_tf.evaluation.learning_curves import draw_learning_curves, read_learning_curves
    from shopee_tf.evaluation.plot import check_plot
    from tfrecords.errors import UsageError
    from tfrecords.outputs import check_output
    from tfrecords.wording import counted

    if not values.runs:
        raise UsageError("--runs=: expected one or more folders of trainers.classifier")
    check_output(values.plot)
    check_plot(values.plot)
    curves = [read_learning_curves(folder) for folder in values.runs]
    draw_learning_curves(curves, values.plot)
    lines = [("run", "epochs", "best validation accuracy", "test accuracy")]
    for found in curves:
        tested = "-" if found.test_accuracy is None else f"{found.test_accuracy:.3f}"
        best = f"{found.validation_accuracy.max():.3f}"
        lines.append((found.name, str(len(found.epochs)), best, tested))
    print(f"{in_columns(lines)}\n")
    return options.Done(f"curves of {counted(len(curves), 'run')}", [values.plot])


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()

"""Lists the commands, a line each."""

import ast
import pathlib

COMMANDS = (
    "shopee_tf.data.sample",
    "shopee_tf.make_tfrecords",
    "shopee_tf.verify",
    "shopee_tf.compare_backbones",
    "trainers.image",
    "trainers.text",
    "trainers.joint",
    "trainers.autoencoder",
    "trainers.classifier",
    "shopee_tf.draw_curves",
    "shopee_tf.embed",
    "shopee_tf.evaluate",
    "shopee_tf.calibrate",
    "shopee_tf.match",
    "shopee_tf.explain",
    "shopee_tf.report",
    "shopee_tf.app",
    "shopee_tf.export",
)


def summary(command: str) -> str:
    """The first line of a command's docstring, read without importing it."""
    root = pathlib.Path(__file__).resolve().parent.parent
    path = root.joinpath(*command.split("."))
    path = path / "__main__.py" if path.is_dir() else path.with_suffix(".py")
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    return text.split("\n")[0]


def main() -> None:
    """Prints the list."""
    print("Commands, in the order of use; each explains itself with --help:\n")
    for command in COMMANDS:
        print(f"  python -m {command:26} {summary(command)}")


if __name__ == "__main__":
    main()

"""A Python without the packages: one line of a command, an ImportError of a program."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent


def bare(*argv: str) -> subprocess.CompletedProcess:
    """Runs Python as it is without site-packages, so without absl."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-S", *argv], cwd=ROOT, env=environment, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    "command",
    [
        "shopee_tf.match",
        "shopee_tf.data.sample",
        "shopee_tf.report",
        "shopee_tf.app",
        "trainers.image",
    ],
)
def test_a_command_says_in_one_line_what_to_do(command):
    done = bare("-m", command, "--help")
    assert (done.returncode, done.stdout) == (4, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: absl is not installed in this Python (")
    assert line.endswith('; run "make setup && . .venv/bin/activate", or "pip install ."')


def test_with_debug_it_shows_where():
    done = bare("-m", "shopee_tf.match", "--debug")
    assert done.stderr.startswith("Traceback")


def test_the_list_of_commands_needs_no_package():
    assert bare("-m", "shopee_tf").returncode == 0


def test_a_program_can_catch_it():
    code = "try:\n import shopee_tf.match\nexcept ModuleNotFoundError as error: print(error.name)"
    assert bare("-c", code).stdout == "absl\n"

"""What README.md and docs/ say can be typed can be typed."""

import doctest
import importlib
import pathlib
import re
import shlex
import subprocess
import sys

import pytest

from shopee_tf import options
from shopee_tf.__main__ import COMMANDS

PACKAGES = ("shopee_tf", "tfrecords", "trainers")
ROOT = pathlib.Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [README, *(path.read_text("utf-8") for path in sorted((ROOT / "docs").glob("*.md")))]


def commands() -> list[str]:
    blocks = [block for page in PAGES for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL)]
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return sorted({line for line in lines if line.startswith("python -m ")})


@pytest.mark.parametrize("line", commands())
def test_every_command_of_readme_and_docs_parses(line, monkeypatch):
    monkeypatch.chdir(ROOT)
    _, _, module, *words = shlex.split(line)
    command = importlib.import_module(module)
    if hasattr(command, "__path__"):  # of a package -m runs this module
        command = importlib.import_module(f"{module}.__main__")
    options.parse(command.define_flags, words, usage=command.__doc__)


@pytest.mark.parametrize("target", re.findall(r"^make (\w+)", README, re.MULTILINE))
def test_every_make_target_of_the_readme_exists(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_every_file_that_readme_and_docs_name_exists():
    folders = "docs|benchmarks|examples|flags|tfrecords|trainers|tests"
    named = [name for page in PAGES for name in re.findall(rf"`((?:{folders})/[\w./]*)`", page)]
    assert len(named) > 15
    for name in named:
        assert (ROOT / name).exists(), name


def test_the_readme_is_short():
    assert len(README.splitlines()) < 150


def test_lines_of_python_use_the_public_api():
    import shopee_tf

    names = {name for page in PAGES for name in re.findall(r"\bshopee_tf\.(\w+)\(", page)}
    assert len(names) > 5
    assert names <= set(shopee_tf.__all__)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_answers_at_once(command):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", command, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "--" in done.stdout
    assert "tensorflow" not in {line.split("|")[-1].strip() for line in done.stderr.splitlines()}


def test_the_list_of_commands():
    done = subprocess.run(
        [sys.executable, "-m", "shopee_tf"], cwd=ROOT, capture_output=True, text=True
    )
    assert [line.split()[2] for line in done.stdout.splitlines() if "python -m" in line] == list(
        COMMANDS
    )


def modules_with_examples() -> list[str]:
    paths = [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))]
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in paths
        if ">>> " in path.read_text(encoding="utf-8")
    ]


@pytest.mark.parametrize("module", modules_with_examples())
def test_examples_in_docstrings(module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    failed, tried = doctest.testmod(
        importlib.import_module(module), optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert tried > 0 or "doctest: +SKIP" in pathlib.Path(sys.modules[module].__file__).read_text()
    assert failed == 0

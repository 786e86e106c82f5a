"""The documentation builds without a warning, and says what the code says."""

import ast
import importlib.util
import os
import pathlib
import re
import subprocess
import sys

import pytest

import shopee_tf
from shopee_tf.__main__ import COMMANDS

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
PACKAGES = ("shopee_tf", "tfrecords", "trainers")
PLACEHOLDER = re.compile(r"\b(?:PATH|NAMES?|IDS?|N|REASON|SIGN|TEXT|TIME|WORDS)\b")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built pages."""
    if not all(map(importlib.util.find_spec, ("mkdocs", "material", "mkdocstrings"))):
        pytest.skip("needs what `make docs` installs: pip install 'shopee_tf[docs]'")
    folder = tmp_path_factory.mktemp("built") / "site"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "mkdocs", "build", "--strict", "-d", folder],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, [line for line in done.stderr.splitlines() if "import" not in line]
    assert "tensorflow" not in {line.split("|")[-1].strip() for line in done.stderr.splitlines()}
    return folder


def test_every_flagfile_is_among_the_recipes(site):
    page = (site / "recipes.html").read_text(encoding="utf-8")
    for path in (ROOT / "flags").iterdir():
        assert f">{path.name}<" in page, path.name


def test_every_public_name_is_in_the_reference_once(site):
    page = (site / "api.html").read_text(encoding="utf-8")
    headings = re.findall(r'<h3 id="[\w.]*?(\w+)" class="doc', page)
    assert sorted(headings) == sorted(shopee_tf._PUBLIC)


def test_no_page_fetches_anything_from_another_host(site):
    loaded = (
        r'<(?:script|img|iframe|source)[^>]*\bsrc="(?:https?:)?//|<link[^>]*\bhref="(?:https?:)?//'
    )
    for path in site.glob("*.html"):
        assert not re.search(loaded, path.read_text(encoding="utf-8")), path.name


@pytest.mark.parametrize("path", [ROOT / "README.md", *DOCS], ids=lambda path: path.name)
def test_links_lead_to_files_of_the_checkout(path):
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\((?!https?://)([^)#]*)(?:#[^)]*)?\)", prose):
        assert (path.parent / target).exists(), target


def said_by_the_code() -> list[str]:
    """The texts of all string literals, those of f-strings in parts."""
    found = []
    for path in (path for name in PACKAGES for path in (ROOT / name).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [part for part in node.values if isinstance(part, ast.Constant)]
                found += [str(part.value) for part in parts]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return found


def test_messages_of_the_faults_page_are_those_of_the_code():
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    said = [line.split(" | ")[1] for line in page.splitlines() if " | " in line]
    messages = [text for cell in said for text in re.findall(r"`([^`]+)`", cell) if " " in text]
    assert len(messages) > 50
    spoken = "\n".join(said_by_the_code())
    for message in messages:
        for part in PLACEHOLDER.split(message):
            assert part.strip(" :;,.()?%") in spoken, (message, part)


def test_the_faults_page_names_every_exit_code():
    from tfrecords import errors

    codes = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    assert codes <= {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}


def test_the_faults_page_names_every_reason_to_leave_a_photo_out():
    source = "".join(
        path.read_text("utf-8") for path in (ROOT / "shopee_tf/data").glob("image_*.py")
    )
    reasons = set(re.findall(r'BadImage\(\s*"(\w+)"', source))
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    assert len(reasons) >= 7
    assert all(f"| `{reason}` |" in page for reason in reasons)


def test_commands_that_the_docs_name_are_there():
    text = "".join(path.read_text(encoding="utf-8") for path in DOCS)
    assert set(re.findall(r"python -m ((?:shopee_tf|trainers)\.\w[\w.]*\w)", text)) <= set(COMMANDS)

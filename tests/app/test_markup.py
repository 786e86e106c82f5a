"""Nothing of a catalogue is drawn as HTML or Markdown: what could do so is not used at all."""

import ast
import pathlib

import pytest

APP = sorted((pathlib.Path(__file__).resolve().parents[2] / "shopee_tf" / "app").glob("*.py"))
# What draws its text as HTML or Markdown, and is not needed.
BANNED = {
    "html", "iframe", "markdown", "write",
    "write_stream", "latex", "components", "table", "caption", "toast", "radio", "pills",
}  # fmt: skip
# What draws its first argument as Markdown: there only words of ours may stand.
LABELLED = {
    "title", "header", "subheader", "badge", "button", "download_button", "expander", "error",
    "warning", "info", "success", "spinner", "slider", "text_input", "selectbox", "metric",
    "file_uploader", "number_input", "segmented_control",
}  # fmt: skip


@pytest.mark.parametrize("path", APP, ids=lambda path: path.stem)
def test_no_markup_is_drawn(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    drawn = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "st"
    }
    assert not drawn & BANNED
    assert "unsafe_allow" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", APP, ids=lambda path: path.stem)
def test_labels_hold_no_texts_of_listings(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in LABELLED and node.args:
            names = {
                inner.attr for inner in ast.walk(node.args[0]) if isinstance(inner, ast.Attribute)
            }
            assert not names & {"titles", "posting_ids", "posting_id", "title", "images"}, names

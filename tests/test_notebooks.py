"""The notebooks of examples/ run from first cell to last, and are kept without outputs."""

import json
import os
import pathlib
import subprocess
import sys

import pandas as pd
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
SMALL = {
    "colab_quickstart": "POSTINGS, EPOCHS = 120, 2",
    "kaggle_submission": "POSTINGS = 200",
}  # put after the cell tagged `parameters`, as papermill does


def cells(path: pathlib.Path, kind: str = "code") -> list[dict]:
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in found if cell["cell_type"] == kind]


def program(path: pathlib.Path, parameters: str) -> str:
    """The cells of a notebook, one after the other, `parameters` after those tagged so."""
    parts = []
    for cell in cells(path):
        parts.append("".join(cell["source"]))
        if "parameters" in cell["metadata"].get("tags", ()):
            parts.append(parameters)
    return "\n\n".join(parts)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_its_cells_run(path, tmp_path):
    done = subprocess.run(
        [sys.executable, "-"],  # as in a notebook, __main__ is no file
        input=program(path, SMALL[path.stem]),
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (test_csv,) = tmp_path.rglob("test.csv")
    submission = pd.read_csv(tmp_path / "submission.csv")
    assert submission.posting_id.tolist() == pd.read_csv(test_csv).posting_id.tolist()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_without_outputs(path):
    assert all(cell["outputs"] == [] for cell in cells(path))
    assert all(cell["execution_count"] is None for cell in cells(path))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_its_cells_are_short(path):
    assert max(len(cell["source"]) for cell in cells(path)) <= 40

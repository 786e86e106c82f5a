"""Axes along the epochs of runs, each run in a colour of its own."""

from typing import Any


def style_axes(axes: Any, what: str) -> None:
    """Names what axes of matplotlib show of each epoch."""
    axes.set_xlabel("epoch")
    axes.set_ylabel(what)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)


def run_style(number: int) -> dict[str, Any]:
    """How the curves of one of several runs are drawn."""
    return {"color": f"C{number % 10}", "marker": ".", "linewidth": 1.5, "clip_on": False}

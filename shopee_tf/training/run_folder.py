"""The folder that a run leaves: what was asked for, on what machine, and what came of it."""

import json
import os
import pathlib
import platform
import shutil
from collections.abc import Mapping

import numpy as np

from shopee_tf.data.catalog import Catalog
from shopee_tf.runs import IDENTIFYING
from shopee_tf.version import VERSION
from tfrecords import files


class RunFolder:
    """Paths and records of one run.

    Layout: flags.txt (for --flagfile), env.json, run.json, trained_on.csv, split.csv (the fold of
    each listing), metrics.jsonl (a line an epoch), checkpoints/, encoder/ and tensorboard/; of an
    autoencoder reconstructions.png.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self.path = pathlib.Path(path)
        self.checkpoints = self.path / "checkpoints"
        self.encoder = self.path / "encoder"
        self.tensorboard = self.path / "tensorboard"
        self.metrics = self.path / "metrics.jsonl"
        self.reconstructions = self.path / "reconstructions.png"

    def remove_results(self) -> None:
        """Removes what a former run learnt, and what was made with its encoder.

        An encoder that stayed would pass for one of the next run, which lists other rows as its
        own.
        """
        for path in (self.checkpoints, self.tensorboard, self.encoder, self.path / "embeddings"):
            shutil.rmtree(path, ignore_errors=True)
        for path in (self.metrics, self.reconstructions):
            path.unlink(missing_ok=True)

    def write_start(
        self, *, command: str, settings: Mapping, about: Mapping, devices: list[str]
    ) -> None:
        """Writes flags.txt, env.json and run.json."""
        flags = as_flags(settings)
        files.write_text(self.path / "flags.txt", f"# python -m {command} --flagfile=...\n{flags}")
        files.write_json(self.path / "env.json", describe_environment(devices))
        self.write_about(about)

    def write_about(self, about: Mapping) -> None:
        """Writes run.json: what the run is, for whoever uses its encoder."""
        files.write_json(self.path / "run.json", dict(about))

    def write_trained_on(self, catalog: Catalog, rows: np.ndarray) -> None:
        """Writes which listings and products were trained on, so that nobody scores them as new."""
        columns = [name for name in IDENTIFYING if name in catalog.frame]
        table = catalog.frame.iloc[rows][columns].to_csv(index=False, lineterminator="\n")
        files.write_text(self.path / "trained_on.csv", table)

    def write_split(self, catalog: Catalog, folds: np.ndarray) -> None:
        """Writes the fold of every listing, so that nobody has to deal the folds again."""
        table = catalog.frame[["posting_id"]].assign(fold=folds)
        files.write_text(self.path / "split.csv", table.to_csv(index=False, lineterminator="\n"))

    def read_metrics(self, *, before_epoch: int) -> list[dict]:
        """Reads the lines of the epochs before `before_epoch`."""
        if not self.metrics.exists():
            return []
        lines = [json.loads(line) for line in self.metrics.read_text("utf-8").splitlines()]
        return [line for line in lines if line["epoch"] < before_epoch]

    def write_metrics(self, lines: list[dict]) -> None:
        """Writes all lines: a line half-written is worse than a file written again."""
        files.write_text(self.metrics, "".join(json.dumps(line) + "\n" for line in lines))

    def write_bad_batch(self, rows: np.ndarray, *, step: int) -> pathlib.Path:
        """Writes the rows of a batch whose loss is not finite, to `nan_batch.npz`."""
        path = self.path / "nan_batch.npz"
        with files.atomic_write(path) as file:
            np.savez(file, rows=rows, step=step)
        return path


def as_flags(settings: Mapping) -> str:
    """Writes settings as a flagfile reads them, a line each; those that are None are left out.

    >>> print(as_flags({"epochs": 3, "resume": False, "fold": None}), end="")
    --epochs=3
    --noresume
    """
    lines = []
    for name, value in settings.items():
        if isinstance(value, bool):
            lines.append(f"--{name}" if value else f"--no{name}")
        elif value is not None:
            lines.append(f"--{name}={value}")
    return "".join(f"{line}\n" for line in lines)


def describe_environment(devices: list[str]) -> dict:
    """Returns the versions and devices that a figure depends on."""
    import importlib.metadata

    versions = {}
    for package in ("tensorflow", "keras", "numpy", "tensorflow-text", "jax"):
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = None
    return {
        "shopee_tf": VERSION,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "devices": devices,
        **versions,
    }

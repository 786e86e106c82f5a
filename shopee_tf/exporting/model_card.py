"""The model card of an exported encoder, written from the folder of its run."""

import json
import os
from typing import NamedTuple

from shopee_tf.exporting.usage import usage
from shopee_tf.models.image_encoder import ImageEncoder
from shopee_tf.models.title_encoder import TitleEncoder
from shopee_tf.runs import Run, read_run
from tfrecords import files
from tfrecords.errors import IntegrityError

_TITLE_NETWORKS = {
    "scratch": "a small BERT, not pretrained",
    "hub": "a text encoder of TF-Hub, --encoder below",
    "keras_hub": "a preset of KerasHub, --encoder below",
}
_NEEDED = {
    "choosing_rows", "f1", "finished", "ids_sha256", "num_classes", "split_hash", "threshold",
}  # fmt: skip


class RunRecords(NamedTuple):
    """What a run folder tells of a model.

    Attributes:
      run: as `read_run` gives.
      about: run.json.
      flags: flags.txt.
      environment: env.json.
      epochs: the lines of metrics.jsonl, one dict each.
    """

    run: Run
    about: dict
    flags: str
    environment: dict
    epochs: list[dict]


def read_records(folder: str | os.PathLike) -> RunRecords:
    """Reads what the card is written from.

    Raises:
      IntegrityError: a file is missing or damaged.
    """
    run, about = read_run(folder), files.read_json(os.path.join(folder, "run.json"))
    if missing := sorted(_NEEDED - set(about)):
        raise IntegrityError(f"{folder}/run.json: lacks {', '.join(missing)}; train again")
    try:
        return RunRecords(
            run=run,
            about=about,
            flags=_text(folder, "flags.txt"),
            environment=files.read_json(os.path.join(folder, "env.json")),
            epochs=[json.loads(line) for line in _text(folder, "metrics.jsonl").splitlines()],
        )
    except FileNotFoundError as error:
        raise IntegrityError(f"{error.filename}: no such file; train again") from None
    except ValueError as error:
        raise IntegrityError(f"{folder}/metrics.jsonl: damaged ({error}); train again") from None


def model_card(
    records: RunRecords, encoder: ImageEncoder | TitleEncoder, *, format: str, num_bytes: int
) -> str:
    """Returns the card as Markdown.

    Args:
      records: of the run that the encoder is from.
      encoder: the encoder exported.
      format: "saved_model" or "litert".
      num_bytes: size of what was exported.

    References:
      Mitchell et al. 2019, Model Cards for Model Reporting, arXiv:1810.03993.
    """
    kind = "photo" if isinstance(encoder, ImageEncoder) else "title"
    sections = {
        "What it is": _what(kind, encoder, num_bytes),
        **usage(encoder, format),
        "What it was trained on": _training(records),
        "How good it is": _quality(records),
        "How it was made": _making(records),
    }
    body = "\n\n".join(f"## {title}\n\n{text}" for title, text in sections.items())
    return f"# Encoder of {kind}s for finding listings of the same product\n\n{body}\n"


def _what(kind, encoder, num_bytes):
    config = encoder.config
    network = config.backbone if kind == "photo" else _TITLE_NETWORKS[config.source]
    size = f"{encoder.model.count_params():,} parameters, {num_bytes / 1e6:.1f} MB"
    return (
        f"Turns a {kind} into a vector of {encoder.model.output_shape[-1]} numbers; listings of\n"
        f"the same product have vectors of high cosine similarity.\nNetwork: {network}, {size}."
    )


def _training(records):
    about, run = records.about, records.run
    if not len(run.trained_on):
        return "Nothing: it is the network as it comes."
    text = (
        f"{len(run.trained_on):,} listings of {about['num_classes']:,} products, of the catalogue "
        f"whose posting ids have sha256 {about['ids_sha256'][:12]}."
    )
    if run.fold is None:
        return f"{text}\nNo product was held out."
    return (
        f"{text}\nHeld out: fold {run.fold} of {run.num_folds}, for scoring, and fold "
        f"{(run.fold + 1) % run.num_folds}, for choosing (split {about['split_hash'][:12]}, seed "
        f"{run.split_seed})."
    )


def _quality(records):
    about = records.about
    if about["f1"] is None:
        return "Not known from the run: all products were trained on, and none is left to judge by."
    return (
        f"F1 {about['f1']:.4f} at cosine similarity {about['threshold']:.3f}, among the "
        f"{about['choosing_rows']:,} listings on which epoch and threshold were chosen.\n"
        "That is not a score: it was chosen for being the best. `python -m shopee_tf.evaluate` "
        "gives the score on\nproducts that neither training nor choosing saw. The threshold suits "
        "catalogues of about that size."
    )


def _making(records):
    environment = ", ".join(
        f"{name} {value}" for name, value in records.environment.items() if value is not None
    )
    unfinished = "" if records.about["finished"] else "\nThe run had not finished."
    epochs = "".join(f"\n{_row(line)}" for line in records.epochs)
    return (
        f"On {environment}.{unfinished}\n\n```\n{records.flags.rstrip()}\n```\n\n"
        f"| epoch | loss | F1 on the choosing fold |\n|---|---|---|{epochs}"
    )


def _row(line):
    loss = f"{line['loss']:.4f}" if "loss" in line else "-"
    f1 = f"{line['choose_f1']:.4f}" if "choose_f1" in line else "-"
    return f"| {line['epoch'] + 1} | {loss} | {f1} |"


def _text(folder, name):
    with files.open_read(os.path.join(folder, name)) as file:
        return file.read().decode("utf-8")

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
    "choosing_rows", "f1", "finished", "ids_sha256", "made_for", "num_classes", "split_hash",
    "threshold",
}  # fmt: skip

# What a card says by what the embeddings are made for: see `training.task.Task.made_for`.
_TITLES = {
    "cosine": "Encoder of {kind}s for finding listings of the same product",
    "distance": "Encoder of {kind}s for finding listings of the same product",
    "logits": "Classifier of {kind}s by product",
}
_WHATS = {
    "cosine": "Turns a {kind} into a vector of {dim} numbers; listings of\nthe same product have "
    "vectors of high cosine similarity.",
    "distance": "Turns a {kind} into a vector of {dim} numbers; {kind}s that\nlook alike have "
    "vectors of small Euclidean distance.",
    "logits": "Turns a {kind} into {dim} logits, one for each of the products below:\nthe largest "
    "tells which product it is taken for.",
}
_COLUMNS = {
    "cosine": {"choose_f1": "F1 on the choosing fold"},
    "distance": {},
    "logits": {
        "train_accuracy": "accuracy in training", "choose_accuracy": "accuracy in validation",
    },
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
        raise IntegrityError(
            f"{folder}/run.json: lacks {', '.join(missing)}; give the command of its flags.txt "
            "again, which writes run.json anew"
        )
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
    made_for = records.about["made_for"]
    sections = {
        "What it is": _what(kind, encoder, num_bytes, made_for),
        **usage(encoder, format, made_for=made_for),
        **_products(records.about),
        "What it was trained on": _training(records),
        "How good it is": _quality(records),
        "How it was made": _making(records),
    }
    body = "\n\n".join(f"## {title}\n\n{text}" for title, text in sections.items())
    return f"# {_TITLES[made_for].format(kind=kind)}\n\n{body}\n"


def _what(kind, encoder, num_bytes, made_for):
    config = encoder.config
    network = config.backbone if kind == "photo" else _TITLE_NETWORKS[config.source]
    size = f"{encoder.model.count_params():,} parameters, {num_bytes / 1e6:.1f} MB"
    what = _WHATS[made_for].format(kind=kind, dim=encoder.model.output_shape[-1])
    return f"{what}\nNetwork: {network}, {size}."


def _products(about):
    """The section of a classifier that names its classes."""
    if about["made_for"] != "logits":
        return {}
    if "products" not in about:
        return {"Products": "Not known from the run, which has not finished."}
    names = "\n".join(about["products"])
    return {"Products": f"By their label_group, in the order of the logits:\n\n```\n{names}\n```"}


def _training(records):
    about, run = records.about, records.run
    if not len(run.trained_on):
        return "Nothing: it is the network as it comes."
    products = f" of {about['num_classes']:,} products"
    if about["made_for"] == "distance":
        products = ", whose labels were not looked at"
    return (
        f"{len(run.trained_on):,} listings{products}, of the catalogue whose posting ids have "
        f"sha256 {about['ids_sha256'][:12]}.\n{_held_out(run, about)}"
    )


def _held_out(run, about):
    if about["made_for"] == "logits":
        return (
            f"Held out, of the same products: {about['choosing_rows']:,} photos for choosing the "
            f"epoch, and about as many for the test (split {about['split_hash'][:12]}, seed "
            f"{run.split_seed})."
        )
    if run.fold is None:
        return "No product was held out."
    return (
        f"Held out: fold {run.fold} of {run.num_folds}, for scoring, and fold "
        f"{(run.fold + 1) % run.num_folds}, for choosing (split {about['split_hash'][:12]}, seed "
        f"{run.split_seed})."
    )


def _quality(records):
    about = records.about
    if about["made_for"] == "logits":
        return _accuracy(about)
    if about["f1"] is None and about["fold"] is None:
        return "Not known from the run: all products were trained on, and none is left to judge by."
    if about["f1"] is None:
        return (
            "Not known from the run: it was not judged in training. `python -m shopee_tf.evaluate "
            "--csv=CSV\n--images=FOLDER --systems=euclidean:RUN --protocol=held-out` scores it on "
            f"fold {about['fold']}, with the threshold\nof the fold after it."
        )
    return (
        f"F1 {about['f1']:.4f} at cosine similarity {about['threshold']:.3f}, among the "
        f"{about['choosing_rows']:,} listings on which epoch and threshold were chosen.\n"
        "That is not a score: it was chosen for being the best. `python -m shopee_tf.evaluate` "
        "gives the score on\nproducts that neither training nor choosing saw. The threshold suits "
        "catalogues of about that size."
    )


def _accuracy(about):
    if "test_accuracy" not in about:
        return "Not known from the run, which has not finished: it is tested in the end."
    return (
        f"Accuracy {about['test_accuracy']:.4f} on the {about['test_rows']:,} photos of the test, "
        f"which were looked at once; {about['validation_accuracy']:.4f} on those that the\nepoch "
        "was chosen on. Both are of other photos of the products trained on."
    )


def _making(records):
    environment = ", ".join(
        f"{name} {value}" for name, value in records.environment.items() if value is not None
    )
    unfinished = "" if records.about["finished"] else "\nThe run had not finished."
    columns = {"loss": "loss"} | _COLUMNS[records.about["made_for"]]
    epochs = "".join(f"\n{_row(line, columns)}" for line in records.epochs)
    return (
        f"On {environment}.{unfinished}\n\n```\n{records.flags.rstrip()}\n```\n\n"
        f"| epoch | {' | '.join(columns.values())} |\n|{'---|' * (len(columns) + 1)}{epochs}"
    )


def _row(line, columns):
    figures = [f"{line[name]:.4f}" if name in line else "-" for name in columns]
    return f"| {line['epoch'] + 1} | {' | '.join(figures)} |"


def _text(folder, name):
    with files.open_read(os.path.join(folder, name)) as file:
        return file.read().decode("utf-8")

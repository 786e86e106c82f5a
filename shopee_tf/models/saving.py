"""Encoders on disk: a folder that needs neither a network nor what the encoder was made from."""

import dataclasses
import hashlib
import json
import os
import pathlib

from shopee_tf.models.configs import (
    PRESET_PREFIX,
    ImageEncoderConfig,
    TitleEncoderConfig,
)
from shopee_tf.models.image_encoder import ImageEncoder, build_image_encoder
from shopee_tf.models.joint_encoder import JointEncoder, join_encoders
from shopee_tf.models.title_encoder import TitleEncoder, build_title_encoder
from shopee_tf.models.weights import load_weights, save_weights
from tfrecords.errors import IntegrityError, UsageError
from tfrecords.files import atomic_folder, open_read, read_json, sha256, write_json

Encoder = ImageEncoder | TitleEncoder | JointEncoder

FORMAT = 1
_CONFIG = "encoder.json"
_WEIGHTS = "weights.npz"
_MANIFEST = "manifest.json"
_EXPORT = "export.json"  # of a folder that shopee_tf.export wrote
_BACKBONE = "backbone.json"  # of an image encoder made from a KerasHub preset


def save_encoder(encoder: Encoder, folder: str | os.PathLike) -> None:
    """Writes an encoder into a folder, which appears complete or not at all.

    Args:
      encoder: as built, trained or loaded.
      folder: where; an encoder there is replaced.

    Raises:
      UsageError: a folder of other things stands there.
    """
    with atomic_folder(folder, marker=_CONFIG) as path:
        kind, save_parts = _KINDS[type(encoder)]
        config = dataclasses.asdict(encoder.config)
        write_json(path / _CONFIG, {"format": FORMAT, "kind": kind, "config": config})
        save_weights(encoder.model, path / _WEIGHTS)
        save_parts(encoder, path)
        write_json(path / _MANIFEST, _manifest(path))


def load_encoder(folder: str | os.PathLike) -> Encoder:
    """Loads an encoder from a folder, after comparing every file with the manifest.

    Args:
      folder: as `save_encoder` wrote it.

    Returns:
      An encoder that gives the same embeddings as the one saved.

    Raises:
      UsageError: the folder of a run, which holds that of its encoder, or of an export.
      IntegrityError: a file is missing or damaged, or a later version wrote it.
    """
    folder = pathlib.Path(folder)
    _check_encoder(folder)
    verify_encoder(folder)
    saved = read_json(folder / _CONFIG)
    if saved["format"] != FORMAT:
        raise IntegrityError(
            f"{folder}: format {saved['format']}, and this version reads {FORMAT}; upgrade it"
        )
    encoder = _REBUILD[saved["kind"]](folder, saved["config"])
    try:
        load_weights(encoder.model, folder / _WEIGHTS)
    except ValueError as error:
        raise IntegrityError(f"{folder / _WEIGHTS}: does not fit {_CONFIG} ({error})") from error
    return encoder


def _check_encoder(folder: pathlib.Path) -> None:
    """Says what is meant where a folder is taken for that of an encoder."""
    if (folder / _MANIFEST).exists():
        return
    inside = folder / "encoder"
    if (inside / _MANIFEST).exists():
        raise UsageError(f"{folder}: no encoder, but {inside} is one; is that meant?")
    if (folder / _EXPORT).exists() or (folder.parent / _EXPORT).exists():
        raise UsageError(
            f"{folder}: an exported encoder; load it as its MODEL_CARD.md shows, or give "
            "load_encoder the folder RUN/encoder of the run that it was made from"
        )


def verify_encoder(folder: str | os.PathLike) -> None:
    """Compares every file of an encoder's folder with its manifest.

    Raises:
      IntegrityError: a file is missing, damaged, or not listed.
    """
    folder = pathlib.Path(folder)
    recorded = read_json(folder / _MANIFEST)
    with open_read(folder / _MANIFEST) as file:
        as_written = (json.dumps(recorded, indent=2, ensure_ascii=False) + "\n").encode()
        if file.read() != as_written:
            raise IntegrityError(f"{folder / _MANIFEST}: not as it was written; save it again")
    found = _manifest(folder)
    if found == recorded:
        return
    names = sorted(set(found["files"]) | set(recorded.get("files", {})))
    different = [n for n in names if found["files"].get(n) != recorded["files"].get(n)]
    raise IntegrityError(
        f"{folder}: {', '.join(different[:5]) or _MANIFEST} missing, damaged or not its own; "
        "save the encoder again"
    )


def _manifest(folder: pathlib.Path) -> dict:
    """The size and sha256 of every file but the manifest, and the sha256 of that list."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256(path)}
        for path in paths
        if path.relative_to(folder).as_posix() != _MANIFEST
    }
    digest = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    return {"files": files, "sha256": digest}


def _save_image_parts(encoder: ImageEncoder, folder: pathlib.Path) -> None:
    if encoder.config.backbone.startswith(PRESET_PREFIX):
        from shopee_tf.models.preset_backbone import describe_preset_backbone

        write_json(folder / _BACKBONE, describe_preset_backbone(encoder.model))


def _save_title_parts(encoder: TitleEncoder, folder: pathlib.Path) -> None:
    encoder.tokenize.save(folder)
    if encoder.config.source == "hub":
        from shopee_tf.models.hub import copy_saved_model

        copy_saved_model(encoder.config.encoder, folder / "encoder")


def _save_joint_parts(encoder: JointEncoder, folder: pathlib.Path) -> None:
    _save_image_parts(encoder.image, folder)
    _save_title_parts(encoder.title, folder)


def _rebuild_image(folder: pathlib.Path, config: dict) -> ImageEncoder:
    config = ImageEncoderConfig(**config)
    bare, backbone = dataclasses.replace(config, weights="none"), None
    if config.backbone.startswith(PRESET_PREFIX):
        from shopee_tf.models.preset_backbone import rebuild_preset_backbone

        backbone = rebuild_preset_backbone(read_json(folder / _BACKBONE), config.image_size)
    return ImageEncoder(build_image_encoder(bare, backbone=backbone).model, config)


def _rebuild_title(folder: pathlib.Path, config: dict) -> TitleEncoder:
    config = TitleEncoderConfig(**config)
    if config.source == "scratch":
        from shopee_tf.models.tokenizer import read_vocabulary

        return build_title_encoder(config, vocabulary=read_vocabulary(folder))
    parts = {
        "hub": {"encoder": folder / "encoder", "preprocessor": folder / "preprocessor"},
        "keras_hub": {"encoder": folder / "preset"},
    }[config.source]
    parts = {name: str(path) for name, path in parts.items()}
    return build_title_encoder(dataclasses.replace(config, **parts), pretrained=False)


def _rebuild_joint(folder: pathlib.Path, config: dict) -> JointEncoder:
    image = _rebuild_image(folder, config.pop("image"))
    title = _rebuild_title(folder, config.pop("title"))
    return join_encoders(image, title, **config)


_KINDS = {
    ImageEncoder: ("image", _save_image_parts),
    TitleEncoder: ("title", _save_title_parts),
    JointEncoder: ("joint", _save_joint_parts),
}
_REBUILD = {"image": _rebuild_image, "title": _rebuild_title, "joint": _rebuild_joint}

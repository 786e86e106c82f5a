"""Trains a photo encoder and a title encoder together, against one head, on TFRecords.

Usage: python -m trainers.joint --flagfile=flags/joint_v2b0_minilm_arcface.txt --data=FOLDER --workdir=FOLDER

Both embeddings are brought to length 1 and concatenated. The flags are those of trainers.image and
trainers.text. What both encoders have, and their concatenation too, has a prefix: image_neck is of
the photo encoder, title_neck of the title encoder, joint_neck of what follows the concatenation;
so have pooling, embedding_dim and dropout. --image_run and --title_run start from encoders that
were trained apart. The same command, given again after an interruption, goes on where it was.
"""  # noqa: E501

import dataclasses
import os
from typing import TYPE_CHECKING

from shopee_tf import options
from shopee_tf.data.augment_config import AugmentConfig
from shopee_tf.models import configs
from shopee_tf.models.configs import ImageEncoderConfig, JointEncoderConfig, TitleEncoderConfig
from shopee_tf.training.config import TrainingConfig
from tfrecords import files
from tfrecords.errors import UsageError
from trainers import encoder_flags, image, photo_options, text
from trainers import options as trainer_options

if TYPE_CHECKING:
    from shopee_tf.training.report import TrainingResult

IMAGE, TITLE, JOINT = "image_", "title_", "joint_"
DEFAULTS = JointEncoderConfig(image.DEFAULTS, text.DEFAULTS)
OWN = ("neck", "embedding_dim", "dropout")
KEPT = ("unfreeze", "train_batch_norm")
"""Flags that may differ from those of the run that an encoder starts from."""
REPLACED = ("weights", "encoder", "preprocessor")
"""Flags that say what an encoder starts from, not looked at where that is a run: a flagfile names
them that is used with and without runs."""


def define_flags(values: options.FlagValues) -> None:
    """Defines the flags of this command."""
    trainer_options.define_flags(values)
    image.define_encoder(values, prefix=IMAGE)
    image.define_augmentation(values)
    text.define_encoder(values, prefix=TITLE)
    options.choice(
        values, "joint_neck", DEFAULTS.neck, configs.NECKS,
        "What the concatenated embeddings go through, in that order.",
    )  # fmt: skip
    options.integer(
        values, "joint_embedding_dim", DEFAULTS.embedding_dim,
        "Size of a learnt projection of the concatenated embeddings; 0 for none.",
    )  # fmt: skip
    options.number(
        values, "joint_dropout", DEFAULTS.dropout,
        "Dropout of the concatenated embeddings, or after the projection where --joint_neck says "
        "so.",
    )  # fmt: skip
    options.string(
        values, "image_run", "",
        "Start from the photo encoder of this run: --weights is not looked at, --unfreeze and "
        "--train_batch_norm may differ from those of the run, its other flags may not.",
    )  # fmt: skip
    options.string(
        values, "title_run", "",
        "Start from the title encoder of this run: --encoder and --preprocessor are not looked "
        "at, its other flags may not differ from those of the run.",
    )  # fmt: skip


def check_flags(values: options.FlagValues) -> tuple[TrainingConfig, JointEncoderConfig]:
    """Checks every flag without importing TensorFlow.

    Raises:
      UsageError: a value that cannot be used.
    """
    config = trainer_options.training_config(values)
    if values.image_run:
        saved = _saved_config(values.image_run, "image")
        settings = image.encoder_settings(ImageEncoderConfig(**saved), prefix=IMAGE)
        _take_from_run(values, settings | {"weights": "none"}, run=values.image_run)
    if values.title_run:
        saved = _saved_config(values.title_run, "title")
        settings = text.encoder_settings(TitleEncoderConfig(**saved), prefix=TITLE)
        _take_from_run(values, settings, run=values.title_run)
    photos = image.encoder_config(values, prefix=IMAGE)
    titles = text.encoder_config(values, prefix=TITLE)
    text.check_backend(titles, config)
    check_augment(image.augmentation(values), config)
    with encoder_flags.named_with(JOINT):
        own = encoder_flags.encoder_fields(values, OWN, prefix=JOINT)
        return config, JointEncoderConfig(photos, titles, **own)


def _saved_config(run: str, kind: str) -> dict:
    if not os.path.isdir(run):
        raise UsageError(f"--{kind}_run={run}: no such folder; trainers.{kind} makes it")
    saved = files.read_json(os.path.join(run, "encoder", "encoder.json"))
    if saved["kind"] != kind:
        raise UsageError(f"--{kind}_run={run}: expected a run of kind {kind}, not {saved['kind']}")
    return saved["config"]


def _take_from_run(values: options.FlagValues, settings: dict, *, run: str) -> None:
    """Gives the flags of an encoder the values of its run; those that the user gave must agree."""
    for name, setting in settings.items():
        flag = values[name]
        theirs = flag.parser.parse(setting)
        if flag.present and name in KEPT:
            continue
        if flag.present and name not in REPLACED and flag.value != theirs:
            raise UsageError(
                f"--{name}={flag.value}: {run} was trained with {setting}; leave it out"
            )
        flag.value = theirs


def train(
    data: str | os.PathLike,
    workdir: str | os.PathLike,
    *,
    encoder: JointEncoderConfig = DEFAULTS,
    config: TrainingConfig | None = None,
    augment: AugmentConfig | str = "basic",
    image_run: str = "",
    title_run: str = "",
    dry_run: bool = False,
) -> "TrainingResult":
    """Trains a joint encoder.

    Args:
      data: folder that make_tfrecords wrote, with photos.
      workdir: run folder; the encoder is in `workdir/encoder`.
      encoder: which networks; EfficientNet-B0 and a small BERT from scratch where not given.
      config: how to train; the defaults of `TrainingConfig` where not given.
      augment: what is done to the photos; names alone where the rest is as by default.
      image_run: starts from the photo encoder of this run, which `encoder.image` must describe.
      title_run: starts from the title encoder of this run, which `encoder.title` must describe.
      dry_run: builds everything, logs the plan, trains and writes nothing.

    Returns:
      The epoch kept, its F1 and threshold.

    Raises:
      UsageError: photos to be mixed: the title would still tell the product; or a run to start
        from that saw what is held out.

    Example:

    >>> from trainers import joint
    >>> joint.train("data/shopee", "runs/joint", config=TrainingConfig(fold=0))  # doctest: +SKIP
    """
    from shopee_tf.training.joint_epochs import joint_epochs
    from shopee_tf.training.joint_start import check_start, start_joint_encoder
    from shopee_tf.training.task import Task
    from shopee_tf.training.train import train_encoder
    from tfrecords.manifest import load_manifest

    config = config or TrainingConfig()
    augment = AugmentConfig(augment) if isinstance(augment, str) else augment
    check_augment(augment, config)
    text.warn_of_dropout(encoder.title)
    runs = {"image_run": image_run, "title_run": title_run}
    seen = [
        check_start(data, config, run=former, flag=flag) for flag, former in runs.items() if former
    ]
    photos = dataclasses.replace(encoder.image, stored_size=load_manifest(str(data)).image_size)
    stored = dataclasses.replace(encoder, image=photos)
    task = Task(
        "joint", f"{photos.image_size} px and {encoder.title.max_length} tokens",
        lambda titles: start_joint_encoder(stored, titles=titles, **runs),
        joint_epochs(data, config, image_size=photos.image_size, augment=augment),
        seen=sorted({row for rows in seen for row in rows.tolist()}),
    )  # fmt: skip
    settings = {
        "data": str(data), "workdir": str(workdir), **dataclasses.asdict(config),
        **_settings(encoder, augment), **runs,
    }  # fmt: skip
    return train_encoder(
        task, data=data, workdir=workdir, config=config, settings=settings,
        command="trainers.joint", dry_run=dry_run,
    )  # fmt: skip


def check_augment(augment: AugmentConfig, config: TrainingConfig) -> None:
    """Refuses what cannot be done to photos with titles; see `photo_options`."""
    if augment.mix != "none":
        raise UsageError(
            f"--mix={augment.mix}: expected none where titles go along: a title cannot be mixed"
        )
    photo_options.check_augment(augment, config)


def _settings(encoder: JointEncoderConfig, augment: AugmentConfig) -> dict:
    changes = dataclasses.asdict(augment)
    return {
        **image.encoder_settings(encoder.image, prefix=IMAGE),
        **text.encoder_settings(encoder.title, prefix=TITLE),
        **{JOINT + name: getattr(encoder, name) for name in OWN},
        **{name: value for name, value in changes.items() if not name.startswith("mix")},
    }


def run(values: options.FlagValues) -> options.Done:
    """Trains as the flags say."""
    config, encoder = check_flags(values)
    trainer_options.check_data(values.data)
    result = train(
        values.data, values.workdir, encoder=encoder, config=config,
        augment=image.augmentation(values), image_run=values.image_run,
        title_run=values.title_run, dry_run=values.dry_run,
    )  # fmt: skip
    return trainer_options.done(result)


def main(argv: list[str] | None = None) -> None:
    """Runs the command."""
    options.run(run, define_flags, argv, usage=__doc__)


if __name__ == "__main__":
    main()

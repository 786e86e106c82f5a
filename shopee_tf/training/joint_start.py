"""Where a joint encoder starts: from encoders built anew, or from those of runs."""

import os
from collections.abc import Iterable

import numpy as np

from shopee_tf.data.catalog import Catalog, read_catalog
from shopee_tf.data.folds import assign_folds
from shopee_tf.models.configs import ImageEncoderConfig, JointEncoderConfig
from shopee_tf.models.freezing import freeze
from shopee_tf.models.image_encoder import ImageEncoder, backbone_of
from shopee_tf.models.joint_encoder import JointEncoder, build_joint_encoder
from shopee_tf.models.saving import load_encoder
from shopee_tf.runs import Run, read_run
from shopee_tf.training.config import TrainingConfig
from tfrecords import files
from tfrecords.errors import UsageError
from tfrecords.manifest import CATALOG


def start_joint_encoder(
    config: JointEncoderConfig,
    *,
    titles: Iterable[str],
    image_run: str = "",
    title_run: str = "",
) -> JointEncoder:
    """Builds a joint encoder whose parts may come from runs.

    Args:
      config: what it is made of; of a part that comes from a run as that run's, but for what of a
        photo encoder trains.
      titles: a scratch title encoder built anew learns its vocabulary from them.
      image_run: folder of the run that the photo encoder comes from; "" builds it anew.
      title_run: the same of the title encoder.
    """
    builders = {}
    if image_run:
        builders["build_image"] = lambda config: _thawed(image_run, config)
    if title_run:
        builders["build_title"] = lambda config, titles: load_encoder(_encoder_of(title_run))
    return build_joint_encoder(config, titles=titles, **builders)


def check_start(
    data: str | os.PathLike, config: TrainingConfig, *, run: str, flag: str
) -> np.ndarray:
    """Refuses to start from a run that saw what this one holds out, or other listings.

    A run folder tells which listings its encoder was trained on, and evaluation relies on it.

    Args:
      data: TFRecord folder to train on.
      config: how.
      run: folder of the run to start from.
      flag: what it was given as.

    Returns:
      [s] int32 rows of `data` that the run was trained on, ascending.

    Raises:
      UsageError: it was trained on other folds, or on another catalogue.
    """
    former = read_run(run)
    if not len(former.trained_on):
        return np.zeros(0, np.int32)
    catalog = read_catalog(files.join(data, CATALOG))
    if former.ids_sha256 != catalog.ids_sha256:
        raise UsageError(f"--{flag}={run}: trained on another catalogue than that of {data}")
    if config.fold is not None and not _holds_out_alike(former, config, catalog):
        names = ("fold", "num_folds", "split_seed")
        theirs, ours = ({name: getattr(of, name) for name in names} for of in (former, config))
        raise UsageError(
            f"--{flag}={run}: trained with {_as_flags(theirs)}, this run with {_as_flags(ours)}, "
            "and listings are in other folds: it may have seen what is held out; train both alike, "
            "on the same records"
        )
    seen = catalog.frame["posting_id"].isin(former.trained_on["posting_id"])
    return np.flatnonzero(seen).astype(np.int32)


def _holds_out_alike(former: Run, config: TrainingConfig, catalog: Catalog) -> bool:
    """Whether a run of the same postings held out the same fold of the same split.

    Equal flags are not enough: hashes and photo names join products, and may have changed.
    """
    if former.split is None or former.fold != config.fold:
        return False
    folds = assign_folds(catalog, num_folds=config.num_folds, seed=config.split_seed)
    theirs = former.split.set_index("posting_id")["fold"].reindex(catalog.posting_ids)
    return theirs.tolist() == [str(fold) for fold in folds]


def _thawed(run: str, config: ImageEncoderConfig) -> ImageEncoder:
    """The photo encoder of a run; of its backbone trains what `config` says."""
    model = load_encoder(_encoder_of(run)).model
    freeze(
        backbone_of(model), config.backbone, config.unfreeze,
        train_batch_norm=config.train_batch_norm,
    )  # fmt: skip
    return ImageEncoder(model, config)


def _encoder_of(run: str) -> str:
    return os.path.join(run, "encoder")


def _as_flags(settings: dict) -> str:
    return " ".join(f"--{name}={value}" for name, value in settings.items())

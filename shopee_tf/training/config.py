"""What the trainers can be told, checked before TensorFlow is imported."""

import dataclasses

from shopee_tf.training.config_checks import check_config

# A run may be resumed with other values of these: they do not change what is learnt.
FREE_ON_RESUME = (
    "data",
    "workdir",
    "resume",
    "save_every",
    "strategy",
    "gpu_memory_gb",
    "verify",
    "divergence_factor",
)


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """How an encoder is trained, whatever it encodes; each field is also a flag of the trainers
    that have a use for it.

    Attributes:
      fold: trains on the folds other than `fold` and `fold + 1`, and chooses the epoch on
        `fold + 1`; with None it trains on every labelled row and keeps the last epoch.
      num_folds: folds that the products are dealt into.
      split_seed: seed of that deal.
      seed: seed of the weights, of the order of the rows, and of augmentation.
      epochs: passes over the training rows; 0 keeps the encoder as it comes, for a baseline.
      batch_size: rows in one step, on all devices together.
      sampling: "uniform", each training row once an epoch; or "class_weighted", as many draws in
        which every product is equally likely, with heads of class centres.
      learning_rate: the highest of the schedule.
      warmup_epochs: epochs, or parts of one, over which the learning rate rises from 0.
      head_lr_multiplier: the class centres learn at `learning_rate` times this.
      layer_lr_decay: each layer of the encoder learns, and decays, at the rate of the one above
        times this.
      ema_decay: judges and keeps a running average of the encoder's weights, each step moving it by
        1 - this; 0 keeps the weights themselves.
      divergence_factor: stops a run whose loss over 100 steps is above that of a network that
        knows nothing (random embeddings) times this; 0 never does.
      weight_decay: of AdamW (SGD for a classifier); biases and normalization weights are spared.
      clip_norm: the largest norm of all gradients together; 0 leaves them as they are.
      head: what the embeddings are trained against: class centres, with the margin that names it;
        "softmax", a plain classifier, whose embeddings and class weights keep their lengths; or
        the rows of the batch ("supcon", "multi_similarity"), for which each batch holds
        `batch_size / rows_per_class` products of `rows_per_class` rows each.
      rows_per_class: rows of each product in a batch, with a head that compares rows.
      temperature: what the cosines are divided by, with the head "supcon".
      sub_centers: centres of each class, with the head "sub_center_arcface".
      scale: factor of the cosines before the softmax, except with the head "softmax".
      margin: what is asked of the true class beyond the others; an angle in radians for ArcFace.
      margin_start: the margin at the first step, where it rises.
      margin_warmup_epochs: epochs, or parts of one, over which it rises to `margin`; 0 for none.
      class_margin_exponent: the margin of a class is times (its training rows)^this: -0.2 gives
        large classes a smaller margin than small ones; 0 gives all the same.
      easy_margin: adds the margin only where the angle is below 90 degrees.
      head_dropout: share of the embedding dropped before the class centres.
      label_smoothing: share of the target spread over all classes.
      precision: "float32", "mixed_bfloat16" or "mixed_float16".
      strategy: what to train on; "auto" takes a TPU, else the GPUs, else the CPU.
      gpu_memory_gb: TensorFlow takes so many GiB of each GPU; nearly all where not given.
      resume: goes on from the checkpoints in the run folder; False starts over.
      save_every: steps between checkpoints; with None, one at the end of each epoch.
      train_postings: trains on about so many, drawn as whole products from those it could train
        on, to try a setting quickly; None for all.
      limit_rows: trains and chooses on the first so many rows of the catalogue.
      shuffle_buffer: rows held in memory to draw the next from.
      cache: "memory" keeps what was read from the records (photos decoded) for all epochs.
      eval_batch_size: rows encoded at once when an epoch is judged.
      verify: compares the records with the checksums of their manifest first.
    """

    fold: int | None = None
    num_folds: int = 5
    split_seed: int = 0
    seed: int = 0
    epochs: int = 10
    batch_size: int = 64
    sampling: str = "uniform"
    learning_rate: float = 1e-3
    warmup_epochs: float = 1.0
    head_lr_multiplier: float = 10.0
    layer_lr_decay: float = 1.0
    ema_decay: float = 0.0
    divergence_factor: float = 1.2
    weight_decay: float = 1e-4
    clip_norm: float = 1.0
    head: str = "arcface"
    rows_per_class: int = 2
    temperature: float = 0.1
    sub_centers: int = 3
    scale: float = 30.0
    margin: float = 0.5
    margin_start: float = 0.0
    margin_warmup_epochs: float = 0.0
    class_margin_exponent: float = 0.0
    easy_margin: bool = False
    head_dropout: float = 0.0
    label_smoothing: float = 0.0
    precision: str = "float32"
    strategy: str = "auto"
    gpu_memory_gb: float | None = None
    resume: bool = True
    save_every: int | None = None
    train_postings: int | None = None
    limit_rows: int | None = None
    shuffle_buffer: int = 2048
    cache: str = "none"
    eval_batch_size: int = 64
    verify: bool = True

    def __post_init__(self) -> None:
        check_config(self)

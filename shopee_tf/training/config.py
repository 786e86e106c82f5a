"""What both trainers can be told, checked before TensorFlow is imported."""

import dataclasses
import math

from tfrecords.errors import UsageError

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
STRATEGIES = ("auto", "cpu", "gpu", "tpu", "mirrored", "multi_worker")
CACHES = ("none", "memory")
CENTER_HEADS = ("arcface", "cosface", "sub_center_arcface", "curricular", "normalized_softmax")
PAIR_HEADS = ("supcon", "multi_similarity")
HEADS = CENTER_HEADS + PAIR_HEADS

# A run may be resumed with other values of these: they do not change what is learnt.
FREE_ON_RESUME = ("data", "workdir", "resume", "save_every", "strategy", "verify")


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """How an encoder is trained, whatever it encodes; each field is also a flag of both trainers.

    Attributes:
      fold: trains on the folds other than `fold` and `fold + 1`, and chooses the epoch on
        `fold + 1`; with None it trains on every labelled row and keeps the last epoch.
      num_folds: folds that the products are dealt into.
      split_seed: seed of that deal.
      seed: seed of the weights, of the order of the rows, and of augmentation.
      epochs: passes over the training rows; 0 keeps the encoder as it comes, for a baseline.
      batch_size: rows in one step, on all devices together.
      learning_rate: the highest of the schedule.
      warmup_epochs: epochs, or parts of one, over which the learning rate rises from 0.
      head_lr_multiplier: the class centres learn at `learning_rate` times this.
      layer_lr_decay: each layer of the encoder learns at the rate of the one above times this.
      ema_decay: judges and keeps a running average of the encoder's weights, each step moving it by
        1 - this; 0 keeps the weights themselves.
      divergence_factor: stops a run whose loss over 100 steps is above that of a network that
        knows nothing (all cosines 0) times this; 0 never does.
      weight_decay: of AdamW; biases and normalization weights are spared.
      clip_norm: the largest norm of all gradients together; 0 leaves them as they are.
      head: what the embeddings are trained against: class centres, with the margin that names it,
        or the rows of the batch ("supcon", "multi_similarity"). For the latter each batch holds
        `batch_size / rows_per_class` products of `rows_per_class` rows each.
      rows_per_class: rows of each product in a batch, with a head that compares rows.
      temperature: what the cosines are divided by, with the head "supcon".
      sub_centers: centres of each class, with the head "sub_center_arcface".
      scale: factor of the cosines before the softmax.
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
    resume: bool = True
    save_every: int | None = None
    train_postings: int | None = None
    limit_rows: int | None = None
    shuffle_buffer: int = 2048
    cache: str = "none"
    eval_batch_size: int = 64
    verify: bool = True

    def __post_init__(self) -> None:
        self._check_numbers()
        self._check_fold()
        for name in ("warmup_epochs", "margin_warmup_epochs"):
            if 0 < self.epochs < getattr(self, name):
                _refuse(name, getattr(self, name), f"at most --epochs={self.epochs}; 0 will do")
        self._check_head()
        if self.precision == "mixed_float16" and self.strategy == "cpu":
            _refuse("precision", self.precision, "float32 or mixed_bfloat16 on a CPU")

    def _check_numbers(self) -> None:
        one_of = {
            "head": HEADS, "precision": PRECISIONS, "strategy": STRATEGIES, "cache": CACHES,
        }  # fmt: skip
        for name, words in one_of.items():
            if getattr(self, name) not in words:
                _refuse(name, getattr(self, name), f"one of {', '.join(words)}")
        for name in ("margin", "margin_start"):
            if not 0 <= getattr(self, name) <= math.pi / 2:
                _refuse(name, getattr(self, name), "an angle between 0 and pi/2 = 1.5708 radians")
        if not -1 <= self.class_margin_exponent <= 0:
            _refuse("class_margin_exponent", self.class_margin_exponent, "between -1 and 0")
        if not 0 < self.layer_lr_decay <= 1:
            _refuse("layer_lr_decay", self.layer_lr_decay, "above 0 and at most 1")
        if self.divergence_factor and not 1 <= self.divergence_factor < math.inf:
            _refuse("divergence_factor", self.divergence_factor, "at least 1, or 0 for no guard")
        for name in ("batch_size", "shuffle_buffer", "eval_batch_size", "sub_centers"):
            if getattr(self, name) < 1:
                _refuse(name, getattr(self, name), "at least 1")
        for name in ("save_every", "limit_rows", "train_postings"):
            if getattr(self, name) is not None and getattr(self, name) < 1:
                _refuse(name, getattr(self, name), "at least 1")
        for name in ("learning_rate", "head_lr_multiplier", "scale", "temperature"):
            if not 0 < getattr(self, name) < math.inf:
                _refuse(name, getattr(self, name), "a number above 0")
        at_least_0 = ("epochs", "warmup_epochs", "margin_warmup_epochs", "weight_decay")
        for name in (*at_least_0, "clip_norm", "seed", "split_seed"):
            if not 0 <= getattr(self, name) < math.inf:
                _refuse(name, getattr(self, name), "0 or more")
        for name in ("head_dropout", "label_smoothing", "ema_decay"):
            if not 0 <= getattr(self, name) < 1:
                _refuse(name, getattr(self, name), "at least 0 and below 1")

    def _check_head(self) -> None:
        if self.easy_margin and self.head not in ("arcface", "sub_center_arcface"):
            _refuse("easy_margin", True, "--head=arcface or sub_center_arcface")
        if self.head == "cosface" and self.margin > 1:
            _refuse("margin", self.margin, "a part of the cosine, at most 1, with --head=cosface")
        if self.head in (*PAIR_HEADS, "normalized_softmax"):
            for name in ("margin_warmup_epochs", "class_margin_exponent"):
                if getattr(self, name):
                    _refuse(name, getattr(self, name), f"0: --head={self.head} has no margin")
        if self.head not in PAIR_HEADS:
            return
        if self.label_smoothing:
            _refuse("label_smoothing", self.label_smoothing, f"0 with --head={self.head}")
        if self.rows_per_class < 2:
            _refuse("rows_per_class", self.rows_per_class, "at least 2")
        if self.batch_size % self.rows_per_class:
            expected = f"a multiple of --rows_per_class={self.rows_per_class}"
            _refuse("batch_size", self.batch_size, expected)

    def _check_fold(self) -> None:
        if self.num_folds < 3:
            _refuse("num_folds", self.num_folds, "at least 3 (one scores, one chooses)")
        if self.fold is not None and not 0 <= self.fold < self.num_folds:
            _refuse("fold", self.fold, f"between 0 and {self.num_folds - 1} (num_folds - 1)")


def _refuse(name: str, received, expected: str) -> None:
    raise UsageError(f"--{name}={received}: expected {expected}")

"""Which settings of a training run can be used, checked before TensorFlow is imported."""

import math

from tfrecords.errors import UsageError

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
STRATEGIES = ("auto", "cpu", "gpu", "tpu", "mirrored", "multi_worker")
CACHES = ("none", "memory")
SAMPLINGS = ("uniform", "class_weighted")
CENTER_HEADS = ("arcface", "cosface", "sub_center_arcface", "curricular", "normalized_softmax")
PAIR_HEADS = ("supcon", "multi_similarity")
HEADS = (*CENTER_HEADS, "softmax", *PAIR_HEADS)


def check_config(config) -> None:
    """Checks every field of a `TrainingConfig`.

    Raises:
      UsageError: a value out of its range, or one that another does not allow.
    """
    _check_numbers(config)
    _check_fold(config)
    for name in ("warmup_epochs", "margin_warmup_epochs"):
        if 0 < config.epochs < getattr(config, name):
            expected = f"at most --epochs={config.epochs}; add --{name}={config.epochs}"
            _refuse(name, getattr(config, name), expected)
    _check_head(config)
    if config.precision == "mixed_float16" and config.strategy == "cpu":
        _refuse("precision", config.precision, "float32 or mixed_bfloat16 on a CPU")


def _check_numbers(config) -> None:
    one_of = {
        "head": HEADS, "precision": PRECISIONS, "strategy": STRATEGIES, "cache": CACHES,
        "sampling": SAMPLINGS,
    }  # fmt: skip
    for name, words in one_of.items():
        if getattr(config, name) not in words:
            _refuse(name, getattr(config, name), f"one of {', '.join(words)}")
    most, what = math.pi / 2, "an angle between 0 and pi/2 = 1.5708 radians"
    if config.head == "cosface":
        most, what = 1.0, "a part of the cosine, between 0 and 1, with --head=cosface"
    for name in ("margin", "margin_start"):
        if not 0 <= getattr(config, name) <= most:
            _refuse(name, getattr(config, name), what)
    if not -1 <= config.class_margin_exponent <= 0:
        _refuse("class_margin_exponent", config.class_margin_exponent, "between -1 and 0")
    if not 0 < config.layer_lr_decay <= 1:
        _refuse("layer_lr_decay", config.layer_lr_decay, "above 0 and at most 1")
    if config.divergence_factor and not 1 <= config.divergence_factor < math.inf:
        _refuse("divergence_factor", config.divergence_factor, "at least 1, or 0 for no guard")
    for name in ("batch_size", "shuffle_buffer", "eval_batch_size", "sub_centers"):
        if getattr(config, name) < 1:
            _refuse(name, getattr(config, name), "at least 1")
    for name in ("save_every", "limit_rows", "train_postings"):
        if getattr(config, name) is not None and getattr(config, name) < 1:
            _refuse(name, getattr(config, name), "at least 1")
    if config.gpu_memory_gb is not None and not 0 < config.gpu_memory_gb < math.inf:
        _refuse("gpu_memory_gb", config.gpu_memory_gb, "a number above 0")
    for name in ("learning_rate", "head_lr_multiplier", "scale", "temperature"):
        if not 0 < getattr(config, name) < math.inf:
            _refuse(name, getattr(config, name), "a number above 0")
    at_least_0 = ("epochs", "warmup_epochs", "margin_warmup_epochs", "weight_decay")
    for name in ("seed", "split_seed"):
        if not 0 <= getattr(config, name) < 2**32:
            _refuse(name, getattr(config, name), "0 to 4294967295")
    for name in (*at_least_0, "clip_norm"):
        if not 0 <= getattr(config, name) < math.inf:
            _refuse(name, getattr(config, name), "0 or more")
    for name in ("head_dropout", "label_smoothing", "ema_decay"):
        if not 0 <= getattr(config, name) < 1:
            _refuse(name, getattr(config, name), "at least 0 and below 1")


def _check_head(config) -> None:
    if config.easy_margin and config.head not in ("arcface", "sub_center_arcface"):
        _refuse("easy_margin", True, "--head=arcface or sub_center_arcface")
    if config.head in (*PAIR_HEADS, "normalized_softmax", "softmax"):
        for name in ("margin_warmup_epochs", "class_margin_exponent"):
            if getattr(config, name):
                _refuse(name, getattr(config, name), f"0: --head={config.head} has no margin")
    if config.margin_start and not config.margin_warmup_epochs:
        _refuse("margin_start", config.margin_start, "0 where --margin_warmup_epochs is 0")
    if config.head in PAIR_HEADS:
        _check_pairs(config)


def _check_pairs(config) -> None:
    if config.sampling != "uniform":
        _refuse("sampling", config.sampling, f"uniform: --head={config.head} draws by product")
    if config.label_smoothing:
        _refuse("label_smoothing", config.label_smoothing, f"0 with --head={config.head}")
    if config.rows_per_class < 2:
        _refuse("rows_per_class", config.rows_per_class, "at least 2")
    if config.batch_size % config.rows_per_class:
        expected = f"a multiple of --rows_per_class={config.rows_per_class}"
        _refuse("batch_size", config.batch_size, expected)
    if config.batch_size < 2 * config.rows_per_class:
        expected = f"two products of --rows_per_class={config.rows_per_class}, to tell apart"
        _refuse("batch_size", config.batch_size, expected)


def _check_fold(config) -> None:
    if config.num_folds < 3:
        _refuse("num_folds", config.num_folds, "at least 3 (one scores, one chooses)")
    if config.fold is not None and not 0 <= config.fold < config.num_folds:
        _refuse("fold", config.fold, f"between 0 and {config.num_folds - 1} (num_folds - 1)")


def _refuse(name: str, received, expected: str) -> None:
    raise UsageError(f"--{name}={received}: expected {expected}")

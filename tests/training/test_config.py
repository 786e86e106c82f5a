import pytest

from shopee_tf.training.config import TrainingConfig
from tfrecords.errors import UsageError


@pytest.mark.faults
@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("margin", 1.6), ("margin", -0.1), ("scale", 0.0), ("fold", 5), ("fold", -1),
        ("num_folds", 2), ("epochs", -1), ("batch_size", 0), ("learning_rate", 0.0),
        ("learning_rate", float("nan")), ("warmup_epochs", 11), ("clip_norm", -1.0),
        ("seed", -1), ("seed", 2**32), ("split_seed", 2**32),
        ("label_smoothing", 1.0), ("head_dropout", 1.0), ("save_every", 0), ("limit_rows", 0),
        ("precision", "float64"), ("margin_start", -0.1), ("margin_warmup_epochs", 11),
        ("class_margin_exponent", 0.2), ("layer_lr_decay", 0.0), ("layer_lr_decay", 1.1),
        ("ema_decay", 1.0), ("divergence_factor", 0.5), ("train_postings", 0),
        ("strategy", "npu"), ("cache", "disk"), ("sampling", "even"),
    ],
)  # fmt: skip
def test_refuses_and_names_the_flag(flag, value):
    with pytest.raises(UsageError, match=f"--{flag}={value}"):
        TrainingConfig(**{flag: value})


def test_refuses_float16_on_a_cpu():
    with pytest.raises(UsageError, match="--precision=mixed_float16"):
        TrainingConfig(precision="mixed_float16", strategy="cpu")


@pytest.mark.parametrize("fold", [None, 0, 4])
def test_takes_every_fold(fold):
    assert TrainingConfig(fold=fold).fold == fold

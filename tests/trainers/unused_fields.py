"""Values that no trainer without use for these fields may heed."""

from shopee_tf.training.config import TrainingConfig

OTHER = {
    "fold": 1, "num_folds": 4, "limit_rows": 25, "train_postings": 10, "sampling": "class_weighted",
    "head_lr_multiplier": 3.0, "layer_lr_decay": 0.5, "ema_decay": 0.9, "divergence_factor": 2.0,
    "head": "sub_center_arcface", "rows_per_class": 3, "temperature": 0.2, "sub_centers": 2,
    "scale": 10.0, "margin": 0.3, "margin_start": 0.1, "margin_warmup_epochs": 1.0,
    "class_margin_exponent": -0.1, "easy_margin": True, "head_dropout": 0.1, "label_smoothing": 0.1,
}  # fmt: skip


def other_values(names):
    """Returns name -> a value that is not the default."""
    found = {name: OTHER[name] for name in names}
    assert all(value != getattr(TrainingConfig(), name) for name, value in found.items())
    return found

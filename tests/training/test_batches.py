"""How many rows a step takes, and how many steps an epoch."""

import types

import numpy as np
import pytest

from shopee_tf.training.batches import fitting_batch_size, steps_per_epoch
from shopee_tf.training.config import TrainingConfig
from tfrecords.errors import DataError, UsageError


def rows(*sizes):
    """Training rows of classes of these sizes, and one row of no class."""
    table = np.repeat(np.arange(-1, len(sizes)), [1, *sizes])
    return types.SimpleNamespace(
        train=np.flatnonzero(table >= 0), table=table, num_classes=len(sizes)
    )


def devices(count):
    return types.SimpleNamespace(num_replicas_in_sync=count)


@pytest.mark.parametrize(
    ("head", "wanted", "replicas", "expected"),
    [
        ("arcface", 12, 1, 12),
        ("arcface", 64, 1, 25),
        ("arcface", 64, 2, 24),
        ("supcon", 16, 1, 16),
        ("supcon", 64, 1, 16),  # eight products in pairs
        ("supcon", 60, 3, 12),  # a multiple of 2 and of 3
    ],
)
def test_the_batch_fits_the_rows_and_the_devices(head, wanted, replicas, expected):
    config = TrainingConfig(head=head, batch_size=wanted)
    found = fitting_batch_size(config, rows(2, 3, 2, 4, 3, 5, 2, 4), devices(replicas))
    assert found == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [("arcface", 6), ("multi_similarity", 7)],  # 25 // 4; 1 + 2 + 1 + 2 + 2 + 3 + 1 + 2 pairs // 2
)
def test_steps_of_an_epoch(head, expected):
    config = TrainingConfig(head=head, batch_size=4)
    assert steps_per_epoch(config, rows(2, 3, 2, 4, 3, 5, 2, 4), batch_size=4) == expected


@pytest.mark.faults
def test_too_few_rows_or_a_batch_that_cannot_be_shared_are_refused():
    with pytest.raises(DataError, match="4 training rows are too few for 6 devices"):
        fitting_batch_size(TrainingConfig(head="supcon", batch_size=12), rows(2, 2), devices(6))
    with pytest.raises(UsageError, match="--batch_size=64"):
        fitting_batch_size(TrainingConfig(), rows(2, 2), devices(3))

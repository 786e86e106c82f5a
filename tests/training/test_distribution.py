import types

import pytest
import tensorflow as tf

from shopee_tf.training import distribution
from tfrecords.errors import ResourceError, UsageError


@pytest.fixture
def host(monkeypatch):
    """A host with so many devices of each kind, whose strategies are stand-ins."""
    monkeypatch.setattr(distribution, "_strategies", {})
    monkeypatch.delenv("TPU_NAME", raising=False)
    for name in ("mirrored", "tpu"):
        stand_in = types.SimpleNamespace(name=name, num_replicas_in_sync=2)
        monkeypatch.setitem(distribution._MAKERS, name, lambda made=stand_in: made)

    def with_devices(**counts):
        monkeypatch.setattr(
            tf.config, "list_physical_devices", lambda kind: [kind] * counts.get(kind, 0)
        )

    return with_devices


@pytest.mark.parametrize("counts, expected", [({"GPU": 2}, "mirrored"), ({"TPU": 1}, "tpu")])
def test_auto_takes_all_devices_and_gives_the_same_object_again(host, counts, expected):
    host(**counts)
    strategy = distribution.get_strategy("auto")
    assert strategy.name == expected
    assert distribution.get_strategy("auto") is strategy
    assert distribution.get_strategy(expected) is strategy


@pytest.mark.parametrize("counts", [{}, {"GPU": 1}])
def test_auto_on_one_device_is_the_default_strategy(host, counts):
    host(**counts)
    assert distribution.get_strategy("auto") is tf.distribute.get_strategy()


def test_a_second_strategy_of_several_devices_is_refused(host):
    host()
    distribution.get_strategy("mirrored")
    with pytest.raises(UsageError, match="--strategy=tpu: this process trains on"):
        distribution.get_strategy("tpu")


@pytest.mark.faults
def test_a_host_without_a_tpu_is_told_what_to_do(monkeypatch):
    def no_tpu():
        raise tf.errors.NotFoundError(
            None, None, "Op type not registered 'ConfigureDistributedTPU'"
        )

    monkeypatch.setattr(distribution, "_strategies", {})
    monkeypatch.setattr(tf.distribute.cluster_resolver, "TPUClusterResolver", no_tpu)
    with pytest.raises(ResourceError, match="reaches no TPU; on a TPU VM install tensorflow-tpu"):
        distribution.get_strategy("tpu")

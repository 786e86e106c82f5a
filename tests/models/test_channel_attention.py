import numpy as np
import pytest

from shopee_tf.models.channel_attention import EfficientChannelAttention, attention_width


def test_a_channel_is_weighed_by_the_means_of_its_neighbours():
    attention = EfficientChannelAttention(3, name="attention")
    x = np.arange(32, dtype="float32").reshape(1, 2, 4, 4) / 10
    attention(x)
    attention.kernel.assign(np.array([1.0, -2.0, 3.0]).reshape(3, 1, 1))
    means = np.pad(x.mean((1, 2))[0], 1)
    gates = [means[at] - 2 * means[at + 1] + 3 * means[at + 2] for at in range(4)]
    np.testing.assert_allclose(attention(x), x / (1 + np.exp(-np.array(gates))), rtol=1e-5)


@pytest.mark.parametrize(
    ("channels", "width"), [(8, 3), (64, 3), (128, 5), (256, 5), (1536, 5), (4096, 7)]
)
def test_width_grows_with_the_channels(channels, width):
    # (log2(128) + 1) / 2 = 4, even, so 5; (log2(4096) + 1) / 2 = 6.5, cut to 6, even, so 7.
    assert attention_width(channels) == width

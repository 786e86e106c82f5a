"""Our networks against timm's on the same random weights: `make test-timm` has timm."""

import os

import numpy as np
import pytest

from shopee_tf.models.backbones import BACKBONES
from shopee_tf.models.imagenet import DEVIATION, MEAN

if not os.environ.get("SHOPEE_TF_TEST_TIMM"):
    pytest.skip("timm and torch are not installed: run make test-timm", allow_module_level=True)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

# Ours, and timm's. Mish is put where SiLU was, as the winners did.
NETWORKS = {
    "eca_nfnet_l0": "eca_nfnet_l0",
    "eca_nfnet_l0_mish": "eca_nfnet_l0",
    "resnext50_32x4d": "resnext50_32x4d",
    "tf_efficientnet_b0": "tf_efficientnet_b0",
    "tf_efficientnet_b5": "tf_efficientnet_b5",
    "timm_efficientnet_b0": "efficientnet_b0",
    "timm_efficientnet_b3": "efficientnet_b3",
}


@pytest.fixture(scope="module")
def timm():
    import torch

    torch.set_num_threads(1)
    try:
        import torchvision  # noqa: F401
    except RuntimeError:
        # PyPI's torchvision is built for CUDA: beside a torch for CPUs its operators are missing,
        # and it cannot be imported without them. timm uses neither.
        for operator in ("nms", "qnms"):
            torch.library.define(
                f"torchvision::{operator}", "(Tensor boxes, Tensor scores, float t) -> Tensor"
            )
    import timm

    return timm


def randomize(network):
    """No scale is 1, no offset 0, no gain 0: none of them could be left out unnoticed."""
    import torch

    generator = torch.Generator().manual_seed(0)
    for name, value in network.state_dict().items():
        if name.endswith(("gain", "running_var")) or (name.endswith("weight") and value.ndim == 1):
            value.copy_(torch.rand(value.shape, generator=generator) * 0.5 + 0.5)
        elif name.endswith(("bias", "running_mean")):
            value.copy_(torch.randn(value.shape, generator=generator) * 0.1)


def use_mish(network):
    import torch

    for name, child in network.named_children():
        if isinstance(child, torch.nn.SiLU):
            setattr(network, name, torch.nn.Mish())
        else:
            use_mish(child)


def features_of_timm(timm, name, pixels, path):
    """Writes a checkpoint; returns [batch, height, width, channels] and [batch, channels]."""
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(0)
    network = timm.create_model(NETWORKS[name]).eval()
    randomize(network)
    if name.endswith("mish"):
        use_mish(network)
    save_file(network.state_dict(), path)
    normalised = ((pixels / 255 - MEAN) / DEVIATION).astype("float32")
    with torch.no_grad():
        features = network.forward_features(torch.from_numpy(normalised).permute(0, 3, 1, 2))
        pooled = network.forward_head(features, pre_logits=True)
    return features.permute(0, 2, 3, 1).numpy(), pooled.numpy()


@pytest.mark.parametrize("size", [96, 117])
@pytest.mark.parametrize("name", NETWORKS)
def test_features_agree_to_a_ten_thousandth(timm, name, size, tmp_path):
    pixels = np.random.default_rng(0).uniform(0, 255, (2, size, size, 3)).astype("float32")
    path = tmp_path / "model.safetensors"
    theirs, theirs_pooled = features_of_timm(timm, name, pixels, path)
    ours = np.array(BACKBONES[name](size, str(path)).predict_on_batch(pixels))
    apart = np.abs(ours - theirs).max()
    pooled_apart = np.abs(ours.mean((1, 2)) - theirs_pooled).max()
    largest = np.abs(theirs).max()
    print(f"\n{name} {size} px: largest {largest:.3g}, apart {apart:.1e}", end="")
    print(f", relative {apart / largest:.1e}, pooled {pooled_apart:.1e}")
    assert ours.shape == theirs.shape
    assert theirs.std() > 0.03
    assert apart < 1e-4
    assert apart < 1e-4 * largest
    assert pooled_apart < 1e-4

"""Learning rates that fall from the top layer of an encoder to its first."""

import re
from collections.abc import Sequence

from shopee_tf.models.joint_encoder import SCOPES
from tfrecords.errors import UsageError

# The first number of a path: that of a stage, where stages are made of blocks. ResNet's are conv2
# to conv5 ("conv4_block1_2_conv"), those of timm's networks have a dot ("stages.3.0.conv1").
_LAYER = re.compile(
    r"(?:^|[/_])(?:l|layer|blocks?|stages?|conv(?=\d_block))[_.]?(\d+)(?=[a-z]?(?:[/_.]|$))"
)
# What comes before the first layer: embeddings of tokens, and the first convolution of photo
# networks, which MobileNetV2 calls Conv1 and follows with a block without a number.
_FIRST = re.compile(
    r"embed|(?:^|[/_])emb_|(?:^|[/_])stem[_./]|(?:^|/)(?:conv|bn)1[_/]|(?:^|[/_])Conv1/"
    r"|expanded_conv_"
)


def layer_rates(paths: Sequence[str], *, decay: float) -> list[float]:
    """Returns what the learning rate of each variable is multiplied by.

    The top layer of n learns at `decay`, the one below at `decay`^2, and so on; the embeddings of
    the tokens, or the stem of a photo network, at `decay`^(n + 1); what belongs to no layer
    (poolers, projections, class centres) at 1. The layers (of most photo networks, the stages) are
    found by the numbers in the paths of their variables, as in "transformer_layer_3/...",
    "hub/v5_l0_q_w" or "block6a_project_conv/...". Either encoder of a joint one counts its own
    layers.

    Args:
      paths: of the variables.
      decay: above 0, at most 1.

    Raises:
      UsageError: a decay, and an encoder that has the number of a layer in no path.

    Example:

    >>> layer_rates(["embeddings/tokens", "layer_0/k", "layer_1/k", "projection/k"], decay=0.5)
    [0.125, 0.25, 0.5, 1.0]

    References:
      Howard and Ruder, 2018, "Universal Language Model Fine-tuning for Text Classification",
      arXiv:1801.06146 (discriminative fine-tuning).
    """
    if decay == 1.0:
        return [1.0] * len(paths)
    encoders = [_encoder_of(path) for path in paths]
    alone = not any(encoders)
    rates = [1.0] * len(paths)
    for encoder in {""} if alone else {*encoders} - {""}:
        mine = [at for at, name in enumerate(encoders) if name == encoder]
        for at, rate in zip(mine, _rates([paths[at] for at in mine], decay), strict=True):
            rates[at] = rate
    return rates


def _encoder_of(path: str) -> str:
    """Which encoder of a joint one a variable belongs to; "" where it belongs to neither."""
    return next((scope for scope in SCOPES if path.startswith(f"{scope}/")), "")


def _rates(paths: Sequence[str], decay: float) -> list[float]:
    found = [_LAYER.search(path) for path in paths]
    if not any(found):
        raise UsageError(
            f"--layer_lr_decay={decay}: expected an encoder whose variables name their layers by "
            f"number, received {', '.join(paths[:5])}..., which have none; 1 is for all alike"
        )
    numbers = [int(match.group(1)) if match else None for match in found]
    known = [number for number in numbers if number is not None]
    top, bottom = max(known), min(known)
    return [
        decay ** (top + 1 - number) if number is not None
        else decay ** (top + 2 - bottom) if _FIRST.search(path) else 1.0
        for path, number in zip(paths, numbers, strict=True)
    ]  # fmt: skip

"""Flags of an encoder in a trainer that may have two: those of both take a prefix."""

import contextlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from shopee_tf import options
from tfrecords.errors import UsageError

IN_BOTH = ("embedding_dim", "pooling", "neck", "dropout")
"""Fields of both `ImageEncoderConfig` and `TitleEncoderConfig`: where a trainer has both, a prefix
comes before these flags."""


def encoder_fields(
    values: options.FlagValues, names: Iterable[str], *, prefix: str
) -> dict[str, Any]:
    """Returns name -> value of the flags of an encoder, given with or without a prefix."""
    return {name: values[flag_of(name, prefix)].value for name in names}


def flag_of(name: str, prefix: str) -> str:
    """Returns the flag of a field of an encoder's configuration."""
    return prefix + name if name in IN_BOTH else name


@contextlib.contextmanager
def named_with(prefix: str) -> Iterator[None]:
    """Makes errors name the flags of `IN_BOTH` as the user has to give them."""
    try:
        yield
    except UsageError as error:
        flags = re.compile(rf"--({'|'.join(IN_BOTH)})\b")
        raise UsageError(flags.sub(rf"--{prefix}\1", str(error))) from None

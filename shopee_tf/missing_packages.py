"""A package that is not installed ends a command in one line, as when .venv is not activated."""

import importlib.util
import sys

from tfrecords.errors import ResourceError


def as_resource_error(error: ModuleNotFoundError) -> ResourceError | None:
    """What to do about it; None where the package is there and lacks a module: a fault of code."""
    package = (error.name or "").partition(".")[0]
    if not package or importlib.util.find_spec(package) is not None:
        return None
    return ResourceError(
        f"{package} is not installed in this Python ({sys.executable}); run "
        '"make setup && . .venv/bin/activate", or "pip install ."'
    )


def end_command(error: ModuleNotFoundError) -> None:
    """Ends a `python -m` of ours; does nothing in a notebook or in another program."""
    command = getattr(sys.modules["__main__"], "__spec__", None)
    ours = command is not None and command.name.partition(".")[0] in ("shopee_tf", "trainers")
    plain = as_resource_error(error) if ours and "--debug" not in sys.argv else None
    if plain is not None:
        print(f"error: {plain}", file=sys.stderr)
        raise SystemExit(plain.exit_code)

"""How every command starts and ends: kinds of flags, parsing, errors, exit codes."""

import logging
import math
import os
import re
import shlex
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from typing import NamedTuple

from shopee_tf import missing_packages, native_log
from shopee_tf.progress import LogHandler
from tfrecords import errors
from tfrecords.wording import format_duration

try:
    from absl import flags
except ModuleNotFoundError as error:  # the first package that any command needs
    missing_packages.end_command(error)
    raise

FlagValues = flags.FlagValues
_PLAIN_WORDS = {
    r"invalid literal for int\(\) with base \d+: .*": "expected a whole number",
    r"could not convert string to float: .*": "expected a number",
    r"\('Non-boolean argument .*\)": "expected true or false",
    r"=\[(.*)\]: ": lambda words: f"={words[1].replace(chr(39), '').replace(', ', ',')}: ",
}


class Done(NamedTuple):
    """What a command did: the line at its end, which tells how long it took, too.

    Attributes:
      what: with the number of rows, as "300 records in 1 shard".
      written: files and folders; None among them, of flags not given, are left out.
      piped: stdout holds what another program reads, so that the line goes to stderr.
    """

    what: str
    written: Sequence[str | os.PathLike | None] = ()
    piped: bool = False


def string(values: FlagValues, name: str, default: str | None, help: str) -> None:
    """Defines a text flag."""
    flags.DEFINE_string(name, default, help, flag_values=values)


def integer(values: FlagValues, name: str, default: int | None, help: str, **bounds) -> None:
    """Defines a whole-number flag, with `lower_bound` and `upper_bound`."""
    flags.DEFINE_integer(name, default, help, flag_values=values, **bounds)


def number(values: FlagValues, name: str, default: float | None, help: str, **bounds) -> None:
    """Defines a number flag, with `lower_bound` and `upper_bound`."""
    flags.DEFINE_float(name, default, help, flag_values=values, **bounds)
    flags.register_validator(  # NaN is within all bounds
        name,
        lambda value: value is None or math.isfinite(value),
        message="expected a finite number",
        flag_values=values,
    )


def boolean(values: FlagValues, name: str, default: bool | None, help: str) -> None:
    """Defines a yes-or-no flag: --name or --noname."""
    flags.DEFINE_bool(name, default, help, flag_values=values)


def choice(values: FlagValues, name: str, default: str, among: Sequence[str], help: str) -> None:
    """Defines a flag that takes one of a few words."""
    flags.DEFINE_enum(name, default, list(among), help, flag_values=values)


def words(values: FlagValues, name: str, default: Sequence[str] | None, help: str) -> None:
    """Defines a flag that takes words separated by commas."""
    flags.DEFINE_list(name, default, help, flag_values=values)


def repeated(values: FlagValues, name: str, help: str) -> None:
    """Defines a text flag that may be given any number of times; a list."""
    flags.DEFINE_multi_string(name, [], help, flag_values=values)


def choices(
    values: FlagValues, name: str, default: Sequence[str], among: Sequence[str], help: str
) -> None:
    """Defines a flag that takes one or more of a few words, separated by commas.

    Where there are none by default it takes none, too.
    """
    words(values, name, default, help)
    fewest = min(1, len(default))
    flags.register_validator(
        name,
        lambda chosen: fewest <= len(chosen) == len(set(chosen) & set(among)),
        message=f"expected one or more of {', '.join(among)}, each once",
        flag_values=values,
    )


def require(values: FlagValues, *names: str) -> None:
    """Marks flags that a command cannot do without."""
    for name in names:
        flags.mark_flag_as_required(name, flag_values=values)


def paths(values: FlagValues, *names: str) -> list[tuple[str, str]]:
    """The name and the path of each flag given; of a flag that takes several, of each path."""
    given = [(name, values[name].value) for name in names if values[name].value]
    several = [(name, [value] if isinstance(value, str) else value) for name, value in given]
    return [(name, path) for name, each in several for path in each]


def parse(
    define: Callable[[FlagValues], None], argv: Sequence[str], *, usage: str = ""
) -> FlagValues:
    """Parses `argv` (without the program's name) against the flags that `define` defines.

    Raises:
      UsageError: an unknown flag, a bad value, a missing one, or words that are no flag.
      SystemExit: after --help.
    """
    values = FlagValues()
    boolean(values, "debug", False, "Show the traceback of an error.")
    boolean(values, "help", False, "Show this text.")
    define(values)
    if any(word in ("--help", "-h", "-help") for word in argv):
        print(_help_text(values, usage), flush=True)
        raise SystemExit(errors.EXIT_OK)
    _check_flagfiles(argv)
    try:
        leftover = values([usage.split("\n")[0], *argv])[1:]
    except flags.Error as error:
        missing = re.findall(r"Flag (--\w+) must have a value", str(error))
        text = f"missing {', '.join(missing)}" if missing else _in_plain_words(str(error))
        raise errors.UsageError(text) from None
    if leftover:
        raise errors.UsageError(f"not a flag: {shlex.join(leftover)}; flags begin with --")
    return values


def _in_plain_words(error: str) -> str:
    """What absl says, without Python's words for it."""
    for pattern, plain in _PLAIN_WORDS.items():
        error = re.sub(pattern, plain, error)
    return error.replace("\n", " ")


def _check_flagfiles(argv: Sequence[str]) -> None:
    """Refuses what absl would silently misread: a line without dashes, a trailing comment."""
    for position, word in enumerate(argv):
        name, _, path = word.lstrip("-").partition("=")
        if name != "flagfile" or not word.startswith("-"):
            continue
        path = path or "".join(argv[position + 1 : position + 2])
        try:
            with open(path, encoding="utf-8") as file:
                lines = [line.strip() for line in file]
        except OSError as error:
            raise errors.UsageError(f"--flagfile={path}: {error.strerror}") from None
        for position, line in enumerate(lines, start=1):
            if not line or line.startswith(("#", "//")):
                continue
            if not line.startswith("-"):
                raise errors.UsageError(f"{path} line {position}: not a flag: {line!r}")
            if " #" in line:
                raise errors.UsageError(
                    f"{path} line {position}: a comment needs a line of its own: {line!r}"
                )
            _check_flagfiles([line])


def _help_text(values: FlagValues, usage: str) -> str:
    lines = [usage.strip(), ""]
    for name in sorted(values):
        flag = values[name]
        default = "" if flag.default is None else f" (default: {flag.default_as_str})"
        lines.append(f"  --{name}\n      {flag.help}{default}")
    lines.append("  --flagfile\n      Read more flags from this file, one a line.")
    return "\n".join(lines)


def run(
    main: Callable[[FlagValues], Done | None],
    define: Callable[[FlagValues], None],
    argv: Sequence[str] | None = None,
    *,
    usage: str,
) -> None:
    """Runs a command: parses, calls `main`, says in one line what was done.

    Errors become one line and an exit code.

    Args:
      main: takes the parsed flags, returns what it did; of None no line tells.
      define: defines the command's flags on the `FlagValues` it is given.
      argv: the arguments without the program's name; those of the process where not given.
      usage: the text that --help prints above the flags, the module's docstring as a rule.
    """
    if argv is None:
        native_log.drop_noise()
        argv = sys.argv[1:]
    debug, started = "--debug" in argv, time.monotonic()
    logging.basicConfig(
        level=logging.INFO, format="%(message)s", handlers=[LogHandler()], force=True
    )
    native_log.quiet_dependencies()
    try:
        done = main(parse(define, argv, usage=usage))
        if done is not None:
            stream = sys.stderr if done.piped else sys.stdout
            print(summary(done, time.monotonic() - started), file=stream)
        sys.stdout.flush()
    except errors.UserError as error:
        _fail(str(error), error.exit_code, debug)
    except ModuleNotFoundError as error:
        missing = missing_packages.as_resource_error(error)
        if missing is None:
            raise
        _fail(str(missing), missing.exit_code, debug)
    except KeyboardInterrupt:
        _fail("interrupted", errors.EXIT_INTERRUPTED, debug)
    except OSError as error:
        if error.filename is not None:
            _fail(f"{error.filename}: {error.strerror}", errors.EXIT_RESOURCE, debug)
        if not isinstance(error, BrokenPipeError):
            raise
        _end_unread()


def summary(done: Done, seconds: float) -> str:
    """The line at the end of a command.

    >>> summary(Done("300 records in 1 shard", ["data", None]), 75)
    'done in 1:15 min: 300 records in 1 shard; written: data'
    >>> summary(Done("300 records as written"), 0.2)
    'done in 1 s: 300 records as written; nothing written'
    """
    paths = ", ".join(str(path) for path in done.written if path is not None)
    written = f"written: {paths}" if paths else "nothing written"
    return f"done in {format_duration(max(seconds, 1))}: {done.what}; {written}"


def _end_unread() -> None:
    """Ends as a program does whose reader, as head, wants no more: with the code of SIGPIPE."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at the exit
    raise SystemExit(errors.EXIT_UNREAD)


def _fail(message: str, exit_code: int, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    print(f"error: {message}", file=sys.stderr)
    raise SystemExit(exit_code)

"""Text files that users give."""

import os

from tfrecords import files
from tfrecords.errors import DataError, UsageError


def read_text(path: str | os.PathLike) -> str:
    """Reads a UTF-8 file, local or remote, with or without a byte-order mark.

    Raises:
      UsageError: no such file.
      DataError: it is not UTF-8.
    """
    try:
        with files.open_read(path) as file:
            return file.read().decode("utf-8-sig")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise UsageError(f"{path}: no such file") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 at byte {error.start}") from None

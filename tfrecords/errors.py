"""Errors whose message is for the user, each with the exit code of a command that ends in it."""

EXIT_OK = 0
EXIT_USAGE = 1
EXIT_BAD_DATA = 2
EXIT_INTEGRITY = 3
EXIT_RESOURCE = 4
EXIT_LOCKED = 75
EXIT_INTERRUPTED = 130
EXIT_UNREAD = 141


class UserError(Exception):
    """Ends a command with one line and no traceback: what is wrong, where, and what to do."""

    exit_code = EXIT_USAGE


class UsageError(UserError, ValueError):
    """A flag or an argument that cannot be used as given."""

    exit_code = EXIT_USAGE


class DataError(UserError, ValueError):
    """Input (a csv, a photo, a folder of them) that is not what was promised."""

    exit_code = EXIT_BAD_DATA


class IntegrityError(UserError):
    """A file of ours that is incomplete, damaged, or belongs to something else."""

    exit_code = EXIT_INTEGRITY


class ResourceError(UserError):
    """No space, no memory, no permission, or no such device."""

    exit_code = EXIT_RESOURCE


class LockedError(UserError):
    """Another run is at work in the same folder."""

    exit_code = EXIT_LOCKED

"""Numbers in messages."""


def counted(number: int, noun: str) -> str:
    """A number with its noun, which takes an s unless there is one.

    >>> counted(1, "shard"), counted(11014, "row")
    ('1 shard', '11,014 rows')
    """
    return f"{number:,} {noun}" + "s" * (number != 1)

"""Numbers in messages."""


def counted(number: int, noun: str) -> str:
    """A number with its noun, which takes an s unless there is one.

    >>> counted(1, "shard"), counted(11014, "row")
    ('1 shard', '11,014 rows')
    """
    return f"{number:,} {noun}" + "s" * (number != 1)


def format_duration(seconds: float) -> str:
    """Writes a duration as 45 s, 3:05 min or 2:03:05 h.

    >>> format_duration(45), format_duration(185), format_duration(7385)
    ('45 s', '3:05 min', '2:03:05 h')
    """
    seconds = round(seconds)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{seconds:02d} h"
    return f"{minutes}:{seconds:02d} min" if minutes else f"{seconds} s"

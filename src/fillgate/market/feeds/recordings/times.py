"""Times as recordings write them: Unix numbers in four units, or ISO 8601 with a zone.

The unit of a number is told by its magnitude. That is safe between `FIRST` and `LAST`: the four
ranges do not touch, and dates that are written as a number, 20240131 or 20240131235959, are in none
of them.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from fillgate.domain.numbers import NumberError, parse_decimal

__all__ = ["FIRST", "LAST", "parse_time", "time_text"]

FIRST: Final = 100_000_000_000_000
"""The earliest time, Unix microseconds: 1973-03-03T09:46:40Z."""

LAST: Final = 4_102_444_800_000_000
"""The first time that is too late, Unix microseconds: 2100-01-01T00:00:00Z."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
# Microseconds in a unit: seconds, milliseconds, microseconds, nanoseconds.
_UNITS: Final = ((1_000_000, 1), (1000, 1), (1, 1), (1, 1000))
_EXPECTED: Final = (
    "expected a Unix time in seconds, milliseconds, microseconds or nanoseconds, or ISO 8601 with "
    "a zone such as 2024-01-31T23:59:59Z"
)


def parse_time(text: str) -> int:
    """Return a time as Unix microseconds, rounded down.

    Raises:
        ValueError: the text is no time, or could be several. The message says what would be one.
    """
    if text.isdigit() and text.isascii():
        return _of_number(int(text), text)
    try:
        number = parse_decimal(text)
    except NumberError:
        return _of_iso(text)
    return _of_number(number, text)


def _of_number(number: int | Decimal, text: str) -> int:
    over, under = number.as_integer_ratio()
    for top, bottom in _UNITS:
        microseconds = over * top // (under * bottom)
        if FIRST <= microseconds < LAST:
            return microseconds
    raise ValueError(f"{_EXPECTED}, between 1973 and 2100; found {text!r}")


def _of_iso(text: str) -> int:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{_EXPECTED}; found {text!r}") from None
    if when.tzinfo is None:
        raise ValueError(f"expected a time with its zone, such as {text}Z for UTC; found {text!r}")
    microseconds = (when - _EPOCH) // _MICROSECOND
    if not FIRST <= microseconds < LAST:
        raise ValueError(f"expected a time between 1973 and 2100, found {text!r}")
    return microseconds


def time_text(microseconds: int) -> str:
    """Return a time as people read it."""
    return (_EPOCH + microseconds * _MICROSECOND).isoformat().replace("+00:00", "Z")

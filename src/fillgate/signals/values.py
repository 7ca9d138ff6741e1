"""One reader for each kind of value: a JSON value to a typed one, or a `Refusal`.

Invariants:

1. A reader takes the field's name and a JSON value that is not null.
2. What it refuses it refuses by the field's name, with what was found and what would be right.
3. Nothing is guessed: text is not trimmed, "true" is no boolean, a number is no text.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeVar

from fillgate.domain.numbers import ZERO, NumberError, multiply, parse_decimal
from fillgate.signals.json_text import Json, NumberText
from fillgate.signals.refusals import Refusal, RefusalCode

__all__ = [
    "HiddenText",
    "Reader",
    "boolean",
    "choice",
    "fraction",
    "hidden_text",
    "identifier",
    "instant",
    "not_negative",
    "positive",
    "symbol",
    "text",
]

Reader = Callable[[str, Json], Any]
"""Takes a field's name and its value; raises Refusal."""


class HiddenText(str):
    """A text whose repr does not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "[hidden]"


Choice = TypeVar("Choice", bound=StrEnum)

_ONE: Final = Decimal(1)
_SHOWN: Final = 40
_LONGEST_SYMBOL: Final = 64
_LONGEST_IDENTIFIER: Final = 255
_LONGEST_SECRET: Final = 255

_FIRST_SECOND: Final = 946_684_800  # 2000-01-01
_LAST_SECOND: Final = 4_102_444_800  # 2100-01-01
_ISO: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9]"
    r"(?::[0-5][0-9](?:\.[0-9]{1,9})?)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_THOUSAND: Final = Decimal(1000)


def positive(name: str, value: Json) -> Decimal:
    """Read a number above zero, written as a JSON number or as a string."""
    number = _number(name, value)
    if number > ZERO:
        return number
    raise _wrong(name, "a number above 0", value)


def not_negative(name: str, value: Json) -> Decimal:
    """Read a number that is 0 or above, written as a JSON number or as a string."""
    number = _number(name, value)
    if number >= ZERO:
        return number
    raise _wrong(name, "no negative number", value)


def fraction(name: str, value: Json) -> Decimal:
    """Read a number from 0 to 1."""
    number = _number(name, value)
    if ZERO <= number <= _ONE:
        return number
    raise _wrong(name, "a number from 0 to 1", value)


def boolean(name: str, value: Json) -> bool:
    """Read true or false, nothing that looks like them."""
    if isinstance(value, bool):
        return value
    raise _wrong(name, "true or false", value)


def choice(kind: type[Choice]) -> Callable[[str, Json], Choice]:
    """Return the reader of an enum's values, in upper or lower case."""
    members = {member.value.lower(): member for member in kind}
    expected = "one of " + ", ".join(repr(member.value) for member in kind)

    def read(name: str, value: Json) -> Choice:
        member = members.get(value.lower()) if isinstance(value, str) else None
        if member is None:
            raise _wrong(name, expected, value)
        return member

    return read


def text(longest: int) -> Callable[[str, Json], str]:
    """Return the reader of a printable text of 1 to `longest` characters."""

    def read(name: str, value: Json) -> str:
        if (
            type(value) is str
            and value
            and len(value) <= longest
            and value.isprintable()
            and value.strip(" ") == value
        ):
            return value
        raise _unfit_text(name, value, longest)

    return read


symbol: Final = text(_LONGEST_SYMBOL)
"""Reads a symbol as the venue writes it: 1 to 64 printable characters."""

_short_text: Final = text(_LONGEST_IDENTIFIER)


def identifier(name: str, value: Json) -> str:
    """Read an id: 1 to 255 printable ASCII characters."""
    found = _short_text(name, value)
    if found.isascii():
        return found
    raise _wrong(name, "ASCII characters only", value)


def hidden_text(name: str, value: Json) -> HiddenText:
    """Read a text that no error may show."""
    if type(value) is str and 0 < len(value) <= _LONGEST_SECRET and value.isprintable():
        return HiddenText(value)
    raise Refusal(
        RefusalCode.INVALID_FIELD,
        f"`{name}`: expected text in quotes of 1 to {_LONGEST_SECRET} printable characters",
        name,
    )


def instant(name: str, value: Json) -> int:
    """Read a time and return it in Unix milliseconds.

    Takes Unix seconds or milliseconds, told apart by their size, as a number or a string, and
    ISO 8601 as in RFC 3339. Without an offset it is UTC. What is finer than a millisecond is cut
    off. Times before 2000 and after 2100 are refused.
    """
    if not isinstance(value, str):
        raise _not_a_time(name, value)
    if type(value) is str and _ISO.fullmatch(value):
        return _within_reason(name, value, _iso_milliseconds(name, value))
    try:
        number = parse_decimal(value)
    except NumberError:
        raise _not_a_time(name, value) from None
    milliseconds = multiply(number, _THOUSAND) if number <= _LAST_SECOND else number
    return _within_reason(name, value, int(milliseconds))


def _iso_milliseconds(name: str, value: str) -> int:
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError:
        raise _not_a_time(name, value) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MILLISECOND


def _within_reason(name: str, value: Json, milliseconds: int) -> int:
    if _FIRST_SECOND * 1000 <= milliseconds <= _LAST_SECOND * 1000:
        return milliseconds
    raise _wrong(name, "a time between the years 2000 and 2100", value)


def _not_a_time(name: str, value: Json) -> Refusal:
    expected = "Unix seconds or milliseconds, or a time like '2026-11-22T20:34:02Z'"
    return _wrong(name, expected, value)


def _number(name: str, value: Json) -> Decimal:
    if not isinstance(value, str):
        raise _wrong(name, "a number", value)
    try:
        return parse_decimal(value)
    except NumberError as error:
        raise Refusal(RefusalCode.INVALID_FIELD, f"`{name}`: {error}", name) from None


def _unfit_text(name: str, value: Json, longest: int) -> Refusal:
    if type(value) is not str:
        return _wrong(name, "text in quotes", value)
    if not 0 < len(value) <= longest:
        found = f"found {len(value)}" if value else "found none; leave the field out instead"
        return Refusal(
            RefusalCode.INVALID_FIELD,
            f"`{name}`: expected 1 to {longest} characters, {found}",
            name,
        )
    if not value.isprintable():
        return _wrong(name, "printable characters only", value)
    return _wrong(name, "no space at either end", value)


def _wrong(name: str, expected: str, value: Json) -> Refusal:
    reason = f"`{name}`: expected {expected}, found {_shown(value)}"
    return Refusal(RefusalCode.INVALID_FIELD, reason, name)


def _shown(value: Json) -> str:
    match value:
        case NumberText():
            return f"the number {value[:_SHOWN]}"
        case str():
            return repr(value[:_SHOWN])
        case bool():
            return "true" if value else "false"
        case list():
            return "an array"
        case dict():
            return "an object"
        case _:
            return "null"

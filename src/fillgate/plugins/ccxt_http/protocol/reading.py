"""From bytes to a structure of the protocol, strictly.

Invariants:

1. A body is one JSON object in UTF-8 in which no key stands twice, and has what its type declares.
2. Every number of money is finite; a number that is sent to a venue obeys `parse_decimal` too.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from fillgate.domain.numbers import NumberError, parse_decimal
from fillgate.plugins.ccxt_http.answers import BrokenAnswer, read_object

__all__ = ["decode", "decode_query"]

T = TypeVar("T", bound=msgspec.Struct)


def decode(kind: type[T], body: bytes, *, strict: bool = False) -> T:
    """Read a body.

    Args:
        kind: what it should be.
        body: the bytes.
        strict: numbers are to be those of an order: canonical, within the limits of `numbers`.
            Averages have more places.

    Raises:
        BrokenAnswer: it is none; the text says why, and quotes nothing.
    """
    read_object(body)
    try:
        found = msgspec.json.decode(body, type=kind)
        exact: T = _exact(found, parse_decimal if strict else _finite)
    except (msgspec.DecodeError, NumberError) as error:
        # The standard library's reader lets pass what is no text: half a character, escaped.
        raise BrokenAnswer(_lowered(str(error))) from None
    return exact


def decode_query(kind: type[T], query: bytes) -> T:
    """Read the parameters of a question.

    Raises:
        BrokenAnswer: one is missing, unknown, there twice, or of another kind.
    """
    pairs = _pairs(query)
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BrokenAnswer("a parameter stands there twice")
    try:
        return msgspec.convert(fields, kind, strict=False)
    except msgspec.ValidationError as error:
        raise BrokenAnswer(_lowered(str(error))) from None


def _pairs(query: bytes) -> list[tuple[str, str]]:
    if not query:
        return []
    try:
        return parse_qsl(query.decode("ascii"), strict_parsing=True, errors="strict")
    except ValueError:
        raise BrokenAnswer("expected a query such as symbol=BTC%2FUSDT&since=0") from None


def _exact(value: Any, number: Callable[[Decimal], Decimal]) -> Any:
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        return type(value)(**{name: _exact(each, number) for name, each in fields.items()})
    if isinstance(value, tuple | list):
        return type(value)(_exact(each, number) for each in value)
    return value


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise NumberError(f"expected a number, found {number}")
    return number


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]

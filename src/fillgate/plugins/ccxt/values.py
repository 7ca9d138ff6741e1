"""Single values of ccxt's unified structures: numbers, texts, times, fees.

Invariant: a number keeps the digits that the venue wrote: JSON is read with texts for fractions
(`exact_json`), and ccxt is told to keep them. A float that ccxt made itself is taken by its
shortest text.
"""

import functools
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from fillgate.domain.errors import FillgateError
from fillgate.domain.executions import sum_fees
from fillgate.domain.fills import Fee
from fillgate.domain.numbers import ZERO, NumberError, parse_decimal

__all__ = [
    "BrokenAnswer",
    "Fields",
    "exact_json",
    "fees_of",
    "number",
    "positive",
    "text",
    "time_of",
]

Fields = Mapping[str, Any]
"""One of ccxt's unified structures."""

_LONGEST_ID: Final = 200


exact_json: Final = functools.partial(json.loads, parse_float=str)
"""Reads JSON with the digits that stand there. Raises ValueError."""


class BrokenAnswer(FillgateError):
    """What ccxt made of the venue's answer cannot be; the text says why."""


def number(fields: Fields, name: str) -> Decimal | None:
    """Return a number; None if it is not told.

    Raises:
        BrokenAnswer: it is no number.
    """
    value = fields.get(name)
    if value is None or value == "":
        return None
    try:
        return parse_decimal(repr(value) if isinstance(value, float) else value)
    except NumberError as error:
        raise BrokenAnswer(f"{name}: {error}") from None


def positive(fields: Fields, name: str) -> Decimal | None:
    """Return a number above 0; None if it is not told, or 0, which venues write for "none"."""
    value = number(fields, name)
    return value if value is not None and value > ZERO else None


def text(fields: Fields, name: str) -> str | None:
    """Return a text; None if there is none.

    Raises:
        BrokenAnswer: it is too long, or cannot be written down.
    """
    value = fields.get(name)
    if value is None or not str(value).strip():
        return None
    if len(str(value)) > _LONGEST_ID or not str(value).isprintable():
        raise BrokenAnswer(f"{name}: a text that is too long or not printable")
    return str(value)


def time_of(fields: Fields, *names: str) -> int | None:
    """Return the first of these times that is told, Unix milliseconds."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, int | float | str) and str(value).split(".", maxsplit=1)[0].isdigit():
            return int(str(value).split(".", maxsplit=1)[0])
    return None


def fees_of(fields: Fields) -> tuple[Fee, ...]:
    """Return what something cost, each asset once; what has no asset cannot be counted."""
    told = fields.get("fees") or [fields.get("fee")]
    return sum_fees((), tuple(_fees(each for each in told if isinstance(each, Mapping))))


def _fees(told: Iterable[Fields]) -> Iterable[Fee]:
    for each in told:
        asset, amount = text(each, "currency"), number(each, "cost")
        if asset is not None and amount:
            yield Fee(asset, amount)

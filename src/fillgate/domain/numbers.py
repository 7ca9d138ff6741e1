"""Decimal numbers at every border: one parser, one context, one canonical text.

Invariants:

1. A number that enters is finite, has at most 38 significant digits and an exponent within +-18.
2. Equal numbers have equal canonical Decimals and equal texts: no exponent, no trailing zeros,
   no negative zero.
3. Arithmetic goes through this module, in one explicit context; sums and products of parsed
   numbers are exact in it.
"""

import re
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import Final

__all__ = [
    "MAX_DIGITS",
    "MAX_EXPONENT",
    "ZERO",
    "NumberError",
    "add",
    "canonical",
    "decimal_text",
    "divide",
    "divide_whole",
    "multiply",
    "parse_decimal",
    "subtract",
]

MAX_DIGITS: Final = 38
"""The most significant digits a parsed number may have."""

MAX_EXPONENT: Final = 18
"""The largest power of ten, up or down, that the last digit of a parsed number may stand for."""

ZERO: Final = Decimal(0)

# A product of three parsed numbers has 114 digits, and up to 76 of them before the point once it is
# divided by one; with the 36 places of a quotient and room for sums nothing is rounded on the way.
_CONTEXT: Final = Context(
    prec=192, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow]
)
_ONE: Final = Decimal(1)
_QUOTIENT_STEP: Final = Decimal(1).scaleb(-2 * MAX_EXPONENT)
_SYNTAX: Final = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
# Most numbers are written canonically and within all limits already; these are taken at once.
_is_canonical: Final = re.compile(
    r"0|-?[1-9][0-9]{0,18}|-?(?:0|[1-9][0-9]{0,18})\.[0-9]{0,17}[1-9]"
).fullmatch
_LONGEST: Final = 100
_SHOWN: Final = 40


class NumberError(ValueError):
    """A text is not a number that fillgate accepts. The message says why."""


def parse_decimal(value: str | int | Decimal) -> Decimal:
    """Read a number as it came in JSON, TOML or text, and return its canonical Decimal.

    Accepts ASCII digits with an optional sign, point and exponent. Refuses floats, booleans, NaN,
    infinities, underscores, spaces, other digits, more than 38 significant digits and exponents
    beyond +-18.

    Raises:
        NumberError: the value is no such number.
    """
    if isinstance(value, str) and _is_canonical(value):
        return Decimal(value)
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        msg = f"expected a number, found {type(value).__name__}"
        raise NumberError(msg)
    text = value if isinstance(value, str) else _text_of(value)
    if len(text) > _LONGEST:
        msg = f"expected a number of at most {MAX_DIGITS} digits, found {len(text)} characters"
        raise NumberError(msg)
    if _SYNTAX.fullmatch(text) is None:
        msg = f"expected a number, found {text[:_SHOWN]!r}"
        raise NumberError(msg)
    return _within_limits(text)


def _text_of(value: int | Decimal) -> str:
    if isinstance(value, int) and value.bit_length() > 4 * _LONGEST:
        msg = f"expected a number of at most {MAX_DIGITS} digits, found a larger one"
        raise NumberError(msg)
    return str(value)


def _within_limits(text: str) -> Decimal:
    number = canonical(Decimal(text)) if _sane_exponent(text) else None
    if number is None:
        msg = f"expected an exponent within +-{MAX_EXPONENT}, found {text[:_SHOWN]!r}"
        raise NumberError(msg)
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    if exponent < -MAX_EXPONENT:
        msg = f"expected at most {MAX_EXPONENT} decimal places, found {text[:_SHOWN]!r}"
        raise NumberError(msg)
    if len(digits) > MAX_DIGITS:
        msg = f"expected at most {MAX_DIGITS} significant digits, found {len(digits)}"
        raise NumberError(msg)
    return number


def _sane_exponent(text: str) -> bool:
    _, marker, exponent = text.lower().partition("e")
    return not marker or (len(exponent) <= len("+18") and abs(int(exponent)) <= MAX_EXPONENT)


def canonical(number: Decimal) -> Decimal:
    """Return the one Decimal that stands for this value: exponent at most 0, no spare zeros."""
    if not number:
        return ZERO
    number = number.normalize(_CONTEXT)
    # Spelled out: a tuple of the digits, to see the exponent, costs many times as much.
    return number.quantize(_ONE, context=_CONTEXT) if "E+" in str(number) else number


def decimal_text(number: Decimal) -> str:
    """Return the canonical text of a number: plain notation, no spare zeros.

    >>> decimal_text(Decimal("1.50E+3")), decimal_text(Decimal("0.00000012"))
    ('1500', '0.00000012')
    """
    if not number:
        return "0"
    # A quarter of the time that `format` takes; only an exponent would tell them apart.
    text = str(number)
    if "E" in text:
        text = format(number, "f")
    return text.rstrip("0").rstrip(".") if text[-1] == "0" and "." in text else text


# The context's own methods: a function around each would double what a sum costs.
add: Final = _CONTEXT.add
"""Return a + b, exact for parsed numbers and their products."""

subtract: Final = _CONTEXT.subtract
"""Return a - b, exact for parsed numbers and their products."""

multiply: Final = _CONTEXT.multiply
"""Return a * b, exact for parsed numbers."""

divide_whole: Final = _CONTEXT.divmod
"""Return the whole part of a / b, towards zero, and what is left of a, with its sign: both exact
for parsed numbers."""


def divide(a: Decimal, b: Decimal) -> Decimal:
    """Return a / b, half-even at 36 decimal places: the one inexact operation.

    Raises:
        decimal.DivisionByZero: b is zero; decimal.InvalidOperation if a is zero too.
    """
    quotient = _CONTEXT.divide(a, b)
    return canonical(quotient.quantize(_QUOTIENT_STEP, context=_CONTEXT))

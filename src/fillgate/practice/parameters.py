"""The parameters of a request, read one by one.

Invariants:

1. What cannot be read is refused with Binance's code and the parameter's name; nothing is guessed.
2. What was sent and nobody read is refused (-1104): it would have meant something to the client.
3. Numbers are read exactly; a parameter that was sent twice is refused (-1101).
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

from fillgate.domain.numbers import NumberError, parse_decimal
from fillgate.practice.errors import Refused, mandatory

__all__ = ["Parameters", "parameters_of"]

_CLIENT_ID: Final = "^[a-zA-Z0-9-_]{1,36}$"
_PLACES: Final = 8
_MOST_DIGITS: Final = 20
_ALWAYS: Final = frozenset({"signature", "timestamp", "recvWindow", "apiKey", "returnRateLimits"})
_Word = TypeVar("_Word", bound=Enum)


def parameters_of(*texts: str) -> "Parameters":
    """Return the parameters of a query and a form, as they came.

    Raises:
        Refused: one was sent twice.
    """
    values: dict[str, str] = {}
    for text in texts:
        for name, value in parse_qsl(text, keep_blank_values=True):
            if name in values:
                raise Refused(-1101, f"Duplicate values for parameter '{name}'.")
            values[name] = value
    return Parameters(values)


class Parameters:
    """What a request was sent with."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        """Hold texts; numbers and booleans of JSON are written as texts."""
        self.values = {name: _text_of(value) for name, value in values.items()}
        self._read: set[str] = set()

    def text(self, name: str) -> str | None:
        """Return a text; None if it was not sent.

        Raises:
            Refused: it was sent empty.
        """
        self._read.add(name)
        value = self.values.get(name)
        if value == "":
            raise Refused(-1105, f"Parameter '{name}' was empty.")
        return value

    def needed(self, name: str) -> str:
        """Return a text that has to be there.

        Raises:
            Refused: it is not.
        """
        value = self.text(name)
        if value is None:
            raise mandatory(name)
        return value

    def word(self, name: str, words: type[_Word], refused: Refused) -> _Word | None:
        """Return one of several words; None if it was not sent.

        Args:
            name: the parameter's.
            words: that it may be.
            refused: is raised where it is another one.
        """
        value = self.text(name)
        try:
            return None if value is None else words(value)
        except ValueError:
            raise refused from None

    def integer(self, name: str, least: int = 0) -> int | None:
        """Return a whole number; None if it was not sent.

        Raises:
            Refused: it is none, or below the least.
        """
        value = self.text(name)
        if value is None:
            return None
        plain = value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS
        if not plain or int(value) < least:
            raise _illegal(name, "^[0-9]{1,20}$")
        return int(value)

    def limit(self, usual: int, most: int) -> int:
        """Return how many are asked for."""
        return min(self.integer("limit", 1) or usual, most)

    def amount(self, name: str) -> Decimal | None:
        """Return a price or quantity above 0; None if it was not sent.

        Raises:
            Refused: it is none, or has more than eight places.
        """
        value = self.text(name)
        if value is None:
            return None
        try:
            number = parse_decimal(value)
        except NumberError:
            raise _illegal(name, r"^([0-9]{1,20})(\.[0-9]{1,20})?$") from None
        if number <= 0:
            raise Refused(-1013, f"Invalid {name}.")
        exponent = number.as_tuple().exponent
        assert isinstance(exponent, int)
        if exponent < -_PLACES:
            raise Refused(-1111, f"Parameter '{name}' has too much precision.")
        return number

    def client_id(self, name: str) -> str | None:
        """Return a client order id; None if it was not sent.

        Raises:
            Refused: it is too long, or has other characters than letters, digits, `-` and `_`.
        """
        value = self.text(name)
        if value is not None and not re.fullmatch(_CLIENT_ID, value, re.ASCII):
            raise _illegal(name, _CLIENT_ID)
        return value

    def check_all_read(self) -> None:
        """Refuse what nobody read."""
        spare = self.values.keys() - self._read - _ALWAYS
        if spare:
            sent = len(self.values)
            text = (
                "Not all sent parameters were read; "
                f"read '{sent - len(spare)}' parameter(s) but was sent '{sent}'."
            )
            raise Refused(-1104, text)


def _text_of(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else str(value)


def _illegal(name: str, form: str) -> Refused:
    text = f"Illegal characters found in parameter '{name}'; legal range is '{form}'."
    return Refused(-1100, text)

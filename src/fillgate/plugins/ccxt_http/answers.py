"""The service's JSON, strictly read.

Invariants:

1. An answer is one JSON object in UTF-8, in which no key stands twice.
2. Numbers keep their exact text (`NumberText`); NaN and infinities are no numbers.
3. Text that goes on from here can be written down: no control characters, no half characters.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final, TypeAlias

from fillgate.domain.numbers import NumberError, parse_decimal

__all__ = [
    "BrokenAnswer",
    "Json",
    "NumberText",
    "names_an_order",
    "number_of",
    "order_id_of",
    "read_object",
    "words_of",
]

Json: TypeAlias = "str | bool | list[Json] | dict[str, Json] | None"
"""A JSON value; a number is a `NumberText`, which is a str."""

_LONGEST_ID: Final = 200
# What a service writes that turned a missing id into text.
_NO_ID: Final = frozenset({"", "none", "null", "undefined"})
_UNFIT: Final = re.compile("[\0-\x1f\x7f\ud800-\udfff]+")


class NumberText(str):
    """The text of a JSON number, exactly as it stood there."""

    __slots__ = ()


class BrokenAnswer(ValueError):
    """The answer is not what it should be. The message says why."""


def read_object(body: bytes) -> dict[str, Json]:
    """Read an answer's body.

    Raises:
        BrokenAnswer: it is not one sound JSON object.
    """
    try:
        value = _DECODER.decode(body.decode())
    except BrokenAnswer:
        raise
    except (ValueError, RecursionError) as error:
        raise BrokenAnswer(f"no JSON: {type(error).__name__}") from None
    if not isinstance(value, dict):
        raise BrokenAnswer("JSON, but no object")
    return value


def _object(members: list[tuple[str, Json]]) -> dict[str, Json]:
    unique = dict(members)
    if len(unique) != len(members):
        raise BrokenAnswer("a key stands there twice")
    return unique


def _constant(name: str) -> Json:
    raise BrokenAnswer(f"{name} is no number")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=NumberText,
    parse_int=NumberText,
    parse_constant=_constant,
)


def number_of(value: Json) -> Decimal | None:
    """Return a number, which may stand there as text; None for null.

    Raises:
        BrokenAnswer: it is anything else.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise BrokenAnswer(f"expected a number, found {type(value).__name__}")
    try:
        return parse_decimal(value)
    except NumberError as error:
        raise BrokenAnswer(str(error)) from None


def order_id_of(value: Json) -> str | None:
    """Return an order's id exactly as it stood there; None if there is none.

    Raises:
        BrokenAnswer: it is neither a text nor a number that can be an id.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise BrokenAnswer(f"expected an order_id, found {type(value).__name__}")
    if value.strip().lower() in _NO_ID:
        return None
    if len(value) > _LONGEST_ID or not value.isprintable():
        raise BrokenAnswer("an order_id that is too long or not printable")
    return str(value)


def words_of(answer: dict[str, Json]) -> tuple[str, ...]:
    """Return what the service says in words: the texts of its fields for such, each once.

    They are `message`, `error`, `detail`, `reason`, `msg`, `errors` and `code`, which may hold
    objects and lists that have such fields in turn, as FastAPI's errors do.
    """
    return tuple(dict.fromkeys(text for text in _texts(answer, _DEEPEST_WORDS) if text))


_WORD_FIELDS: Final = ("message", "error", "detail", "reason", "msg", "errors", "code")
_DEEPEST_WORDS: Final = 6


def _texts(value: Json, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield _UNFIT.sub(" ", value).strip()
    elif isinstance(value, list | dict) and depth:
        inner = value if isinstance(value, list) else map(value.get, _WORD_FIELDS)
        for item in inner:
            yield from _texts(item, depth - 1)


_ID_KEYS: Final = frozenset({"orderid"})
_FILLED_KEYS: Final = frozenset({"filled", "filledquantity", "executedquantity"})


def names_an_order(answer: dict[str, Json]) -> bool:
    """Tell whether an answer names an order's id or an executed quantity anywhere in it."""
    return any(
        (name in _ID_KEYS and _is_an_id(value)) or (name in _FILLED_KEYS and _is_a_fill(value))
        for name, value in _members(answer)
    )


def _members(answer: dict[str, Json]) -> Iterator[tuple[str, Json]]:
    waiting: list[Json] = [answer]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            waiting.extend(value.values())
            yield from ((key.lower().replace("_", ""), member) for key, member in value.items())


def _is_an_id(value: Json) -> bool:
    try:
        return order_id_of(value) is not None
    except BrokenAnswer:
        return True


def _is_a_fill(value: Json) -> bool:
    try:
        return value is not False and bool(number_of(value))
    except BrokenAnswer:
        return True

"""Strict JSON: bytes to a dict, or a `Refusal` that says what is wrong with them.

Invariants of what is read:

1. The bytes are UTF-8 and at most 64 KiB; the nesting is at most 32 deep.
2. No object has a key twice.
3. Numbers keep their exact text (`NumberText`), so that whoever knows the field judges them.
4. No string holds a NUL or half of a surrogate pair.
5. No template placeholder is left.
"""

import json
import re
from collections import Counter
from typing import Final, TypeAlias

from fillgate.signals.refusals import Refusal, RefusalCode

__all__ = ["MAX_BODY_BYTES", "MAX_DEPTH", "Json", "NumberText", "parse_object", "text_of"]

MAX_BODY_BYTES: Final = 64 * 1024
"""The largest body that is read."""

MAX_DEPTH: Final = 32
"""How deep objects and arrays may be nested."""

Json: TypeAlias = str | bool | list["Json"] | dict[str, "Json"] | None
"""A JSON value; a number is a `NumberText`, which is a str."""


class NumberText(str):
    """The text of a JSON number, exactly as it stood there."""

    __slots__ = ()


_TOKENS: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)
_PLACEHOLDER: Final = re.compile(r"\{\{([^{}:,]{1,60})\}\}")
_UNFIT_CHARACTER: Final = re.compile("[\0\ud800-\udfff]")
_SPACE: Final = " \t\n\r"
_SHOWN: Final = 40


def parse_object(body: bytes) -> dict[str, Json]:
    """Read a JSON object.

    Raises:
        Refusal: the bytes break one of the invariants above, are not JSON, or are not an object.
    """
    text = text_of(body)
    # The brace of an object that holds neither objects nor arrays stands at its start alone.
    if text.rfind("{") > 0 or "[" in text:
        _check_brackets(text)
    try:
        value = _decoded(text)
    except json.JSONDecodeError as error:
        raise _malformed(text, error) from None
    if not isinstance(value, dict):
        raise Refusal(RefusalCode.NOT_AN_OBJECT, "the body must be a JSON object: {...}")
    # Only an escape can stand for them: raw ones are no JSON or no UTF-8. One character is found
    # in a fraction of the time that two take.
    if "\\" in text and "\\u" in text:
        _check_characters(value)
    return value


def text_of(body: bytes) -> str:
    """Return the text of a body.

    Raises:
        Refusal: it is too large, or not UTF-8.
    """
    if len(body) > MAX_BODY_BYTES:
        raise Refusal(
            RefusalCode.BODY_TOO_LARGE,
            f"the body has {len(body)} bytes; at most {MAX_BODY_BYTES} are read",
        )
    try:
        return str(body, "utf-8")
    except UnicodeDecodeError as error:
        raise Refusal(
            RefusalCode.NOT_UTF8, f"the body is not UTF-8: {error.reason} at byte {error.start}"
        ) from None


def _check_brackets(text: str) -> None:
    if "{{" in text:
        raise _placeholder(text)
    if text.count("{") + text.count("[") > MAX_DEPTH:
        _check_depth(text)


def _placeholder(text: str) -> Refusal:
    named = _PLACEHOLDER.search(text)
    what = f"the placeholder {named[0]!r}" if named else "'{{'"
    return Refusal(
        RefusalCode.UNRESOLVED_PLACEHOLDER,
        f"the body still holds {what}; TradingView sends a placeholder that it does not know as "
        "it is: correct its name or take it out",
    )


def _check_depth(text: str) -> None:
    depth = 0
    for token in _TOKENS.finditer(text):
        bracket = token[0]
        if bracket in {"{", "["}:
            depth += 1
        elif bracket in {"}", "]"}:
            depth -= 1
        if depth > MAX_DEPTH:
            raise Refusal(
                RefusalCode.TOO_DEEP, f"objects and arrays are nested more than {MAX_DEPTH} deep"
            )


def _malformed(text: str, error: json.JSONDecodeError) -> Refusal:
    if text.isspace() or not text:
        return Refusal(RefusalCode.MALFORMED_JSON, "the body is empty; expected a JSON object")
    # Never an excerpt of the body: it may hold a credential.
    where = f"line {error.lineno}, column {error.colno}"
    what = error.msg[0].lower() + error.msg[1:]
    return Refusal(RefusalCode.MALFORMED_JSON, f"the body is not valid JSON: {what} ({where})")


def _decoded(text: str) -> Json:
    value: Json
    # `decode` looks for space on both sides with a regular expression; most bodies have none.
    if text.startswith("{"):
        value, end = _DECODER.raw_decode(text)
        if not text[end:].strip(_SPACE):
            return value
    value = _DECODER.decode(text)
    return value


def _object(members: list[tuple[str, Json]]) -> dict[str, Json]:
    unique = dict(members)
    if len(unique) != len(members):
        raise _duplicate([key for key, _ in members])
    return unique


def _duplicate(keys: list[str]) -> Refusal:
    counts = Counter(keys)
    name = next(key for key in keys if counts[key] > 1)
    return Refusal(
        RefusalCode.DUPLICATE_KEY,
        f"the key {name[:_SHOWN]!r} stands there twice; which one counts is not guessed",
        name,
    )


def _constant(name: str) -> Json:
    raise Refusal(
        RefusalCode.MALFORMED_JSON,
        f"{name} is no JSON number; TradingView writes it for a plot without a value",
    )


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=NumberText,
    parse_int=NumberText,
    parse_constant=_constant,
)


def _check_characters(members: dict[str, Json]) -> None:
    waiting: list[Json] = [members]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value)
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, str) and _UNFIT_CHARACTER.search(value):
            raise Refusal(
                RefusalCode.MALFORMED_JSON,
                "a string holds \\u0000 or half of a surrogate pair, which is no text",
            )

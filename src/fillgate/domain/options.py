"""Reading a table of settings into a typed structure, with errors that say how to mend them.

Invariants:

1. Decimals obey the rules of `numbers`, at any depth of tables and arrays.
2. An error shows a plain value as it was found, but never one whose key is a credential's.
"""

import difflib
import re
import types
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, TypeVar, Union, get_args, get_origin

import msgspec

from fillgate.domain.errors import ConfigurationError
from fillgate.domain.numbers import NumberError, parse_decimal

__all__ = ["read_options"]

T = TypeVar("T", bound=msgspec.Struct)

_CREDENTIAL: Final = re.compile(r"(?:key|secret|password|passphrase|token)$", re.IGNORECASE)

# What msgspec calls types, between backticks in its messages.
_TYPES: Final = re.compile(r"`([a-z| ]+)`")
_WORDS: Final[Mapping[str, str]] = {
    "str": "text in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}


def read_options(kind: type[T], options: Mapping[str, Any], where: str) -> T:
    """Read settings into the structure `kind`.

    Decimal fields take numbers or strings by the rules of `parse_decimal`; a float from TOML is
    taken by its shortest text.

    Args:
        kind: a msgspec Struct whose fields are the keys that may stand there.
        options: the table as it was parsed.
        where: its name for error messages, for example `accounts.mock`.

    Raises:
        ConfigurationError: a key is unknown or missing, or a value is of the wrong kind. The
            message names the key, what was found and what would be right.
    """
    values = _table(kind, options, where)
    try:
        return msgspec.convert(values, kind, strict=True)
    except msgspec.ValidationError as error:
        raise ConfigurationError(_phrase(error, where, values)) from None


def _table(kind: type[msgspec.Struct], table: Mapping[str, Any], where: str) -> dict[str, Any]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    return {
        key: _exact(_known(fields, key, where).type, value, f"{where}.{key}")
        for key, value in table.items()
    }


def _known(
    fields: Mapping[str, msgspec.structs.FieldInfo], key: str, where: str
) -> msgspec.structs.FieldInfo:
    field = fields.get(key)
    if field is not None:
        return field
    near = difflib.get_close_matches(key, fields, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"known keys: {', '.join(sorted(fields))}"
    msg = f"`{where}.{key}` is not a setting; {hint}"
    raise ConfigurationError(msg)


def _exact(kind: object, value: object, where: str) -> object:
    """Return the value with all that should be Decimals as such, and all else as it is."""
    for wanted in _alternatives(kind):
        inner = get_args(wanted)
        if wanted is Decimal and isinstance(value, str | int | float):
            return _decimal(value, where)
        if isinstance(value, Mapping):
            if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
                return _table(wanted, value, where)
            if len(inner) == len(("key", "value")):
                return {
                    key: _exact(inner[1], each, f"{where}.{key}") for key, each in value.items()
                }
        elif isinstance(value, list) and inner:
            return [_exact(inner[0], each, f"{where}[{n}]") for n, each in enumerate(value)]
    return value


def _decimal(value: str | float, where: str) -> Decimal:
    try:
        return parse_decimal(repr(value) if isinstance(value, float) else value)
    except NumberError as error:
        msg = f"`{where}`: {error}"
        raise ConfigurationError(msg) from None


def _alternatives(kind: object) -> tuple[object, ...]:
    if get_origin(kind) in {Union, types.UnionType}:
        return get_args(kind)
    return (kind,)


def _phrase(error: msgspec.ValidationError, where: str, values: Mapping[str, Any]) -> str:
    text, _, path = str(error).partition(" - at `$")
    path = path.rstrip("`")
    key = path.lstrip(".")
    found = ""
    if isinstance(values.get(key), str | int | float) and not _CREDENTIAL.search(key):
        found = f"; found {values[key]!r}"
    return f"`{where}{path}`: {_in_words(text)}{found}"


def _in_words(text: str) -> str:
    """Put msgspec's names of types into words: "Expected `str | null`, got `int`"."""

    def worded(names: re.Match[str]) -> str:
        kinds = [name for name in names[1].split(" | ") if name != "null"]
        known = all(name in _WORDS for name in kinds)
        return " or ".join(map(_WORDS.__getitem__, kinds)) if known and kinds else names[0]

    return _TYPES.sub(worded, text[0].lower() + text[1:])

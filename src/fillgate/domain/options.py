"""Reading a table of settings into a typed structure, with errors that say how to mend them.

Invariants:

1. Decimals obey the rules of `numbers`, at any depth of tables and arrays.
2. An error shows a plain value as it was found, but never one whose key is a credential's.
3. All that is wrong with a table is told at once.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, TypeVar, get_args

import msgspec

from fillgate.domain.errors import ConfigurationError
from fillgate.domain.findings import Findings
from fillgate.domain.nearest import suggestion
from fillgate.domain.numbers import NumberError, parse_decimal
from fillgate.domain.settings import Declared, alternatives, declared, kind_of, shown

__all__ = ["kind_in_words", "read_options", "read_value"]

T = TypeVar("T", bound=msgspec.Struct)

# What msgspec calls types, between backticks in its messages.
_TYPES: Final = re.compile(r"`([a-z| ]+)`")
_WORDS: Final[Mapping[str, str]] = {
    "str": "text in quotes",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}
_NO_WORD: Final = "Invalid enum value "
_KINDS: Final[Mapping[type, str]] = {
    bool: "bool",
    int: "int",
    float: "float",
    Decimal: "decimal",
    str: "str",
    dict: "object",
}


def read_options(kind: type[T], options: Mapping[str, Any], where: str) -> T:
    """Read settings into the structure `kind`.

    Decimal fields take numbers or strings by the rules of `parse_decimal`; a float from TOML is
    taken by its shortest text.

    Args:
        kind: a msgspec Struct whose fields are the keys that may stand there; their annotations
            may hold a `Setting` with what the values may be.
        options: the table as it was parsed.
        where: its name for error messages, for example `accounts.mock`.

    Raises:
        ConfigurationError: a key is unknown or missing, or a value is of the wrong kind or beyond
            its bounds. The message names the key, what was found and what would be right; with
            several faults it has a line for each.
    """
    values = _table(kind, options, where)
    try:
        return msgspec.convert(values, kind, strict=True)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"`{where}`: {_lowered(str(error))}") from None


def read_value(field: Declared, value: object, where: str) -> object:
    """Return the value of one setting, all Decimals as such; the rest is `msgspec.convert`'s.

    Args:
        field: the setting.
        value: as it was parsed.
        where: its name for error messages.

    Raises:
        ConfigurationError: it is of the wrong kind or beyond its bounds.
    """
    exact = _exact(field.kind, value, where)
    try:
        converted = msgspec.convert(exact, field.kind, strict=True)
    except msgspec.ValidationError as error:
        raise ConfigurationError(_phrase(error, field, exact, where)) from None
    field.check(converted, where)
    return exact


def _table(kind: type[msgspec.Struct], table: Mapping[str, Any], where: str) -> dict[str, Any]:
    fields, found, values = declared(kind), Findings(), {}
    for key, value in table.items():
        with found.collect():
            place = f"{where}.{key}"
            values[key] = read_value(_known(fields, key, place), value, place)
    for key, field in fields.items():
        if field.needed and key not in table:
            wanted = field.bounds or kind_in_words(field)
            found.add(f"`{where}.{key}`: expected {wanted}, found nothing")
    found.check()
    return values


def _known(fields: Mapping[str, Declared], key: str, place: str) -> Declared:
    if key not in fields:
        raise ConfigurationError(f"`{place}` is not a setting; {suggestion(key, fields)}")
    return fields[key]


def _exact(kind: object, value: object, where: str) -> object:
    """Return the value with all that should be Decimals as such, and all else as it is."""
    for wanted in map(kind_of, alternatives(kind)):
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


def kind_in_words(field: Declared) -> str:
    """Return what kind of value a setting takes, for example `a whole number`."""
    if field.setting.secret:
        return 'a reference such as "env:NAME" or "file:PATH"'
    kinds = [kind_of(each) for each in alternatives(field.kind) if each is not type(None)]
    names = [_WORDS[_KINDS[each]] for each in kinds if isinstance(each, type) and each in _KINDS]
    if names:
        return " or ".join(names)
    structs = isinstance(kinds[0], type) and issubclass(kinds[0], msgspec.Struct)
    if structs:
        return _WORDS["object"]
    return _WORDS["array" if get_args(kinds[0]) else "str"]


def _phrase(error: msgspec.ValidationError, field: Declared, value: object, where: str) -> str:
    text, _, path = str(error).partition(" - at `$")
    path = path.rstrip("`")
    place = where + ("" if path == "[...]" else path)
    if text.startswith(_NO_WORD):
        word = "something else" if field.is_hidden else text.removeprefix(_NO_WORD)
        return f"`{place}`: expected {field.bounds}, found {word}"
    found = ""
    if not path and isinstance(value, str | int | float) and not field.is_hidden:
        found = f"; found {shown(value)}"
    return f"`{place}`: {_in_words(text)}{found}"


def _in_words(text: str) -> str:
    """Put msgspec's names of types into words: "Expected `str | null`, got `int`"."""

    def worded(names: re.Match[str]) -> str:
        kinds = [name for name in names[1].split(" | ") if name != "null"]
        known = all(name in _WORDS for name in kinds)
        return " or ".join(map(_WORDS.__getitem__, kinds)) if known and kinds else names[0]

    return _TYPES.sub(worded, _lowered(text))


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]

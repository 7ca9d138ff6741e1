"""Reading a table of settings into a typed structure, with errors that say how to mend them."""

import difflib
import types
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar, Union, get_args, get_origin

import msgspec

from fillgate.domain.errors import ConfigurationError
from fillgate.domain.numbers import NumberError, parse_decimal

__all__ = ["read_options"]

T = TypeVar("T", bound=msgspec.Struct)


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
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    values = {
        key: _value(_known(fields, key, where).type, value, f"{where}.{key}")
        for key, value in options.items()
    }
    try:
        return msgspec.convert(values, kind, strict=True)
    except msgspec.ValidationError as error:
        raise ConfigurationError(_phrase(error, where, values)) from None


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


def _value(kind: Any, value: Any, where: str) -> Any:
    if Decimal in _alternatives(kind) and isinstance(value, str | int | float):
        try:
            return parse_decimal(repr(value) if isinstance(value, float) else value)
        except NumberError as error:
            msg = f"`{where}`: {error}"
            raise ConfigurationError(msg) from None
    return value


def _alternatives(kind: Any) -> tuple[Any, ...]:
    if get_origin(kind) in {Union, types.UnionType}:
        return get_args(kind)
    return (kind,)


def _phrase(error: msgspec.ValidationError, where: str, values: Mapping[str, Any]) -> str:
    text, _, path = str(error).partition(" - at `$")
    place = where + path.rstrip("`")
    key = path.rstrip("`").lstrip(".")
    found = f"; found {values[key]!r}" if key in values else ""
    return f"`{place}`: {text[0].lower()}{text[1:]}{found}"

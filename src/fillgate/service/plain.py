"""From typed values to plain JSON values, and from their types to the types of these.

Invariants:

1. Decimals become texts in plain notation; sets become sorted arrays.
2. A field that may be None is left out where None is its default, and null where it has none.
3. `plain_type` says of a type what `plain` does to its values; schemas are made of it.
"""

import re
import types
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Final, TypeAlias, Union, get_args, get_origin

import msgspec
from msgspec.structs import fields

from fillgate.domain.numbers import decimal_text
from fillgate.service.notes import field_notes

__all__ = ["DecimalString", "DecimalText", "plain", "plain_type", "whole_type"]


class DecimalText:
    """The type of a decimal that is shown as text."""


DecimalString: TypeAlias = Annotated[str, DecimalText]
"""A decimal's canonical text, where it is text already."""


def plain(value: Any) -> Any:
    """Return a value as plain JSON values: nothing but dict, list, str, int, bool, None."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, msgspec.Struct):
        left_out = _left_out(type(value))
        members = ((name, getattr(value, name)) for name in value.__struct_fields__)
        return {
            name: plain(member)
            for name, member in members
            if member is not None or name not in left_out
        }
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value


@cache
def _left_out(kind: type[msgspec.Struct]) -> frozenset[str]:
    """Return the names of the fields that are left out when they are None."""
    return frozenset(field.name for field in fields(kind) if field.default is None)


_NONE: Final = re.compile(r"\bNone\b")
_UNIONS: Final = (Union, types.UnionType)
_ARRAYS: Final = (tuple, list, frozenset)


def plain_type(kind: Any) -> Any:
    """Return the type of what `plain` makes of a value of this type.

    A class may have a `shown_as` that says more exactly what its values are.
    """
    if kind is Decimal:
        return DecimalText
    if hasattr(kind, "shown_as"):
        return plain_type(kind.shown_as())
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _plain_struct(kind)
    return _plain_form(kind, get_origin(kind), get_args(kind))


def _plain_form(kind: Any, origin: Any, arguments: tuple[Any, ...]) -> Any:
    if origin is Annotated:
        if DecimalText in arguments:
            return DecimalText
        notes = tuple(note for note in arguments[1:] if isinstance(note, msgspec.Meta))
        return Annotated[(plain_type(arguments[0]), *notes)]
    if origin in _UNIONS:
        return Union[tuple(plain_type(each) for each in arguments)]  # noqa: UP007 - a tuple's
    if origin in _ARRAYS:
        return tuple[plain_type(arguments[0]), ...]  # type: ignore[misc]  # made at run time
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return dict[str, plain_type(arguments[1])]  # type: ignore[misc]  # made at run time
    return kind


def whole_type(kind: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """Return the type of what a structure becomes that is encoded as it stands, nulls and all."""
    return _plain_struct(kind, left_out=frozenset())


@cache
def _plain_struct(
    kind: type[msgspec.Struct], left_out: frozenset[str] | None = None
) -> type[msgspec.Struct]:
    notes = field_notes(kind)
    left_out = _left_out(kind) if left_out is None else left_out
    members: list[Any] = []
    for field in fields(kind):
        shown = plain_type(field.type)
        if field.name in notes:
            # Who reads JSON knows no None: such a field is null or is not there.
            word = "absent" if field.name in left_out else "null"
            note = _NONE.sub(word, notes[field.name])
            shown = Annotated[shown, msgspec.Meta(description=note)]
        if field.name in left_out:
            present = _without_none(shown)
            members.append((field.name, present | msgspec.UnsetType, msgspec.UNSET))
        elif field.default is msgspec.UNSET:
            members.append((field.name, shown, msgspec.UNSET))
        else:
            members.append((field.name, shown))
    config = kind.__struct_config__
    return msgspec.defstruct(
        kind.__name__,
        members,
        kw_only=True,
        tag=config.tag,
        tag_field=config.tag_field,
        namespace={"__doc__": kind.__doc__},
    )


def _without_none(kind: Any) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return Annotated[(_without_none(arguments[0]), *arguments[1:])]
    if origin in _UNIONS:
        return Union[tuple(each for each in arguments if each is not type(None))]  # noqa: UP007
    return kind

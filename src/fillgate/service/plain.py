"""From typed values to plain JSON values, and from their types to the types of these.

Invariants:

1. Decimals become texts in plain notation; sets become sorted arrays.
2. A field that may be None is left out where None is its default, and null where it has none.
3. `plain_type` says of a type what `plain` does to its values; schemas are made of it.
"""

import re
import types
from collections.abc import Callable, Mapping
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
    way = _way(value.__class__)
    return value if way is None else way(value)


@cache
def _way(kind: type) -> Callable[[Any], Any] | None:
    """Return what makes values of a type plain; None if they are."""
    if issubclass(kind, Decimal):
        return decimal_text
    if issubclass(kind, msgspec.Struct):
        return _struct_way(kind)
    if issubclass(kind, Mapping):
        return lambda value: {str(key): plain(item) for key, item in value.items()}
    if issubclass(kind, frozenset):
        return lambda value: sorted(map(plain, value))
    if issubclass(kind, tuple | list):
        return lambda value: list(map(plain, value))
    return None


def _struct_way(kind: type[msgspec.Struct]) -> Callable[[Any], Any]:
    left_out = _left_out(kind)
    members = tuple((name, name in left_out) for name in kind.__struct_fields__)

    def way(value: Any) -> dict[str, Any]:
        made = {}
        for name, optional in members:
            member = getattr(value, name)
            if member is not None:
                inner = _way(member.__class__)
                made[name] = member if inner is None else inner(member)
            elif not optional:
                made[name] = None
        return made

    return way


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

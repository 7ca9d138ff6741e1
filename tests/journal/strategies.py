"""Hypothesis strategies for events, built from their types."""

import types
import typing
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

import msgspec
from hypothesis import strategies as st

from fillgate.domain.events import EVENT_TYPES, Event
from fillgate.domain.numbers import MAX_EXPONENT, canonical

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["USDE-PERP", "1E+3", "E-", '"', "\\", "\x00", "ключ", "🚀"]
)
integers = st.integers(min_value=-(2**63), max_value=2**63 - 1)
plain_decimals = st.decimals(
    allow_nan=False, allow_infinity=False, min_value=Decimal("-1E+20"), max_value=Decimal("1E+20")
)
tiny_decimals = st.builds(
    lambda digits, places: canonical(Decimal(digits).scaleb(-places)),
    st.integers(min_value=-(10**9), max_value=10**9),
    st.integers(min_value=0, max_value=2 * MAX_EXPONENT),
)
decimals = tiny_decimals | plain_decimals.map(canonical)
"""In the one form that `domain.numbers` lets through."""


def _by_hint(hint: Any) -> st.SearchStrategy[Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        return st.one_of(*map(_by_hint, arguments))
    if origin is tuple:
        return st.lists(_by_hint(arguments[0]), max_size=3).map(tuple)
    if issubclass(hint, msgspec.Struct):
        return structs(hint)
    if issubclass(hint, Enum):
        return st.sampled_from(hint)
    return _SIMPLE[hint]


_SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: integers,
    str: texts,
    Decimal: decimals,
    types.NoneType: st.none(),
}


@cache
def structs(struct: type[Any]) -> st.SearchStrategy[Any]:
    """Instances of a Struct, each field by its type."""
    hints = typing.get_type_hints(struct)
    fields = {field.name: _by_hint(hints[field.name]) for field in msgspec.structs.fields(struct)}
    return st.builds(struct, **fields)


events: st.SearchStrategy[Event] = st.one_of(*map(structs, EVENT_TYPES))

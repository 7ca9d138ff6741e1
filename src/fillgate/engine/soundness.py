"""Whether what a plugin told can be true, be counted and be written down.

Structures check nothing when they are built: a float for money, a NaN or a lone surrogate would
otherwise come to light when the journal is read.

Invariants of what is sound:

1. Every value has the very type that its field declares, at any depth.
2. Every number is finite and can be counted exactly; no executed quantity is negative.
3. Every text can be written down.
"""

from collections.abc import Mapping
from decimal import Context, Decimal, Inexact, InvalidOperation
from operator import attrgetter
from types import UnionType
from typing import Any, Final, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec

from fillgate.domain.fills import Fee, Fill
from fillgate.domain.numbers import MAX_DIGITS, MAX_EXPONENT, ZERO
from fillgate.domain.reports import ArrivalQuote, ExecutionReport, ExecutionResult
from fillgate.plugins.base import VenueFill, VenuePosition

__all__ = ["is_sound"]

# Averages have more places than parsed numbers; beyond these nothing can be counted exactly.
_PLACES: Final = 2 * MAX_EXPONENT
_FINEST: Final = Decimal(1).scaleb(-_PLACES)
_COUNTED: Final = Context(prec=MAX_DIGITS + _PLACES, traps=[Inexact, InvalidOperation])


Told = ArrivalQuote | ExecutionResult | ExecutionReport | VenueFill | VenuePosition


def is_sound(told: Told) -> bool:
    """Tell whether a plugin's answer holds what its type declares, and can be written down."""
    try:
        return _RULES[type(told)].is_kept(told) and _is_no_negative(told)
    except Exception:  # noqa: BLE001 - what cannot be looked at is not sound, whatever it raises
        return False


def _is_no_negative(told: Told) -> bool:
    if isinstance(told, VenuePosition):
        return True
    if isinstance(told, ArrivalQuote):
        return _can_be_quoted(told)
    if isinstance(told, VenueFill):
        return told.fill.quantity > ZERO
    if isinstance(told, ExecutionResult):
        quoted = told.arrival is None or _can_be_quoted(told.arrival)
        return quoted and _executes_no_negative(told.filled_quantity, told.fills)
    return _executes_no_negative(told.filled_quantity, told.fills + told.corrected)


def _can_be_quoted(told: ArrivalQuote) -> bool:
    return ZERO < told.bid <= told.ask


def _executes_no_negative(quantity: Decimal, fills: tuple[Fill, ...]) -> bool:
    for fill in fills:
        if fill.quantity < ZERO:
            return False
    return quantity >= ZERO


_PARTS: Final = frozenset({Fill, ArrivalQuote})


class _Rule:
    """What the fields of one type may hold.

    Which fields hold what is found out once for each combination of types that occurs.
    """

    def __init__(self, kind: type[msgspec.Struct]) -> None:
        hints = get_type_hints(kind)
        self._names = kind.__struct_fields__
        self._values = attrgetter(*self._names)
        self._allowed = [_types_in(hints[name]) for name in self._names]
        self._items = [_item_of(hints[name]) for name in self._names]
        self._seen: dict[tuple[type, ...], _Places] = {}

    def is_kept(self, told: object) -> bool:
        values = self._values(told)
        types = tuple(map(type, values))
        places = self._seen.get(types)
        if places is None:
            if not all(map(set.__contains__, self._allowed, types)):
                return False
            places = self._seen[types] = self._places(types)
        for place in places.numbers:
            if not _COUNTED.quantize(values[place], _FINEST).is_finite():
                return False
        for place in places.texts:
            values[place].encode()
        for place in places.parts:
            if not _is_item_kept(values[place]):
                return False
        for place, item in places.lists:
            if values[place] and not _are_items_kept(values[place], item):
                return False
        return True

    def _places(self, types: tuple[type, ...]) -> "_Places":
        return _Places(
            [place for place, kind in enumerate(types) if kind is Decimal],
            [place for place, kind in enumerate(types) if kind is str],
            [place for place, kind in enumerate(types) if kind in _PARTS],
            [
                (place, item)
                for place, item in enumerate(self._items)
                if types[place] is tuple and item is not None
            ],
        )


def _are_items_kept(items: tuple[object, ...], kind: type) -> bool:
    return all(type(each) is kind and _is_item_kept(each) for each in items)


def _is_item_kept(item: object) -> bool:
    if isinstance(item, str):
        item.encode()
        return True
    return _RULES[type(item)].is_kept(item)


class _Places(NamedTuple):
    """Which fields hold something that has to be looked at."""

    numbers: list[int]
    texts: list[int]
    parts: list[int]
    lists: list[tuple[int, type]]
    """With the type of the items."""


def _types_in(annotation: Any) -> set[type]:
    if get_origin(annotation) in {Union, UnionType}:
        return set().union(*map(_types_in, get_args(annotation)))
    return {get_origin(annotation) or annotation}


def _item_of(annotation: Any) -> type | None:
    is_list = get_origin(annotation) is tuple
    return get_args(annotation)[0] if is_list else None


_RULES: Final[Mapping[type, _Rule]] = {
    kind: _Rule(kind)
    for kind in (
        ArrivalQuote,
        ExecutionResult,
        ExecutionReport,
        Fill,
        Fee,
        VenueFill,
        VenuePosition,
    )
}

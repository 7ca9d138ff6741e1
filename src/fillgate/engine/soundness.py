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
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import msgspec

from fillgate.domain.numbers import MAX_DIGITS, MAX_EXPONENT, ZERO
from fillgate.domain.reports import ExecutionReport, ExecutionResult

__all__ = ["is_sound"]

# Averages have more places than parsed numbers; beyond these nothing can be counted exactly.
_PLACES: Final = 2 * MAX_EXPONENT
_FINEST: Final = Decimal(1).scaleb(-_PLACES)
_COUNTED: Final = Context(prec=MAX_DIGITS + _PLACES, traps=[Inexact, InvalidOperation])


def is_sound(told: ExecutionResult | ExecutionReport) -> bool:
    """Tell whether a plugin's answer holds what its type declares, and can be written down."""
    try:
        amounts = [told.filled_quantity, *[fill.quantity for fill in told.fills]]
        return _is_declared(told, _DECLARED[type(told)]) and min(amounts) >= ZERO
    except Exception:  # noqa: BLE001 - what cannot be looked at is not sound, whatever it raises
        return False


def _is_declared(told: Any, fields: "_Fields") -> bool:
    for name, kinds in fields:
        value = getattr(told, name)
        kind = type(value)
        inner = kinds[kind]
        if kind is Decimal:
            if not _COUNTED.quantize(value, _FINEST).is_finite():
                return False
        elif kind is str:
            value.encode()
        elif inner is not None and not all(_is_declared(each, inner[type(each)]) for each in value):
            return False
    return True


_Fields = tuple[tuple[str, Mapping[type, Any]], ...]
"""For each field its name and the types that it may have; for a tuple the fields of its items'
type."""


def _fields_of(kind: type[msgspec.Struct]) -> _Fields:
    hints = get_type_hints(kind)
    return tuple((name, _kinds_of(hints[name])) for name in kind.__struct_fields__)


def _kinds_of(annotation: Any) -> dict[type, Any]:
    if get_origin(annotation) in {Union, UnionType}:
        parts = [_kinds_of(each) for each in get_args(annotation)]
        return {kind: inner for part in parts for kind, inner in part.items()}
    if get_origin(annotation) is tuple:
        item = get_args(annotation)[0]
        return {tuple: {item: _fields_of(item)}}
    return {annotation: None}


_DECLARED: Final[Mapping[type, _Fields]] = {
    kind: _fields_of(kind) for kind in (ExecutionResult, ExecutionReport)
}
"""What answers may hold."""

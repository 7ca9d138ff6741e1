"""What is kept of what was noticed at venues: which events leave which sightings.

Invariant: sightings are made of events alone, by this table; made anew they are the same.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from fillgate.domain.events import (
    AccountCameUp,
    AccountReconciled,
    AccountWentDown,
    Event,
    ForeignFillSeen,
    ForeignOrderSeen,
    PositionAgreed,
    PositionDiffered,
)
from fillgate.domain.numbers import decimal_text, subtract
from fillgate.journal.base import Sighting

__all__ = [
    "AGREED",
    "FILLS_UNTIL",
    "FIRST_SEEN",
    "FOREIGN_FILL",
    "FOREIGN_ORDER",
    "POSITION",
    "difference_text",
    "fill_subject",
    "order_subject",
    "sightings_of",
]

FOREIGN_ORDER: Final = "foreign-order"
FOREIGN_FILL: Final = "foreign-fill"
POSITION: Final = "position"
"""By symbol how far the venue's position is from ours, or AGREED."""
FILLS_UNTIL: Final = "fills-until"
"""Up to when the account's fills have been asked for, Unix milliseconds; its subject is empty."""
FIRST_SEEN: Final = "first-seen"
"""When the account was first in the journal, Unix milliseconds; its subject is empty. The first
stays (`rows`)."""

AGREED: Final = "agreed"
_SEEN: Final = "seen"


def order_subject(symbol: str, order_id: str) -> str:
    """Return what tells an order from all others of its account at the venue."""
    return f"{symbol} {order_id}"


def fill_subject(symbol: str, order_id: str, fill_id: str) -> str:
    """Return what tells a fill from all others of its account at the venue."""
    return f"{symbol} {order_id} {fill_id}"


def difference_text(ours: Decimal, theirs: Decimal) -> str:
    """Return how far the venue's position is from ours."""
    return decimal_text(subtract(theirs, ours))


def sightings_of(event: Event, at: int) -> tuple[Sighting, ...]:
    """Return what is kept of an event; `at` is when it was recorded, Unix microseconds."""
    make = _SIGHTINGS.get(type(event))
    return () if make is None else make(event, at)


def _foreign_order(event: ForeignOrderSeen, _: int) -> tuple[Sighting, ...]:
    subject = order_subject(event.report.symbol, event.report.order_id)
    return (Sighting(event.account, FOREIGN_ORDER, subject, event.installation or _SEEN),)


def _foreign_fill(event: ForeignFillSeen, _: int) -> tuple[Sighting, ...]:
    subject = fill_subject(event.symbol, event.order_id, event.fill.fill_id)
    return (Sighting(event.account, FOREIGN_FILL, subject, _SEEN),)


def _differed(event: PositionDiffered, _: int) -> tuple[Sighting, ...]:
    difference = difference_text(event.ours, event.theirs)
    return (Sighting(event.account, POSITION, event.symbol, difference),)


def _agreed(event: PositionAgreed, _: int) -> tuple[Sighting, ...]:
    return (Sighting(event.account, POSITION, event.symbol, AGREED),)


def _reconciled(event: AccountReconciled, _: int) -> tuple[Sighting, ...]:
    until = event.fills_until
    return () if until is None else (Sighting(event.account, FILLS_UNTIL, "", str(until)),)


def _known(event: AccountCameUp | AccountWentDown, at: int) -> tuple[Sighting, ...]:
    return (Sighting(event.account, FIRST_SEEN, "", str(at // 1000)),)


_SIGHTINGS: Final[Mapping[type[Event], Callable[[Any, int], tuple[Sighting, ...]]]] = {
    ForeignOrderSeen: _foreign_order,
    ForeignFillSeen: _foreign_fill,
    PositionDiffered: _differed,
    PositionAgreed: _agreed,
    AccountReconciled: _reconciled,
    AccountCameUp: _known,
    AccountWentDown: _known,
}

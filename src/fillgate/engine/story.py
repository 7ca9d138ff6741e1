"""From a signal's recorded events back to what is known of it."""

import hashlib
from collections.abc import Iterable
from typing import Final

from fillgate.domain.events import ArrivalQuoted, OrderAnomalous, OrderEvent, SignalAccepted
from fillgate.domain.fold import fold_orders
from fillgate.domain.order_state import OrderState
from fillgate.domain.signals import reading_of
from fillgate.engine.tickets import Ticket
from fillgate.journal.base import Recorded

__all__ = ["MISSING", "is_missing", "order_states", "ticket_of"]

MISSING: Final = "MISSING_AT_VENUE"
"""The code of an anomaly: the venue does not have an order that works as far as is known."""


def order_states(story: Iterable[Recorded]) -> dict[str, OrderState]:
    """Return the orders of a story as they are, by client order id."""
    states: dict[str, OrderState] = {}
    for record in story:
        if isinstance(record.event, OrderEvent):
            fold_orders(states, record.event, record.at)
    return states


def is_missing(story: Iterable[Recorded], client_order_id: str) -> bool:
    """Tell whether the last that was recorded of an order is that its venue does not have it."""
    missing = False
    for record in story:
        event = record.event
        # A quote says nothing about where the order is.
        if isinstance(event, ArrivalQuoted):
            continue
        if isinstance(event, OrderEvent) and event.client_order_id == client_order_id:
            missing = isinstance(event, OrderAnomalous) and event.code == MISSING
    return missing


def ticket_of(story: Iterable[Recorded]) -> Ticket | None:
    """Return the ticket of an accepted signal, with the answer its first delivery got.

    None if the story has no accepted signal.
    """
    ticket: Ticket | None = None
    states: dict[str, OrderState] = {}
    for record in story:
        event = record.event
        if isinstance(event, SignalAccepted):
            ticket = _ticket(event, record.at)
        elif isinstance(event, OrderEvent):
            _, after = fold_orders(states, event, record.at)
            if ticket is not None:
                ticket.follow(after)
    return ticket


def _ticket(event: SignalAccepted, at: int) -> Ticket:
    ticket = Ticket(
        event.signal,
        source=event.source,
        signal=event.reading,
        account=event.account,
        received_at=at,
        key=event.key,
        digest=hashlib.sha256(reading_of(event.reading, with_timestamp=False)).digest(),
    )
    ticket.admitted.open(ticket)
    return ticket

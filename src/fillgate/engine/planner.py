"""From a signal at the head of its lane to the first events of its order: planned, or why not.

Invariant: planning and checking happen without an await in between.
"""

from fillgate.domain.clock import Clock
from fillgate.domain.errors import Denied
from fillgate.domain.events import (
    CancelRequested,
    OrderDenied,
    OrderEvent,
    OrderIntended,
    OrderWithdrawn,
)
from fillgate.domain.ids import client_order_id, request_id
from fillgate.domain.orders import Order
from fillgate.engine.accounts import Accounts
from fillgate.engine.tickets import Ticket
from fillgate.risk.checks import check_capabilities
from fillgate.signals.planning import plan_order

__all__ = ["Planner", "denied_event", "disowned"]


class Planner:
    """Plans the orders of tickets."""

    def __init__(self, *, tag: str, accounts: Accounts, max_age: float, clock: Clock) -> None:
        """Plan for these accounts.

        Args:
            tag: the installation's tag, for client order ids.
            accounts: what each can do, and whether it is up.
            max_age: how many seconds old a signal may be when its order is sent.
            clock: what the age is told by.
        """
        self._tag = tag
        self._accounts = accounts
        self._max_age = max_age
        self._clock = clock

    def name(self, ticket: Ticket) -> str:
        """Mint the id of a ticket's order."""
        identity = ticket.client_order_id = client_order_id(self._tag, ticket.number)
        return identity

    def order(self, ticket: Ticket) -> Order:
        """Return the order that a ticket asks for."""
        identity = ticket.client_order_id or self.name(ticket)
        return plan_order(ticket.signal, account=ticket.account, client_order_id=identity)

    def plan(self, ticket: Ticket) -> OrderEvent:
        """Return the event of an order about to be sent, or denied."""
        order = self.order(ticket)
        denied = self.check(ticket, order)
        if denied is not None:
            return denied_event(ticket, order, denied)
        return self._intended(ticket, order, sending=True)

    def intend(self, ticket: Ticket) -> OrderIntended:
        """Return the event of an order that is planned and not to be sent yet."""
        return self._intended(ticket, self.order(ticket), sending=False)

    def _intended(self, ticket: Ticket, order: Order, *, sending: bool) -> OrderIntended:
        name = order.client_order_id
        return OrderIntended(
            client_order_id=name,
            signal=ticket.number,
            order=order,
            sending=sending,
            venue_client_order_id=self._accounts.venue_client_order_id(order.account, name),
        )

    def withdraw(self, ticket: Ticket) -> tuple[OrderEvent, ...]:
        """Return the events of an order that was cancelled before it left."""
        assert ticket.withdrawal is not None
        identity, (actor, reason) = ticket.client_order_id or self.name(ticket), ticket.withdrawal
        return (
            CancelRequested(
                client_order_id=identity,
                request=request_id(identity, 1),
                actor=actor,
                reason=reason,
            ),
            OrderWithdrawn(client_order_id=identity, actor=actor, reason=reason),
        )

    def check(self, ticket: Ticket, order: Order) -> Denied | None:
        """Return why an order must not be sent now, or None if it may."""
        return (
            self.check_age(ticket)
            or self._accounts.check_up(order.account)
            or check_capabilities(order, self._accounts.capabilities_of(order.account))
        )

    def check_age(self, ticket: Ticket) -> Denied | None:
        """STALE: the signal is older than orders may be."""
        age = self.age(ticket)
        if age <= self._max_age:
            return None
        return Denied("STALE", f"age={age:.1f}s limit={self._max_age:g}s")

    def age(self, ticket: Ticket) -> float:
        """Return how old a signal is in seconds, by its own word or since it came."""
        sent = ticket.signal.timestamp
        born = ticket.received_at if sent is None else min(ticket.received_at, sent * 1000)
        return (self._clock.now() - born) / 1e6


def disowned(ticket: Ticket) -> Denied | None:
    """Return why an accepted signal must not be sent: its caller heard 503.

    Without a key the caller may ask again, and sending both could double it.
    """
    if not ticket.told_unavailable or ticket.key is not None:
        return None
    return Denied("JOURNAL_FAILED", "the caller was told that it was not taken")


def denied_event(ticket: Ticket, order: Order, denied: Denied) -> OrderDenied:
    """Return the event of an order that is refused here."""
    return OrderDenied(
        client_order_id=order.client_order_id,
        signal=ticket.number,
        order=order,
        code=denied.code,
        text=denied.text,
    )

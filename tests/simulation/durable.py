"""What is on the disk, as the checks ask for it: noted at each commit, kept over crashes."""

from collections import defaultdict
from collections.abc import Callable

from fillgate.domain.events import (
    CancelRequested,
    Event,
    OrderEvent,
    OrderIntended,
    OrderSending,
    OrderWithdrawn,
    ReplaceRequested,
    SignalAccepted,
)
from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import Order
from fillgate.domain.positions import Position
from fillgate.journal.base import Write

__all__ = ["Durable", "LaneKey"]

LaneKey = tuple[str, str]
"""(account, symbol)"""


class Durable:
    """All that commits have made durable."""

    def __init__(self, now: Callable[[], float]) -> None:
        """Start with nothing; `now` tells the loop's time."""
        self._now = now
        self._events: dict[int, Event] = {}
        self._positions: set[Position] = set()
        self.orders: dict[str, None] = {}
        """The ids of all orders, in the order of their planning."""
        self.accepted: dict[int, int] = {}
        """For each accepted signal when it was received, Unix microseconds."""
        self.planned: dict[str, OrderIntended] = {}
        """Planned orders by client order id."""
        self.sending: set[str] = set()
        """Ids of orders that are SENDING, or were."""
        self.submitting: defaultdict[LaneKey, set[str]] = defaultdict(set)
        """For each lane its orders that are SENDING and have no outcome."""
        self.withdrawn: set[str] = set()
        """Ids of orders that were cancelled here."""
        self.requested: dict[str, tuple[float, Order | None]] = {}
        """For each request when it became durable, and what is to replace the order."""

    def add(self, write: Write) -> None:
        """Take in a write that was committed."""
        for entry in write.entries:
            event = entry.event
            self._events[id(event)] = event
            if isinstance(event, SignalAccepted):
                self.accepted[event.signal] = entry.at
            elif isinstance(event, OrderEvent):
                self._add(event)
        self._positions.update(write.positions)

    def _add(self, event: OrderEvent) -> None:
        identity = event.client_order_id
        self.orders[identity] = None
        if isinstance(event, OrderIntended):
            self.planned[identity] = event
        if isinstance(event, CancelRequested | ReplaceRequested):
            replacement = event.replacement if isinstance(event, ReplaceRequested) else None
            self.requested[event.request] = (self._now(), replacement)
            return
        if isinstance(event, OrderWithdrawn):
            self.withdrawn.add(identity)
        planned = self.planned.get(identity)
        if planned is None:
            return
        if isinstance(event, OrderSending) or (isinstance(event, OrderIntended) and event.sending):
            self.sending.add(identity)
            self.submitting[_lane(planned.order)].add(identity)
        else:
            self.submitting[_lane(planned.order)].discard(identity)

    def heard(self, write: Write) -> None:
        """Take in that a write is known to be durable only now: it was in doubt."""
        for entry in write.entries:
            event = entry.event
            if isinstance(event, CancelRequested | ReplaceRequested):
                _, replacement = self.requested[event.request]
                self.requested[event.request] = (self._now(), replacement)

    def has(self, event: Event) -> bool:
        """Tell whether this very event is durable."""
        return id(event) in self._events

    def has_position(self, position: Position) -> bool:
        """Tell whether a position was durable at some time."""
        return position in self._positions or position.quantity == position.cash == ZERO


def _lane(order: Order) -> LaneKey:
    return order.account, order.symbol

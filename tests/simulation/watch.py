"""What must hold at each instant. Numbers are those of `docs/invariants.py`.

Looked at when an order reaches a plugin, at each answer to a caller, at each change that is shown.
"""

from typing import NamedTuple

from fillgate.domain.events import OrderAbsent
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order
from fillgate.engine.blotter import Change
from fillgate.engine.engine import Engine
from tests.simulation.venue import Truth
from tests.simulation.world import Delivery, World

__all__ = ["CHECKED", "Breach", "Watch"]

CHECKED = frozenset({5, 6, 7, 8, 9, 11, 14, 21})
"""The invariants that are looked at here."""

_AGE_SLACK = 0.01
"""Seconds between the last look at a signal's age and the plugin's call."""


class Breach(NamedTuple):
    """An invariant that did not hold."""

    number: int
    text: str


class Watch:
    """Looks on while things happen in a world."""

    def __init__(self, world: World) -> None:
        """Look on from the start."""
        self.breaches: list[Breach] = []
        self._world = world
        world.arriving = self._arriving
        world.answered = self._answered
        world.opened = self._opened

    def _opened(self, world: World, engine: Engine) -> None:
        engine.blotter.subscribe(self._shown)

    def _add(self, number: int, text: str) -> None:
        self.breaches.append(Breach(number, text))

    def _arriving(self, world: World, order: Order) -> None:
        identity, durable = order.client_order_id, world.disk.durable
        world.venue.calls[identity] += 1
        if world.venue.calls[identity] > 1:
            self._add(5, f"{identity} reached the venue again")
        planned = durable.planned.get(identity)
        if planned is None or identity not in durable.sending or planned.order != order:
            self._add(6, f"{identity} reached the venue before its SENDING was durable")
            return
        others = durable.submitting[order.account, order.symbol] - {identity}
        if others:
            self._add(7, f"{identity} reached the venue while {min(others)} was on its way")
        if not order.reduce_only:
            self._check_holders(order)
        age = (world.clock.now() - durable.accepted[planned.signal]) / 1e6
        if age > world.max_age + _AGE_SLACK:
            self._add(9, f"{identity} was sent {age:.3f} s after its signal came")

    def _check_holders(self, order: Order) -> None:
        lane = (order.account, order.symbol)
        for state in self._world.engine.blotter.open_orders():
            other = state.order
            if state.status is OrderStatus.UNKNOWN and (other.account, other.symbol) == lane:
                self._add(8, f"{order.client_order_id} passed the UNKNOWN {other.client_order_id}")

    def _answered(self, world: World, delivery: Delivery) -> None:
        if delivery.admission is None:
            return
        number = delivery.admission.ticket.number
        if number not in world.disk.durable.accepted:
            self._add(21, f"{delivery.name} was acknowledged before signal {number} was durable")

    def _shown(self, change: Change) -> None:
        event, after, world = change.event, change.after, self._world
        identity = event.client_order_id
        if not world.disk.durable.has(event):
            self._add(21, f"{event.kind} of {identity} was shown before it was durable")
        order = after.order
        position = world.engine.blotter.position(order.account, order.symbol)
        if not world.disk.durable.has_position(position):
            self._add(21, f"a position of {position.quantity} was shown before it was durable")
        truth = world.venue.orders.get(identity)
        filled = truth.filled if truth is not None else 0
        if after.executed.total.quantity > filled:
            found = after.executed.total.quantity
            self._add(14, f"{identity} has {found} executed, the venue {filled}")
        if isinstance(event, OrderAbsent):
            self._check_absence(identity, event, truth)

    def _check_absence(self, identity: str, event: OrderAbsent, truth: Truth | None) -> None:
        told = self._world.venue.missed[identity]
        if event.asked > told:
            self._add(11, f"{identity} is ABSENT by {event.asked} answers of {told}")
        if truth is not None and truth.taken:
            self._add(11, f"{identity} is ABSENT though the venue has it")

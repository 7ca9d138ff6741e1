"""What must hold at each instant. Numbers are those of `docs/invariants.py`.

Looked at when an order or a request reaches a plugin, at each answer to a caller, at each change
that is shown.
"""

from typing import Final, NamedTuple

from fillgate.domain.events import (
    OrderAbsent,
    OrderReported,
    OrderResolved,
    OrderWithdrawn,
    RequestAnswered,
    SubmissionAnswered,
)
from fillgate.domain.ids import order_of
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order
from fillgate.engine.blotter import Change
from fillgate.engine.engine import Engine
from tests.simulation.truth import Truth
from tests.simulation.world import World

__all__ = ["CHECKED", "Breach", "Watch"]

CHECKED: Final = frozenset({5, 6, 7, 8, 9, 11, 14, 16, 18, 19, 21})
"""The invariants that are looked at here."""

_SLACK: Final = 0.01
"""Seconds that may lie between a durable decision and the plugin's call."""

_TELLS_OF_AN_END: Final = (OrderReported, RequestAnswered, SubmissionAnswered, OrderResolved)


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
        world.asking = self._asking
        world.acknowledged = self._acknowledged
        world.admitted = self._admitted
        world.opened = self._opened

    def _opened(self, engine: Engine) -> None:
        engine.blotter.subscribe(self._shown)

    def _add(self, number: int, text: str) -> None:
        self.breaches.append(Breach(number, text))

    # What reaches the venue

    def _arriving(self, order: Order) -> None:
        world, identity = self._world, order.client_order_id
        durable = world.disk.durable
        if self._came_before(identity):
            self._add(5, f"{identity} reached the venue again")
        if identity in durable.withdrawn:
            self._add(19, f"{identity} was cancelled here and reached the venue")
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
        if age > world.settings.max_age + _SLACK:
            self._add(9, f"{identity} was sent {age:.3f} s after its signal came")

    def _came_before(self, identity: str) -> bool:
        calls = self._world.venue.calls
        calls[identity] += 1
        return calls[identity] > 1

    def _check_holders(self, order: Order) -> None:
        lane = (order.account, order.symbol)
        for state in self._world.engine.blotter.open_orders():
            other = state.order
            if state.status is OrderStatus.UNKNOWN and (other.account, other.symbol) == lane:
                self._add(8, f"{order.client_order_id} passed the UNKNOWN {other.client_order_id}")

    def _asking(self, request: str, replacement: Order | None) -> None:
        if self._came_before(request):
            self._add(16, f"{request} reached the venue again")
        written = self._world.disk.durable.requested.get(request)
        if written is None or written[1] != replacement:
            self._add(16, f"{request} reached the venue before it was durable")
            return
        waited = self._world.venue.now - written[0]
        if waited > _SLACK:
            self._add(19, f"{request} waited {waited:.3f} s")
        if order_of(request) not in self._world.disk.durable.sending:
            self._add(19, f"the venue was asked by {request} about an order that is not SENDING")

    # What callers hear

    def _acknowledged(self, number: int) -> None:
        if number not in self._world.disk.durable.accepted:
            self._add(21, f"signal {number} was acknowledged before it was durable")

    def _admitted(self, request: str) -> None:
        durable = self._world.disk.durable
        withdrawn = order_of(request) in durable.withdrawn
        if request not in durable.requested and not withdrawn:
            self._add(21, f"{request} was acknowledged before it was durable")

    # What is shown

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
        self._check_executed(change, truth)
        if isinstance(event, OrderAbsent):
            self._check_absence(event, truth)
        self._check_end(change, truth)

    def _check_executed(self, change: Change, truth: Truth | None) -> None:
        found = change.after.executed.total.quantity
        most = truth.most_filled if truth is not None else 0
        if found > most:
            identity = change.event.client_order_id
            self._add(14, f"{identity} has {found} executed, the venue never more than {most}")

    def _check_absence(self, event: OrderAbsent, truth: Truth | None) -> None:
        identity = event.client_order_id
        told = self._world.venue.missed[identity]
        if event.asked > told:
            self._add(11, f"{identity} is ABSENT by {event.asked} answers of {told}")
        if truth is not None and truth.taken:
            self._add(11, f"{identity} is ABSENT though the venue has it")

    def _check_end(self, change: Change, truth: Truth | None) -> None:
        before, after, event = change.before, change.after, change.event
        ended = after.standing in {OrderStatus.CANCELED, OrderStatus.EXPIRED}
        if not ended or (before is not None and before.standing is after.standing):
            return
        identity = event.client_order_id
        if isinstance(event, OrderWithdrawn):
            if self._world.venue.calls[identity]:
                self._add(19, f"{identity} is withdrawn though the venue got it")
        elif not isinstance(event, _TELLS_OF_AN_END):
            self._add(18, f"{identity} is {after.standing} by {event.kind}")
        elif truth is None or truth.ended is not after.standing:
            self._add(18, f"{identity} is {after.standing}; the venue: {truth}")

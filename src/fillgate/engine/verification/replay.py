"""Orders, signals and positions folded from the records of a whole journal, in their order.

The same folds as live, by the same code. What is settled can be forgotten (`forget`), so that
memory need not grow with history; what is told of a forgotten order later needs it handed back.
"""

import msgspec

from fillgate.domain.events import (
    DuplicateSuspected,
    Event,
    ForeignFillSeen,
    OrderAdopted,
    OrderEvent,
    SignalAccepted,
    SignalRefused,
)
from fillgate.domain.executions import Totals
from fillgate.domain.fold import PLANNING, next_state
from fillgate.domain.order_state import OrderState
from fillgate.domain.positions import Position
from fillgate.engine.blotter import PositionKey
from fillgate.journal.index import SignalRow, SignalState

__all__ = ["NeverPlanned", "Replay"]


class NeverPlanned(Exception):
    """An event tells of an order that no event before planned."""


class Replay:
    """What the records so far amount to."""

    def __init__(self) -> None:
        """Start before the first record."""
        self.orders: dict[str, OrderState] = {}
        self.signals: dict[int, SignalRow] = {}
        """The rows that the index should have; without account and symbol where events do not
        tell them."""
        self.digests: dict[int, str] = {}
        """For each signal SHA-256 of its body, hexadecimal."""
        self.positions: dict[PositionKey, Position] = {}
        self.planned = 0
        """How many orders there were."""
        self.taken = 0
        """How many signals there were."""

    def knows(self, event: OrderEvent) -> bool:
        """Tell whether an event of an order can be applied as it is."""
        return event.client_order_id in self.orders or isinstance(event, PLANNING)

    def apply(self, event: Event, at: int) -> tuple[OrderState | None, OrderState] | None:
        """Take in what happened next.

        Returns:
            An order before and after; None if it did not happen to an order.

        Raises:
            NeverPlanned: it is about an order that is not there.
        """
        match event:
            case SignalAccepted():
                self._begin(event, at, SignalState.WAITING)
            case SignalRefused() | DuplicateSuspected():
                self._begin(event, at, _STATES[type(event)])
            case OrderEvent():
                return self._apply_to_order(event, at)
            case ForeignFillSeen():
                known = self._position(event.account, event.symbol)
                self._keep(known.with_fill(event.side, event.fill))
        return None

    def forget(self, *, order: str | None = None, signal: int | None = None) -> None:
        """Drop what is settled."""
        if order is not None:
            self.orders.pop(order, None)
        if signal is not None:
            self.signals.pop(signal, None)

    def _begin(
        self, event: SignalAccepted | SignalRefused | DuplicateSuspected, at: int, state: str
    ) -> None:
        accepted = event if isinstance(event, SignalAccepted) else None
        self.taken += 1
        self.digests[event.signal] = event.body_digest
        self.signals[event.signal] = SignalRow(
            number=event.signal,
            at=at,
            source=event.source,
            state=state,
            account=None if accepted is None else accepted.account,
            symbol=None if accepted is None else accepted.reading.symbol,
            code=_code(event),
        )

    def _apply_to_order(self, event: OrderEvent, at: int) -> tuple[OrderState | None, OrderState]:
        before = self.orders.get(event.client_order_id)
        if before is None and isinstance(event, OrderAdopted):
            self.taken += 1
            self.signals[event.signal] = SignalRow.of_adopted(event, at)
        try:
            after = next_state(before, event, at)
        except KeyError:
            raise NeverPlanned(event.client_order_id) from None
        self.planned += before is None
        self.orders[event.client_order_id] = after
        self._note_planned(after.signal)
        self._move_position(before, after)
        return before, after

    def _note_planned(self, number: int) -> None:
        row = self.signals.get(number)
        if row is not None and row.state == SignalState.WAITING:
            self.signals[number] = msgspec.structs.replace(row, state=SignalState.PLANNED)

    def _move_position(self, before: OrderState | None, after: OrderState) -> None:
        earlier = Totals() if before is None else before.executed.total
        later = after.executed.total
        if earlier == later:
            return
        order = after.order
        known = self._position(order.account, order.symbol)
        self._keep(known.executed(order.side, earlier, later))

    def _position(self, account: str, symbol: str) -> Position:
        known = self.positions.get((account, symbol))
        return known or Position(account=account, symbol=symbol)

    def _keep(self, position: Position) -> None:
        self.positions[position.account, position.symbol] = position


_STATES = {SignalRefused: SignalState.REFUSED, DuplicateSuspected: SignalState.DUPLICATE}


def _code(event: SignalAccepted | SignalRefused | DuplicateSuspected) -> str | None:
    match event:
        case SignalRefused(code=code):
            return code
        case DuplicateSuspected():
            return "SUSPECTED_DUPLICATE"
        case _:
            return None

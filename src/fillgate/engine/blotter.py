"""The live view: open orders, the recent past and positions, as the journal has them.

Invariants:

1. What is here is durable: `publish` is called after the commit, never before.
2. Memory holds open and watched orders and a bounded number of finished ones.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

import msgspec

from fillgate.domain.events import OrderEvent
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.logger import Logger
from fillgate.domain.numbers import ZERO, add, subtract
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Side
from fillgate.domain.positions import Position

__all__ = ["Blotter", "Change", "PositionKey"]

PositionKey = tuple[str, str]
"""(account, symbol)"""


# An ABSENT order may still turn up.
_AT_HAND = frozenset(
    status for status in OrderStatus if not status.is_final or status is OrderStatus.ABSENT
)


class Change(msgspec.Struct, frozen=True, gc=False):
    """One event with the order as it was and as it is."""

    event: OrderEvent
    before: OrderState | None
    after: OrderState


Listener = Callable[[Change], None]


class Blotter:
    """Orders and positions in memory; a reader of the journal."""

    def __init__(self, *, remembered: int, logger: Logger) -> None:
        """Start empty.

        Args:
            remembered: how many finished orders are kept.
            logger: hears of listeners that fail.
        """
        self._logger = logger
        self._open: dict[str, OrderState] = {}
        self._finished: OrderedDict[str, OrderState] = OrderedDict()
        self._positions: dict[PositionKey, Position] = {}
        self._remembered = remembered
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Call `listener` for every change, after it was applied. Its failure is its own."""
        self._listeners.append(listener)

    def restore(self, orders: Iterable[OrderState], positions: Iterable[Position]) -> None:
        """Take over what the journal holds at start."""
        for state in orders:
            self._keep(state)
        for position in positions:
            self._positions[position.account, position.symbol] = position

    def publish(self, changes: Sequence[Change], positions: Sequence[Position]) -> None:
        """Apply what has become durable and tell the listeners."""
        for change in changes:
            self._keep(change.after)
        for position in positions:
            self._positions[position.account, position.symbol] = position
        for change in changes:
            for listener in self._listeners:
                try:
                    listener(change)
                except Exception as error:  # noqa: BLE001 - a listener's failure is its own
                    self._log_failure(change, error)

    def _log_failure(self, change: Change, error: Exception) -> None:
        self._logger.error(
            "listener-failed",
            kind=change.event.kind,
            signal=change.after.signal,
            client_order_id=change.event.client_order_id,
            account=change.after.order.account,
            symbol=change.after.order.symbol,
            exc_info=error,
        )

    def _keep(self, state: OrderState) -> None:
        key = state.order.client_order_id
        finished = self._finished
        # One that turns up again, or ends again, is the newest.
        if key in finished:
            del finished[key]
        if state.status in _AT_HAND:
            self._open[key] = state
            return
        self._open.pop(key, None)
        finished[key] = state
        if len(finished) > self._remembered:
            finished.popitem(last=False)

    def order(self, client_order_id: str) -> OrderState | None:
        """Return an order that is open or recent; None says nothing about older ones."""
        return self._open.get(client_order_id) or self._finished.get(client_order_id)

    def open_orders(self) -> tuple[OrderState, ...]:
        """Return the orders that may still change, ABSENT ones among them, oldest first."""
        return tuple(self._open.values())

    def position(self, account: str, symbol: str) -> Position:
        """Return a position; a flat one if nothing was executed."""
        known = self._positions.get((account, symbol))
        return known or Position(account=account, symbol=symbol)

    def positions(self) -> tuple[Position, ...]:
        """Return all positions, flat ones included, by account and symbol."""
        return tuple(self._positions[key] for key in sorted(self._positions))

    def working(self, account: str, symbol: str) -> dict[Side, Decimal]:
        """Return what open orders may still buy and sell of a symbol, in base units."""
        sums = {Side.BUY: ZERO, Side.SELL: ZERO}
        for state in self._open.values():
            order = state.order
            if (order.account, order.symbol) == (account, symbol) and not state.status.is_final:
                left = subtract(order.quantity, state.executed.quantity)
                sums[order.side] = add(sums[order.side], max(left, ZERO))
        return sums

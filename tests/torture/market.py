"""The orders of the venue: what is done with each, written to the ledger first.

Invariants: a line is on disk before anybody hears of it; fill ids count from 1 within each order,
so that only the order's id makes them unique; what is left of a market order is filled in the end.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from decimal import Decimal
from typing import Any, Final

from tests.torture.book import Book, VenueOrder
from tests.torture.faults import Dice
from tests.torture.ledger import (
    Accepted,
    Canceled,
    Filled,
    Injected,
    Ledger,
    Line,
    Refused,
    Replaced,
)
from tests.torture.wire import Cancel, New, Replace, Told

__all__ = ["Market", "can_be_replaced"]

_LONGEST_WAIT: Final = 0.25
"""Seconds until the next piece of an order is filled, at the most."""
_MOST_PIECES: Final = 3
_FEE: Final = Decimal("0.001")


class Market:
    """Takes orders and fills them, piece by piece."""

    def __init__(
        self, ledger: Ledger, book: Book, dice: Dice, publish: Callable[[Told], None]
    ) -> None:
        """`publish` hears of every change of an order."""
        self._ledger = ledger
        self.book = book
        self._dice = dice
        self._publish = publish
        self._tasks: set[asyncio.Task[None]] = set()

    def resume(self) -> None:
        """Go on with what was open before a restart."""
        for order in list(self.book.orders.values()):
            if order.is_open and order.accepted.order_type == "market":
                self._start(self._fill_up(order))

    async def quiet(self) -> None:
        """Return once nothing more happens by itself."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Let nothing happen any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._ledger.close()

    def write(self, line: Line) -> None:
        """Put a line into the ledger and take it into the book."""
        self._ledger.write(line)
        self.book.apply(line)

    def accept(self, new: New) -> VenueOrder:
        """Let an order work; some are filled at once, in part or whole."""
        order_id = f"v-{len(self.book.orders) + 1}"
        self.write(
            Accepted(
                client_order_id=new.client_order_id,
                order_id=order_id,
                symbol=new.symbol,
                side=new.side,
                order_type=new.order_type,
                quantity=new.quantity,
                price=new.price,
            )
        )
        order = self.book.orders[order_id]
        self._publish(order.told(()))
        self._begin_to_fill(order)
        return order

    def refuse(self, new: New, code: str) -> None:
        """Refuse an order."""
        self.write(Refused(client_order_id=new.client_order_id, code=code))

    def cancel(self, order: VenueOrder, cancel: Cancel) -> None:
        """Let an order work no more; it may be filled all the same."""
        self.write(Canceled(order_id=order.order_id, request=cancel.request))
        self._publish(order.told(()))
        if self._happens("late_fill"):
            self._start(self._fill_late(order))

    def replace(self, order: VenueOrder, replace: Replace) -> None:
        """Give an order another id, quantity and price."""
        self.write(
            Replaced(
                order_id=order.order_id,
                request=replace.request,
                quantity=replace.quantity,
                price=replace.price,
            )
        )
        self._publish(order.told(()))

    def cancel_late(self, order: VenueOrder, cancel: Cancel) -> None:
        """Cancel in a moment, if the order works then."""

        async def later() -> None:
            await self._pass_time()
            if order.is_open:
                self.cancel(order, cancel)

        self._start(later())

    def replace_late(self, order: VenueOrder, replace: Replace) -> None:
        """Replace in a moment, if it can be done then."""

        async def later() -> None:
            await self._pass_time()
            if can_be_replaced(order, replace) and order.client_ids[-1] == replace.original:
                self.replace(order, replace)

        self._start(later())

    def _begin_to_fill(self, order: VenueOrder) -> None:
        if order.accepted.order_type == "market":
            if self._dice.one_in(2):
                self._fill(order, self._piece(order))
            self._start(self._fill_up(order))
        elif self._dice.one_in(2):
            self._start(self._fill_some(order))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _fill_up(self, order: VenueOrder) -> None:
        for _ in range(self._dice.whole(0, _MOST_PIECES - 1)):
            await self._pass_time()
            self._fill(order, self._piece(order))
        await self._pass_time()
        self._fill(order, order.left)

    async def _fill_some(self, order: VenueOrder) -> None:
        for _ in range(self._dice.whole(1, _MOST_PIECES)):
            await self._pass_time()
            self._fill(order, self._piece(order))

    async def _fill_late(self, order: VenueOrder) -> None:
        # Never whole: a canceled order that is filled tells no more that it was canceled.
        piece = min(self._piece(order), order.left - 1)
        await self._pass_time()
        self._fill(order, piece, late=True)

    def _happens(self, fault: str) -> bool:
        happens = self._dice.happens(fault)
        if happens:
            self.write(Injected(fault=f"fill: {fault}"))
        return happens

    async def _pass_time(self) -> None:
        await asyncio.sleep(self._dice.between(0, _LONGEST_WAIT))

    def _piece(self, order: VenueOrder) -> Decimal:
        return min(order.left, Decimal(self._dice.whole(1, 3)))

    def _fill(self, order: VenueOrder, quantity: Decimal, *, late: bool = False) -> None:
        if quantity <= 0 or not (order.is_open or late):
            return
        self._execute(order, min(quantity, order.left))
        if not order.left and self._happens("over_fill"):
            self._start(self._fill_over(order))

    async def _fill_over(self, order: VenueOrder) -> None:
        await self._pass_time()
        self._execute(order, Decimal(1))

    def _execute(self, order: VenueOrder, quantity: Decimal) -> None:
        price = order.price or 100 + Decimal(self._dice.whole(-100, 100)) / 100
        fill = Filled(
            order_id=order.order_id,
            fill_id=str(len(order.fills) + 1),
            quantity=quantity,
            price=price,
            fee=quantity * price * _FEE,
        )
        self.write(fill)
        self._publish(order.told((fill,)))

    def working(self) -> Iterable[VenueOrder]:
        """Return all orders that work."""
        return [order for order in self.book.orders.values() if order.is_open]


def can_be_replaced(order: VenueOrder, replace: Replace) -> bool:
    """Tell whether an order works and would be larger than what is executed of it."""
    return order.is_open and replace.quantity > order.filled

"""The orders of all accounts: those in the market, and those of lists that wait to come there.

Invariants:

1. An order has its id from its announcement on; whether it waits, and which number the market gives
   it, makes no difference to that. An id whose order was refused is not given again.
2. What ended while it waited never comes to the market.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order
from fillgate.market.execution import OWN_ORDER
from fillgate.market.records import Arrived, Liquidated, Record
from fillgate.market.venue_order import VenueOrder
from fillgate.practice.new_order import NewOrder
from fillgate.practice.order_index import OrderIndex
from fillgate.practice.trades import Trades
from fillgate.practice.views import NO_LIST, OrderView

__all__ = ["Announced", "Orders"]


class Announced(msgspec.Struct, kw_only=True):
    """An order that the exchange knows of."""

    order_id: int
    order: Order
    """For the market."""
    asked: NewOrder
    created: int
    """When it was announced, Unix microseconds."""
    list_id: int = NO_LIST
    number: int | None = None
    """The market's; None while it waits, and for one that never came there."""
    waiting: VenueOrder | None = None
    """As it stands while it is not in the market."""
    is_told: bool = False
    """Whether it was taken."""
    gave_way: bool = False
    """The exchange ended it for another one of its list."""
    reject_reason: str = "NONE"
    """Why it could not come to the market after it had waited."""


class Orders:
    """All orders, by the exchange's ids."""

    def __init__(
        self,
        market: Mapping[int, VenueOrder],
        trades: Trades,
        own_order: Callable[[Order], NewOrder] | None = None,
    ) -> None:
        """Know none.

        Args:
            market: the orders in the market, by its numbers.
            trades: what was executed of them.
            own_order: tells as what an order counts that the market itself places.
        """
        self._own_order = own_order
        self.index = OrderIndex()
        self._market = market
        self._trades = trades
        self._known: dict[int, Announced] = {}
        self._numbers: dict[int, int] = {}
        self._coming: dict[tuple[str, str], Announced] = {}
        self._last_id = 0

    # Orders that come

    def announce(
        self, order: Order, asked: NewOrder, now: int, list_id: int = NO_LIST
    ) -> Announced:
        """Give an order its id."""
        self._last_id += 1
        known = Announced(
            order_id=self._last_id, order=order, asked=asked, created=now, list_id=list_id
        )
        self._known[known.order_id] = known
        return known

    def expect(self, *announced: Announced) -> None:
        """Know which orders come to the market next."""
        self._coming = {_name(each.order): each for each in announced}

    def arrive(self, records: Sequence[Record]) -> None:
        """Take down which number the market gave to which order."""
        for record in records:
            if isinstance(record, Arrived):
                self._numbers[record.number] = self._coming[_name(record.order)].order_id
            elif isinstance(record, Liquidated):
                assert self._own_order is not None
                known = self.announce(record.order, self._own_order(record.order), record.at)
                self._numbers[record.number] = known.order_id

    def id_of(self, number: int) -> int:
        """Return the id of an order of the market."""
        return self._numbers[number]

    def take(self, held: VenueOrder, *, by_client: bool) -> tuple[OrderView, bool]:
        """Take in what became of an order in the market.

        Args:
            held: the order.
            by_client: whether a client's cancel was at work.

        Returns:
            The order, and whether it is new there.
        """
        known = self._known[self._numbers[held.number]]
        is_new = known.number is None
        known.number, known.waiting = held.number, None
        self._note(known, held.order)
        if held.status.is_final:
            self.index.end(known.order_id, held.order)
        if held.status is OrderStatus.CANCELED and held.pair is not None and not by_client:
            known.gave_way = not held.code and held.text != OWN_ORDER
        return self.view(known.order_id), is_new

    def amend(self, order_id: int, asked: NewOrder) -> None:
        """Let an order have been asked for with other terms."""
        self._known[order_id].asked = asked

    def _note(self, known: Announced, order: Order) -> None:
        if not known.is_told:
            known.is_told = True
            self.index.add(known.order_id, order)

    # Orders that wait

    def wait(self, order_id: int) -> None:
        """Let an order wait, instead of coming to the market."""
        known = self._known[order_id]
        known.waiting = VenueOrder(
            number=0,
            order=known.order,
            arrived=known.created,
            updated=known.created,
            status=OrderStatus.PENDING_NEW,
        )
        self._note(known, known.order)

    def waiting(self, order_id: int) -> Announced | None:
        """Return an order that waits; None if it does not, or not any more."""
        known = self._known[order_id]
        waits = known.waiting is not None and not known.waiting.status.is_final
        return known if waits else None

    def end(self, known: Announced, status: OrderStatus, now: int, reason: str = "NONE") -> None:
        """Let an order end that waits."""
        assert known.waiting is not None
        known.waiting = msgspec.structs.replace(known.waiting, status=status, updated=now)
        known.reject_reason = reason
        self.index.end(known.order_id, known.order)

    # Looking

    def view(self, order_id: int) -> OrderView:
        """Return an order as it is now."""
        known = self._known[order_id]
        held = known.waiting
        if held is None:
            assert known.number is not None
            held = self._market[known.number]
        return OrderView(
            order_id=order_id,
            held=held,
            asked=known.asked,
            trades=self._trades.of_order(order_id),
            created=known.created,
            list_id=known.list_id,
            gave_way=known.gave_way,
            reject_reason=known.reject_reason,
        )

    def find(
        self, account: str, symbol: str, order_id: int | None, client_order_id: str | None
    ) -> OrderView | None:
        """Return an order that fits all that is given; the newest of a client order id."""
        if order_id is None and client_order_id is not None:
            order_id = self.index.newest(account, symbol, client_order_id)
        known = None if order_id is None else self._known.get(order_id)
        if known is None or not known.is_told:
            return None
        ours = (known.order.account, known.order.symbol) == (account, symbol)
        named = client_order_id in {None, known.order.client_order_id}
        return self.view(known.order_id) if ours and named else None

    def list_of(self, order_id: int) -> int:
        """Return the id of an order's list; `NO_LIST` if it belongs to none."""
        return self._known[order_id].list_id

    def created(self, order_id: int) -> int:
        """Return when an order was announced, Unix microseconds."""
        return self._known[order_id].created

    def working(self, account: str, symbol: str | None = None) -> Iterator[OrderView]:
        """Return the orders that work or wait, oldest first."""
        return (self.view(order_id) for order_id in tuple(self.index.working(account, symbol)))


def _name(order: Order) -> tuple[str, str]:
    return order.account, order.client_order_id

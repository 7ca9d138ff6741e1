"""The executions of the exchange, numbered; both sides of one have one number.

Invariant: nothing is looked for by going through what was before: trades are kept by order, by
account and symbol, and by symbol.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec

from fillgate.domain.fills import Fill
from fillgate.domain.numbers import ZERO, add, multiply
from fillgate.domain.orders import Side
from fillgate.market.records import Filled, Record
from fillgate.market.venue_order import VenueOrder

__all__ = ["Day", "DayVolume", "Trade", "Trades"]

_KEPT: Final = 1_000
_MINUTE: Final = 60_000_000
_MINUTES: Final = 1_440


class Trade(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One side of an execution."""

    trade_id: int
    order_id: int
    symbol: str
    side: Side
    fill: Fill
    at: int
    """Unix microseconds."""
    maker: bool
    against: int
    """Number of the order on the other side; 0 for the market outside."""

    @property
    def worth(self) -> Decimal:
        """In the quote asset, without fees."""
        return multiply(self.fill.quantity, self.fill.price)

    @property
    def buyer_is_maker(self) -> bool:
        """Whether the buyer's order rested."""
        return self.maker is (self.side is Side.BUY)


class Day(NamedTuple):
    """What was traded in 24 hours."""

    quantity: Decimal = ZERO
    worth: Decimal = ZERO
    high: Decimal | None = None
    low: Decimal | None = None
    trades: int = 0
    first_id: int = -1

    def plus(self, trade: Trade) -> "Day":
        """Return it with a trade more."""
        price = trade.fill.price
        return Day(
            add(self.quantity, trade.fill.quantity),
            add(self.worth, trade.worth),
            price if self.high is None else max(self.high, price),
            price if self.low is None else min(self.low, price),
            self.trades + 1,
            self.first_id if self.trades else trade.trade_id,
        )


class DayVolume:
    """What was traded in the last 24 hours, to the minute."""

    def __init__(self) -> None:
        """Nothing so far."""
        self._minutes: deque[tuple[int, Day]] = deque()
        self.last: Trade | None = None
        """The last trade of all."""

    def count(self, trade: Trade) -> None:
        """Add a trade."""
        minute, known = trade.at // _MINUTE, Day()
        if self._minutes and self._minutes[-1][0] >= minute:
            minute, known = self._minutes.pop()
        self._minutes.append((minute, known.plus(trade)))
        self.last = trade

    def at(self, now: int) -> Day:
        """Return what was traded in the 24 hours before a time."""
        while self._minutes and self._minutes[0][0] < now // _MINUTE - _MINUTES:
            self._minutes.popleft()
        days = [day for _, day in self._minutes]
        if not days:
            return Day()
        return Day(
            sum((day.quantity for day in days), ZERO),
            sum((day.worth for day in days), ZERO),
            max(day.high for day in days if day.high is not None),
            min(day.low for day in days if day.low is not None),
            sum(day.trades for day in days),
            days[0].first_id,
        )


class Trades:
    """All trades."""

    def __init__(self) -> None:
        """None so far."""
        self._last_id = 0
        self._of_order: dict[int, list[Trade]] = {}
        self._of_account: dict[tuple[str, str], list[Trade]] = {}
        self._public: dict[str, deque[Trade]] = {}
        self._volumes: dict[str, DayVolume] = {}
        self.news: list[Trade] = []
        """Public trades that nobody has taken yet; for whoever publishes them."""

    def take_in(
        self,
        records: Sequence[Record],
        orders: Mapping[int, VenueOrder],
        id_of: Callable[[int], int],
    ) -> None:
        """Take in the executions of one step.

        Args:
            records: of the step.
            orders: those in the market, by its numbers.
            id_of: tells the exchange's id of an order by the market's number.
        """
        before: Filled | None = None
        for record in records:
            if isinstance(record, Filled):
                if not _is_other_side(before, record):
                    self._last_id += 1
                self._add(record, orders[record.number], id_of(record.number))
                before = record

    def _add(self, record: Filled, held: VenueOrder, order_id: int) -> None:
        order = held.order
        trade = Trade(
            trade_id=self._last_id,
            order_id=order_id,
            symbol=order.symbol,
            side=order.side,
            fill=record.fill,
            at=record.at,
            maker=record.maker,
            against=record.against,
        )
        self._of_order.setdefault(order_id, []).append(trade)
        self._of_account.setdefault((order.account, order.symbol), []).append(trade)
        if not (trade.maker and trade.against):
            # Of two orders that met the one that came stands for both.
            self._public.setdefault(order.symbol, deque(maxlen=_KEPT)).append(trade)
            self.volume(order.symbol).count(trade)
            self.news.append(trade)

    def of_order(self, order_id: int) -> Sequence[Trade]:
        """Return the trades of an order, oldest first."""
        return self._of_order.get(order_id, ())

    def of_account(self, account: str, symbol: str) -> Sequence[Trade]:
        """Return the trades of an account in a symbol, oldest first."""
        return self._of_account.get((account, symbol), ())

    def public(self, symbol: str) -> Sequence[Trade]:
        """Return the last trades of a symbol, oldest first."""
        return self._public.get(symbol, ())

    def volume(self, symbol: str) -> DayVolume:
        """Return what was traded of a symbol."""
        return self._volumes.setdefault(symbol, DayVolume())


def _is_other_side(before: Filled | None, record: Filled) -> bool:
    if before is None:
        return False
    return before.number == record.against and before.against == record.number

"""At which price a resting order fires.

A limit order fires when the other side of the market reaches its price; a stop when the last price
reaches its stop from the side of the loss; a take-profit from the side of the gain.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Final, NamedTuple

from fillgate.domain.orders import OrderType, Side
from fillgate.market.quotes import Market, Quote
from fillgate.market.rules import needed
from fillgate.market.venue_order import VenueOrder

__all__ = ["Level", "level_of"]

_bid: Final[Callable[[Quote], int]] = attrgetter("bid")
_last: Final[Callable[[Quote], int]] = attrgetter("last")
_ask: Final[Callable[[Quote], int]] = attrgetter("ask")

# Which of the three prices counts, and whether it has to rise to the level or to fall to it.
_Rule = tuple[Callable[[Quote], int], bool]
_LIMIT: Final[Mapping[Side, _Rule]] = {Side.BUY: (_ask, False), Side.SELL: (_bid, True)}
_STOP: Final[Mapping[Side, _Rule]] = {Side.BUY: (_last, True), Side.SELL: (_last, False)}
_PROFIT: Final[Mapping[Side, _Rule]] = {Side.BUY: (_last, False), Side.SELL: (_last, True)}
_UNTIL_TRIGGERED: Final[Mapping[OrderType, Mapping[Side, _Rule]]] = {
    OrderType.STOP: _STOP,
    OrderType.STOP_LIMIT: _STOP,
    OrderType.STOP_LOSS: _STOP,
    OrderType.TAKE_PROFIT: _PROFIT,
}


class Level(NamedTuple):
    """A price that a resting order waits for."""

    component: Callable[[Quote], int]
    """Which price of the quote counts."""
    rises: bool
    """Whether it fires at the level and above; else at the level and below."""
    ticks: int

    def reached(self, quote: Quote) -> bool:
        """Tell whether the order fires at this quote."""
        value = self.component(quote)
        return value >= self.ticks if self.rises else value <= self.ticks

    def position(self, market: Market) -> int:
        """Return the position of the market's path from which on the order fires."""
        if self.rises:
            return market.lowest_position(self.component, self.ticks)
        return market.highest_position(self.component, self.ticks)


def level_of(held: VenueOrder, market: Market) -> Level:
    """Return the price that an order waits for now."""
    order = held.order
    rules, price = _LIMIT, order.price
    if not held.triggered and order.order_type in _UNTIL_TRIGGERED:
        rules, price = _UNTIL_TRIGGERED[order.order_type], order.stop_price
    component, rises = rules[order.side]
    return Level(component, rises, _ticks(market, needed(price), up=rises))


def _ticks(market: Market, price: Decimal, *, up: bool) -> int:
    ticks, exact = market.ticks(price)
    # Between two ticks a rising price reaches the upper one only.
    return ticks + 1 if up and not exact else ticks

"""What an order that meets the market leads to, as records.

Invariants:

1. A taker pays the impact (`slippage`); a limit order is never executed outside its price.
2. A limit order that the market comes to is executed at its own price.
3. A reduce-only order is executed up to the position it can close; the rest is cancelled.
4. An order is executed once, in one piece.
"""

from decimal import Context, Decimal
from typing import Final

from fillgate.domain.fills import Fee, Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import canonical, multiply
from fillgate.domain.orders import Side, TimeInForce
from fillgate.market.quotes import Market, Quote
from fillgate.market.records import Closed, Filled, Record
from fillgate.market.rules import LIMIT_TYPES, POST_ONLY_CROSSES, crosses, needed, reducible
from fillgate.market.slippage import Impact
from fillgate.market.venue_order import VenueOrder

__all__ = ["Execution"]

_FEE_STEP: Final = Decimal("1e-8")
_WIDE: Final = Context(prec=96)


class Execution:
    """Decides on executions; keeps nothing but the venue's terms."""

    def __init__(self, impact: Impact, fee: Decimal) -> None:
        """Set the terms.

        Args:
            impact: how far takers move the market.
            fee: of every execution, as a part of its worth, in the quote currency.
        """
        self._impact = impact
        self._fee = fee

    def take(
        self, held: VenueOrder, at: int, market: Market, quote: Quote, position: Decimal
    ) -> list[Record]:
        """Let an order meet the market; without records it rests.

        Args:
            held: the order; its stop, if it has one, was reached.
            at: when, Unix microseconds.
            market: of its symbol.
            quote: at that time.
            position: net quantity of the symbol before.
        """
        order = held.order
        ticks = self._impact.taker_price(quote, order.side, order.quantity, market.listing.dollars)
        price = market.price(ticks)
        if order.order_type not in LIMIT_TYPES:
            return self._execute(held, at, market, price, position)
        if order.post_only and crosses(order, market, quote):
            code, text = POST_ONLY_CROSSES
            return [_closed(held, at, OrderStatus.REJECTED, code, text)]
        if _within(order.side, price, needed(order.price)):
            return self._execute(held, at, market, price, position)
        if order.time_in_force in {TimeInForce.IOC, TimeInForce.FOK}:
            text = "Could not be executed at once within its price."
            return [_closed(held, at, OrderStatus.EXPIRED, "", text)]
        return []

    def make(self, held: VenueOrder, at: int, market: Market, position: Decimal) -> list[Record]:
        """Execute a limit order that the market has come to."""
        return self._execute(held, at, market, needed(held.order.price), position)

    def _execute(
        self, held: VenueOrder, at: int, market: Market, price: Decimal, position: Decimal
    ) -> list[Record]:
        order = held.order
        if not order.reduce_only:
            return [self._filled(held, at, market, price, order.quantity)]
        quantity = min(order.quantity, reducible(order.side, position))
        records: list[Record] = []
        if quantity:
            records.append(self._filled(held, at, market, price, quantity))
        if quantity < order.quantity:
            text = "Nothing is left that a reduce-only order could close."
            records.append(_closed(held, at, OrderStatus.CANCELED, "", text))
        return records

    def _filled(
        self, held: VenueOrder, at: int, market: Market, price: Decimal, quantity: Decimal
    ) -> Filled:
        fill = Fill(
            fill_id=f"{held.order_id}-1",
            quantity=quantity,
            price=price,
            fees=self._fees(quantity, price, market.listing.quote),
            timestamp=at // 1000,
        )
        return Filled(at=at, number=held.number, fill=fill)

    def _fees(self, quantity: Decimal, price: Decimal, asset: str) -> tuple[Fee, ...]:
        if not self._fee:
            return ()
        amount = multiply(multiply(quantity, price), self._fee)
        return (Fee(asset, canonical(amount.quantize(_FEE_STEP, context=_WIDE))),)


def _within(side: Side, price: Decimal, limit: Decimal) -> bool:
    return price <= limit if side is Side.BUY else price >= limit


def _closed(held: VenueOrder, at: int, status: OrderStatus, code: str, text: str) -> Closed:
    return Closed(at=at, number=held.number, status=status, code=code, text=text)

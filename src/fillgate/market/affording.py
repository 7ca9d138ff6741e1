"""Which orders an account cannot place, for what it is or for what it owns.

Unlimited accounts can place any.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from fillgate.domain.numbers import multiply, subtract
from fillgate.domain.orders import Order, OrderType, Side
from fillgate.market.accounts import AccountKind, MarginTerms
from fillgate.market.execution import Execution
from fillgate.market.margin_calls import leverage_refusal
from fillgate.market.rules import Refusal
from fillgate.market.triggers import trail_start
from fillgate.market.venue_order import VenueOrder

__all__ = ["unaffordable"]


def unaffordable(
    step: Execution, order: Order, terms: MarginTerms, held: VenueOrder | None = None
) -> Refusal | None:
    """Return why an account cannot place an order; None if it can.

    Args:
        step: in which it arrives.
        order: as it is to be.
        terms: what margin accounts are subject to.
        held: the working order that is to get these terms, if it is one.
    """
    kind = step.state.ownership.account(order.account).kind
    for rule in _RULES[kind]:
        refusal = rule(step, order, terms, held)
        if refusal is not None:
            return refusal
    return None


def _refuse_contracts(
    step: Execution, order: Order, _terms: MarginTerms, _held: VenueOrder | None
) -> Refusal | None:
    if not step.market.listing.perpetual:
        return None
    text = f"{order.symbol} is a contract; a spot account trades assets."
    return Refusal("INVALID_SYMBOL", text)


def _refuse_protected_sales(
    _step: Execution, order: Order, _terms: MarginTerms, _held: VenueOrder | None
) -> Refusal | None:
    if order.side is Side.BUY or (order.stop_loss is None and order.take_profit is None):
        return None
    text = "A sale opens nothing in a spot account that stops could close."
    return Refusal("INVALID_STOPS", text)


def _refuse_leverage(
    _step: Execution, order: Order, terms: MarginTerms, _held: VenueOrder | None
) -> Refusal | None:
    return None if order.leverage is None else leverage_refusal(order.leverage, terms)


def _refuse_shortfall(
    step: Execution, order: Order, _terms: MarginTerms, held: VenueOrder | None
) -> Refusal | None:
    ownership = step.state.ownership
    worth = _worst_worth(step, order, held)
    if held is None:
        shortfall = ownership.shortfall(order, worth)
    else:
        shortfall = ownership.shortfall_of(replace(held, order=order), worth)
    return None if shortfall is None else Refusal("INSUFFICIENT_FUNDS", str(shortfall))


def _worst_worth(step: Execution, order: Order, held: VenueOrder | None) -> Decimal:
    """Return what is left of an order may cost or earn, at its own price or at what it finds."""
    listing, book, quote = step.market.listing, step.market.book, step.market.quote(step.at)
    best = None if held is None else held.best
    if best is None and order.order_type is OrderType.TRAILING_STOP:
        best = trail_start(order, quote)
    price = step.state.ownership.own_price(order, best)
    quantity = order.quantity if held is None else subtract(order.quantity, held.filled_quantity)
    if price is None:
        return step.worth(order.side, listing.lots(quantity)[0])
    if order.side is Side.SELL:
        bid = max(quote.bid, book.best_ticks(Side.BUY) or 0)
        price = max(price, listing.price(bid))
    return multiply(quantity, price)


_Rule = Callable[[Execution, Order, MarginTerms, VenueOrder | None], Refusal | None]
_RULES: Final[dict[AccountKind, Sequence[_Rule]]] = {
    AccountKind.UNLIMITED: (),
    AccountKind.SPOT: (_refuse_contracts, _refuse_protected_sales, _refuse_shortfall),
    AccountKind.MARGIN: (_refuse_leverage, _refuse_shortfall),
}

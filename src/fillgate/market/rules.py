"""Which orders the venue refuses, and in which words. Each rule is one small function."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from operator import attrgetter
from typing import Final, NamedTuple

import msgspec

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.numbers import ZERO, decimal_text, multiply
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce, required_fields
from fillgate.market.feeds.base import Quote
from fillgate.market.listings import Listing
from fillgate.market.triggers import component_of

__all__ = [
    "CAPABILITIES",
    "LIMIT_TYPES",
    "POST_ONLY_CROSSES",
    "Circumstances",
    "Refusal",
    "expiry",
    "has_limit",
    "pair_refusal",
    "reducible",
    "refusal_of",
]


class Refusal(NamedTuple):
    """Why an order is refused."""

    code: str
    text: str


CAPABILITIES: Final = Capabilities(
    order_types=frozenset(OrderType),
    time_in_force=frozenset(TimeInForce),
    attached_stops=True,
    reduce_only=True,
    post_only=True,
    fetch_order=True,
    settle_seconds=1.0,
    cancel_order=True,
    replace_order=True,
    open_orders=True,
    fills=True,
    positions=True,
    balances=True,
    instruments=True,
    stream_reports=True,
    arrival_quotes=True,
)
"""What the simulated venue can do."""

_PRICES: Final = ("price", "stop_price", "trail", "stop_loss", "take_profit")
_DAY: Final = 86_400_000_000

_prices: Final = attrgetter(*_PRICES)
# All that rules are about besides the quantity, and what a plain market order has of it.
_conditions: Final = attrgetter(
    "order_type", "quote_quantity", *_PRICES, "time_in_force", "post_only", "reduce_only"
)
_of_pair: Final = attrgetter("account", "symbol", "side", "quantity", "leverage")
_PLAIN: Final = (OrderType.MARKET, None, None, None, None, None, None, None, False, False)

LIMIT_TYPES: Final = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
"""The types that always work at a price of their own."""

POST_ONLY_CROSSES: Final = Refusal(
    "POST_ONLY_WOULD_CROSS", "Order would immediately match and take."
)


class Circumstances(msgspec.Struct, frozen=True, gc=False):
    """What a rule may look at."""

    order: Order
    at: int
    """When the order arrives, Unix microseconds."""
    listing: Listing
    quote: Quote
    position: Decimal
    """Net quantity of the symbol before the order."""

    @property
    def lots(self) -> int:
        """The order's quantity in lots, rounded down."""
        return self.listing.lots(self.order.quantity)[0]


def refusal_of(circumstances: Circumstances) -> Refusal | None:
    """Return why an order is refused; None if it is taken."""
    order = circumstances.order
    if _conditions(order) == _PLAIN:
        # The most frequent order is one that most rules are not about.
        return _refuse_quantity(circumstances) or _refuse_notional(circumstances)
    for rule in _RULES:
        refusal = rule(circumstances)
        if refusal is not None:
            return refusal
    return None


def expiry(order: Order, arrived: int) -> int | None:
    """Return when an order's time is over, Unix microseconds; None if it works until cancelled.

    A day order ends with the day of its arrival, by UTC.
    """
    if order.time_in_force is TimeInForce.DAY:
        return (arrived // _DAY + 1) * _DAY
    if order.time_in_force is TimeInForce.GTD and order.expire_time is not None:
        return order.expire_time * 1000
    return None


def has_limit(order: Order, *, triggered: bool) -> bool:
    """Tell whether an order works at a price of its own.

    A take-profit does if it has one, one of two that cancel each other until its stop is reached.
    """
    match order.order_type:
        case OrderType.TAKE_PROFIT:
            return order.price is not None
        case OrderType.OCO:
            return not triggered
    return order.order_type in LIMIT_TYPES


def pair_refusal(first: Order, second: Order) -> Refusal | None:
    """Return why two orders cannot be one-cancels-the-other; None if they can."""
    if _of_pair(first) == _of_pair(second):
        return None
    text = "Both orders must be of one account, symbol, side, quantity and leverage."
    return Refusal("INVALID_PAIR", text)


def reducible(side: Side, position: Decimal) -> Decimal:
    """Return how much of a position orders of this side can close."""
    return max(ZERO, -position if side is Side.BUY else position)


def _refuse_type(given: Circumstances) -> Refusal | None:
    order = given.order
    if order.order_type not in CAPABILITIES.order_types:
        return Refusal("UNSUPPORTED_ORDER_TYPE", f"Order type {order.order_type} is not supported.")
    if order.quote_quantity is not None:
        return Refusal("UNSUPPORTED_QUANTITY", "Quantities in quote currency are not supported.")
    return None


def _refuse_quantity(given: Circumstances) -> Refusal | None:
    quantity, lot = given.order.quantity, given.listing.lot
    if quantity <= 0:
        return Refusal("INVALID_QUANTITY", "Order quantity must be positive.")
    if not given.listing.lots(quantity)[1]:
        return Refusal("INVALID_QUANTITY", _no_multiple("Order quantity", quantity, lot, "lot"))
    return None


def _refuse_prices(given: Circumstances) -> Refusal | None:
    order = given.order
    for name in required_fields(order.order_type):
        if getattr(order, name) is None:
            return Refusal("INVALID_PRICE", f"Mandatory parameter {name} was not sent.")
    for name, price in zip(_PRICES, _prices(order), strict=True):
        if price is None:
            continue
        if price <= 0:
            return Refusal("INVALID_PRICE", f"Parameter {name} must be positive.")
        if not given.listing.ticks(price)[1]:
            text = _no_multiple(f"Parameter {name}", price, given.listing.tick, "tick")
            return Refusal("INVALID_PRICE", text)
    return None


def _no_multiple(what: str, value: Decimal, step: Decimal, name: str) -> str:
    return f"{what} {decimal_text(value)} is no multiple of the {name} {decimal_text(step)}."


def _refuse_notional(given: Circumstances) -> Refusal | None:
    order, least = given.order, given.listing.minimum_notional
    if not least or order.reduce_only:
        return None
    price = order.price or order.stop_price or given.listing.price(given.quote.last)
    if order.order_type is OrderType.OCO:
        price = min(price, order.stop_price or price)
    worth = multiply(order.quantity, price)
    if worth >= least:
        return None
    text = f"Order is worth {decimal_text(worth)}, the minimum is {decimal_text(least)}."
    return Refusal("MINIMUM_NOTIONAL", text)


def _refuse_time(given: Circumstances) -> Refusal | None:
    order = given.order
    if order.time_in_force is TimeInForce.GTD and order.expire_time is None:
        return Refusal("INVALID_EXPIRE_TIME", "A GTD order needs an expire time.")
    end = expiry(order, given.at)
    if end is not None and end <= given.at:
        return Refusal("INVALID_EXPIRE_TIME", "The expire time is in the past.")
    return None


def _refuse_post_only(given: Circumstances) -> Refusal | None:
    order = given.order
    if not order.post_only:
        return None
    immediate = order.time_in_force in {TimeInForce.IOC, TimeInForce.FOK}
    if immediate or order.order_type not in LIMIT_TYPES:
        return Refusal("INVALID_POST_ONLY", "Only limit orders that may rest can be post-only.")
    return None


def _refuse_oco(given: Circumstances) -> Refusal | None:
    order = given.order
    if order.order_type is not OrderType.OCO:
        return None
    if order.time_in_force in {TimeInForce.IOC, TimeInForce.FOK}:
        return Refusal("INVALID_ORDER", "An order that is to rest cannot be IOC or FOK.")
    assert order.price is not None
    assert order.stop_price is not None
    market = given.listing.price(component_of(order).of(given.quote))
    low, high = sorted((order.price, order.stop_price))
    above = high == (order.price if order.side is Side.SELL else order.stop_price)
    if above and low < market < high:
        return None
    limit_is, stop_is = ("above", "below") if order.side is Side.SELL else ("below", "above")
    text = f"Price must be {limit_is} the market, and stop price {stop_is} it."
    return Refusal("INVALID_PRICE", text)


def _refuse_reduce_only(given: Circumstances) -> Refusal | None:
    order = given.order
    if not order.reduce_only:
        return None
    if order.stop_loss is not None or order.take_profit is not None:
        return Refusal("INVALID_STOPS", "A reduce-only order cannot carry stops.")
    if not reducible(order.side, given.position):
        return Refusal("REDUCE_ONLY_REJECTED", "There is no position that the order would reduce.")
    return None


def _refuse_stops(given: Circumstances) -> Refusal | None:
    order = given.order
    if order.stop_loss is None and order.take_profit is None:
        return None
    reference = order.price or order.stop_price or given.listing.price(given.quote.last)
    below, above = order.stop_loss, order.take_profit
    if order.side is Side.SELL:
        below, above = above, below
    if (below is not None and below >= reference) or (above is not None and above <= reference):
        return Refusal("INVALID_STOPS", "Stop loss or take profit would trigger immediately.")
    return None


_RULES: Final[Sequence[Callable[[Circumstances], Refusal | None]]] = (
    _refuse_type,
    _refuse_quantity,
    _refuse_prices,
    _refuse_notional,
    _refuse_time,
    _refuse_post_only,
    _refuse_oco,
    _refuse_reduce_only,
    _refuse_stops,
)

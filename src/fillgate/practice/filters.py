"""The filters of a symbol: what they say in `exchangeInfo`, and which orders they refuse.

Each filter is one small function; of several that an order breaks the first one counts. Source:
Binance Spot API documentation, "Filters".
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from fillgate.domain.numbers import ZERO, multiply
from fillgate.practice.amounts import amount_text
from fillgate.practice.errors import filter_failure
from fillgate.practice.symbols import Symbol

__all__ = ["HIGHEST_PRICE", "Offered", "check_filters", "described_filters"]

HIGHEST_PRICE: Final = Decimal(1_000_000)
_MOST: Final = Decimal(9_000_000)
_MOST_AT_MARKET: Final = Decimal(1_000_000)
_HIGHEST_WORTH: Final = Decimal(9_000_000)
_UP: Final = Decimal(5)
_DOWN: Final = Decimal("0.2")
_MINUTES: Final = 5
MOST_ORDERS: Final = 200
MOST_STOPS: Final = 5
MOST_LISTS: Final = 20


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """What filters look at: an order, and where it would come."""

    symbol: Symbol
    at_market: bool
    """It takes what it finds, at once or later."""
    quantity: Decimal | None = None
    """None where a worth is given instead."""
    worth: Decimal | None = None
    price: Decimal | None = None
    stop_price: Decimal | None = None
    last: Decimal
    """The last price."""
    open_orders: int = 0
    """Of the account in this symbol."""
    open_stops: int = 0
    is_stop: bool = False
    open_lists: int | None = None
    """The same of lists, for an order of a list."""


def _breaks(value: Decimal | None, least: Decimal, most: Decimal, step: Decimal) -> bool:
    if value is None:
        return False
    return not least <= value <= most or bool(value % step)


def _price_filter(offered: Offered) -> bool:
    tick = offered.symbol.tick
    prices = (offered.price, offered.stop_price)
    return any(_breaks(price, tick, HIGHEST_PRICE, tick) for price in prices)


def _percent_price(offered: Offered) -> bool:
    if offered.price is None:
        return False
    return not multiply(offered.last, _DOWN) <= offered.price <= multiply(offered.last, _UP)


def _lot_size(offered: Offered) -> bool:
    lot = offered.symbol.lot
    return _breaks(offered.quantity, lot, _MOST, lot)


def _market_lot_size(offered: Offered) -> bool:
    if not offered.at_market or offered.quantity is None:
        return False
    return offered.quantity > _MOST_AT_MARKET


def _notional(offered: Offered) -> bool:
    worth = offered.worth
    if worth is None:
        price = offered.price or offered.stop_price or offered.last
        worth = multiply(offered.quantity or ZERO, price)
    too_much = worth > _HIGHEST_WORTH and not offered.at_market
    return worth < offered.symbol.least_worth or too_much


def _max_num_orders(offered: Offered) -> bool:
    return offered.open_orders >= MOST_ORDERS


def _max_num_algo_orders(offered: Offered) -> bool:
    return offered.is_stop and offered.open_stops >= MOST_STOPS


def _max_num_order_lists(offered: Offered) -> bool:
    return offered.open_lists is not None and offered.open_lists >= MOST_LISTS


_FILTERS: Final[Sequence[tuple[str, Callable[[Offered], bool]]]] = (
    ("PRICE_FILTER", _price_filter),
    ("PERCENT_PRICE_BY_SIDE", _percent_price),
    ("LOT_SIZE", _lot_size),
    ("MARKET_LOT_SIZE", _market_lot_size),
    ("NOTIONAL", _notional),
    ("MAX_NUM_ORDERS", _max_num_orders),
    ("MAX_NUM_ALGO_ORDERS", _max_num_algo_orders),
    ("MAX_NUM_ORDER_LISTS", _max_num_order_lists),
)


def check_filters(offered: Offered) -> None:
    """Refuse an order that does not pass all filters.

    Raises:
        Refused: by the first that it breaks (-1013).
    """
    for name, breaks in _FILTERS:
        if breaks(offered):
            raise filter_failure(name)


def described_filters(symbol: Symbol) -> list[dict[str, Any]]:
    """Return the filters in the form of `exchangeInfo`."""
    tick, lot = amount_text(symbol.tick), amount_text(symbol.lot)
    sides = ("bidMultiplierUp", "askMultiplierUp"), ("bidMultiplierDown", "askMultiplierDown")
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": tick,
            "maxPrice": amount_text(HIGHEST_PRICE),
            "tickSize": tick,
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": lot,
            "maxQty": amount_text(_MOST),
            "stepSize": lot,
        },
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": amount_text(ZERO),
            "maxQty": amount_text(_MOST_AT_MARKET),
            "stepSize": amount_text(ZERO),
        },
        {
            "filterType": "PERCENT_PRICE_BY_SIDE",
            **dict.fromkeys(sides[0], str(_UP)),
            **dict.fromkeys(sides[1], str(_DOWN)),
            "avgPriceMins": _MINUTES,
        },
        {
            "filterType": "NOTIONAL",
            "minNotional": amount_text(symbol.least_worth),
            "applyMinToMarket": True,
            "maxNotional": amount_text(_HIGHEST_WORTH),
            "applyMaxToMarket": False,
            "avgPriceMins": _MINUTES,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": MOST_ORDERS},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": MOST_STOPS},
        {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": MOST_LISTS},
    ]

"""The filters of a contract: what they say in `exchangeInfo`, and which orders they refuse.

Each is one small function that returns why an order is refused; of several the first counts.
Source: Binance USDⓈ-M Futures API documentation, "Common Definition" and "Error Code".
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from fillgate.domain.numbers import ZERO, decimal_text, multiply
from fillgate.domain.orders import Side
from fillgate.practice.amounts import amount_text
from fillgate.practice.errors import Refused
from fillgate.practice.filters import HIGHEST_PRICE, MOST_ORDERS
from fillgate.practice.futures.errors import bad_precision, too_little, too_many_orders
from fillgate.practice.futures.new_order import NewContractOrder
from fillgate.practice.symbols import Symbol

__all__ = ["check_filters", "described_filters", "places"]

_MOST: Final = Decimal(1_000)
_MOST_AT_MARKET: Final = Decimal(120)
_UP: Final = Decimal("1.15")
_DOWN: Final = Decimal("0.85")

_Reason = Refused | None


def places(step: Decimal) -> int:
    """Return how many decimal places a step has."""
    exponent = step.as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)


def _most(symbol: Symbol, contracts: Decimal) -> Decimal:
    # So many steps of a thousandth, as of BTC: cheaper assets come in larger steps.
    return multiply(contracts, symbol.lot / Decimal("0.001"))


def _precision(new: NewContractOrder, symbol: Symbol) -> _Reason:
    pairs = ((new.price, symbol.tick), (new.quantity, symbol.lot))
    fine = all(value is None or places(value.normalize()) <= places(step) for value, step in pairs)
    return None if fine else bad_precision()


def _price(new: NewContractOrder, symbol: Symbol) -> _Reason:
    if new.price is None:
        return None
    if new.price > HIGHEST_PRICE:
        return Refused(-4002, "Price greater than max price.")
    if new.price < symbol.tick:
        return Refused(-4013, "Price less than min price.")
    return Refused(-4014, "Price not increased by tick size.") if new.price % symbol.tick else None


def _quantity(new: NewContractOrder, symbol: Symbol) -> _Reason:
    quantity = new.quantity
    assert quantity is not None
    most = _most(symbol, _MOST_AT_MARKET if new.price is None else _MOST)
    if quantity < symbol.lot:
        return Refused(-4004, "Quantity less than min quantity.")
    if quantity > most:
        return Refused(-4005, "Quantity greater than max quantity.")
    return Refused(-4023, "Qty not increased by step size.") if quantity % symbol.lot else None


def _percent(new: NewContractOrder, mark: Decimal) -> _Reason:
    if new.price is None:
        return None
    if new.side is Side.BUY and new.price > multiply(mark, _UP):
        return Refused(-4016, "Price is higher than mark price multiplier cap.")
    if new.side is Side.SELL and new.price < multiply(mark, _DOWN):
        return Refused(-4024, "Price is lower than mark price multiplier floor.")
    return None


def _notional(new: NewContractOrder, symbol: Symbol, mark: Decimal, *, amends: bool) -> _Reason:
    worth = multiply(new.quantity or ZERO, new.price or mark)
    if new.reduce_only or worth >= symbol.least_worth:
        return None
    return too_little(decimal_text(symbol.least_worth), amends=amends)


def check_filters(
    new: NewContractOrder,
    symbol: Symbol,
    mark: Decimal,
    open_orders: int = 0,
    *,
    amends: bool = False,
) -> None:
    """Refuse an order that does not pass all filters.

    Args:
        new: the order.
        symbol: its contract.
        mark: the mark price.
        open_orders: how many the account has in this contract.
        amends: whether it is a working order with other terms.

    Raises:
        Refused: by the first that it breaks.
    """
    filters: Sequence[Callable[[], _Reason]] = (
        lambda: _precision(new, symbol),
        lambda: _price(new, symbol),
        lambda: _quantity(new, symbol),
        lambda: _percent(new, mark),
        lambda: _notional(new, symbol, mark, amends=amends),
        lambda: too_many_orders() if open_orders >= MOST_ORDERS else None,
    )
    for broken in filters:
        if (refused := broken()) is not None:
            raise refused


def described_filters(symbol: Symbol) -> list[dict[str, Any]]:
    """Return the filters in the form of `exchangeInfo`."""
    tick, lot = amount_text(symbol.tick), amount_text(symbol.lot)
    highest = amount_text(HIGHEST_PRICE)
    sizes = {"LOT_SIZE": _MOST, "MARKET_LOT_SIZE": _MOST_AT_MARKET}
    return [
        {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": highest, "tickSize": tick},
        *(
            {
                "filterType": name,
                "minQty": lot,
                "maxQty": amount_text(_most(symbol, most)),
                "stepSize": lot,
            }
            for name, most in sizes.items()
        ),
        {"filterType": "MAX_NUM_ORDERS", "limit": MOST_ORDERS},
        {"filterType": "MIN_NOTIONAL", "notional": decimal_text(symbol.least_worth)},
        {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": f"{_UP:.4f}",
            "multiplierDown": f"{_DOWN:.4f}",
            "multiplierDecimal": "4",
        },
    ]

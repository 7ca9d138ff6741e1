"""An order's numbers, in the steps of its market.

Invariants:

1. A quantity goes down to the step, never up: nothing is traded that was not asked for.
2. Prices of a buy go down, those of a sell up, stops and targets too, so that no price is worse
   than the one that was asked for. A stop is set off by it at most one step sooner, a target at
   most one step later. Attached stops are of the other side, for they close. A
   distance goes down.
3. What would be nothing, too little or too much is Denied, with the arithmetic.
4. Contracts and amounts are turned into each other exactly, and only where one is a fixed number of
   the other: never on inverse markets, where it depends on the price.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

import msgspec

from fillgate.domain.errors import Denied
from fillgate.domain.numbers import ZERO, canonical, decimal_text, divide, multiply
from fillgate.domain.orders import Order, QuantityUnit, Side
from fillgate.plugins.ccxt.markets import Market
from fillgate.plugins.ccxt.steps import Step, steps_in

__all__ = ["Sized", "sized"]

_OWN_PRICES: Final = ("price", "stop_price")
_ATTACHED_PRICES: Final = ("stop_loss", "take_profit")


class Sized(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent of an order."""

    quantity: Decimal
    """In what ccxt's quantities of the market count."""
    price: Decimal | None = None
    stop_price: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    trail: Decimal | None = None
    told: tuple[str, ...] = ()
    """What became another number, and how, one text each."""


def sized(order: Order, market: Market) -> Sized:
    """Return an order's numbers as its market takes them.

    Raises:
        Denied: UNSUPPORTED_QUANTITY (its unit is none of this market), INVALID_QUANTITY,
            INVALID_PRICE or MINIMUM_NOTIONAL.
    """
    told: list[str] = []
    quantity = _quantity(order, market, told)
    prices = {
        **_prices(order, market, _OWN_PRICES, order.side, told),
        **_prices(order, market, _ATTACHED_PRICES, order.side.opposite, told),
        **_prices(order, market, ("trail",), Side.BUY, told),
    }
    _check_notional(order, market, quantity, prices.get("price"))
    return Sized(quantity=quantity, told=tuple(told), **prices)


def _quantity(order: Order, market: Market, told: list[str]) -> Decimal:
    converted = _CONVERSIONS[order.quantity_unit](order.quantity, market, told)
    whole = market.quantity_step.down(converted.number)
    unit = converted.unit
    if whole != converted.number:
        told.append(
            f"{converted.text} {unit} rounded down to {decimal_text(whole)}, the step being"
            f" {_step_text(market.quantity_step, converted.number)}"
        )
    _check_quantity(market, whole, unit, told or [f"{converted.text} {unit}"])
    return whole


class _Converted(msgspec.Struct, frozen=True):
    number: Decimal
    """Exact, or at least rounded down."""
    text: str
    unit: str


def _of_base(quantity: Decimal, market: Market, told: list[str]) -> _Converted:
    unit = market.base
    if market.contract_size is None:
        return _Converted(quantity, decimal_text(quantity), unit)
    if market.inverse:
        raise Denied(
            "UNSUPPORTED_QUANTITY",
            f"a contract of {market.symbol} is {decimal_text(market.contract_size)}"
            f" {market.quote}, so how many {market.base} it is depends on the price; send a number"
            " of contracts",
        )
    if not market.in_contracts or market.contract_size == 1:
        return _Converted(quantity, decimal_text(quantity), unit)
    return _in_contracts(quantity, market, market.contract_size, told)


def _in_contracts(quantity: Decimal, market: Market, size: Decimal, told: list[str]) -> _Converted:
    # A quotient may have no end. Cut to whole steps it is exact.
    step = market.quantity_step.size or Decimal(1)
    exact = multiply(Decimal(steps_in(quantity, multiply(size, step))), step)
    shown = decimal_text(divide(quantity, size))
    told.append(
        f"{decimal_text(quantity)} {market.base} / {decimal_text(size)} {market.base} a contract ="
        f" {shown} contracts"
    )
    if multiply(exact, size) != quantity:
        told.append(f"{shown} contracts rounded down to {decimal_text(canonical(exact))}")
    return _Converted(canonical(exact), decimal_text(canonical(exact)), "contracts")


def _of_contracts(quantity: Decimal, market: Market, told: list[str]) -> _Converted:
    if market.contract_size is None:
        raise Denied(
            "UNSUPPORTED_QUANTITY",
            f"{market.symbol} is a spot market, which has no contracts; send a quantity of"
            f" {market.base}",
        )
    if market.in_contracts:
        return _Converted(quantity, decimal_text(quantity), "contracts")
    unit = market.quote if market.inverse else market.base
    amount = canonical(multiply(quantity, market.contract_size))
    told.append(
        f"{decimal_text(quantity)} contracts of {decimal_text(market.contract_size)} {unit} ="
        f" {decimal_text(amount)} {unit}"
    )
    return _Converted(amount, decimal_text(amount), unit)


def _of_lots(_lots: Decimal, market: Market, _told: list[str]) -> _Converted:
    raise Denied(
        "UNSUPPORTED_QUANTITY",
        f"{market.symbol} is not traded in lots; send a quantity of {market.base}"
        + ("" if market.contract_size is None else " or a number of contracts"),
    )


_CONVERSIONS: Final[Mapping[QuantityUnit, Callable[[Decimal, Market, list[str]], _Converted]]] = {
    QuantityUnit.BASE: _of_base,
    QuantityUnit.CONTRACTS: _of_contracts,
    QuantityUnit.LOTS: _of_lots,
}


def _check_quantity(market: Market, quantity: Decimal, unit: str, told: list[str]) -> None:
    least = market.minimum_quantity or market.quantity_step.size or ZERO
    most = market.maximum_quantity
    if not quantity or quantity < least:
        bound = f"; {market.symbol} takes at least {decimal_text(least)} {unit}"
    elif most is not None and quantity > most:
        bound = f"; {market.symbol} takes at most {decimal_text(most)} {unit}"
    else:
        return
    raise Denied("INVALID_QUANTITY", "; ".join(told) + bound)


def _prices(
    order: Order, market: Market, names: tuple[str, ...], side: Side, told: list[str]
) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    step = market.price_step
    for name in names:
        asked: Decimal | None = getattr(order, name)
        if asked is None:
            continue
        found[name] = step.down(asked) if side is Side.BUY else step.up(asked)
        if found[name] != asked:
            direction = "down" if side is Side.BUY else "up"
            told.append(
                f"{name} {decimal_text(asked)} rounded {direction} to {decimal_text(found[name])},"
                f" the step being {_step_text(step, asked)}"
            )
        if not found[name]:
            raise Denied(
                "INVALID_PRICE",
                f"{name} {decimal_text(asked)} is less than the price step"
                f" {_step_text(step, asked)} of {market.symbol}",
            )
    return found


def _check_notional(order: Order, market: Market, quantity: Decimal, price: Decimal | None) -> None:
    # What a market order will be worth only the venue knows; and what reduces a position may be
    # worth less at most venues.
    least = market.minimum_notional
    if least is None or price is None or market.inverse or order.reduce_only:
        return
    size = market.contract_size if market.in_contracts and market.contract_size else Decimal(1)
    worth = multiply(multiply(quantity, size), price)
    if worth < least:
        factors = [quantity, price] if size == 1 else [quantity, size, price]
        raise Denied(
            "MINIMUM_NOTIONAL",
            f"{' * '.join(decimal_text(each) for each in factors)} ="
            f" {decimal_text(canonical(worth))} {market.quote}, and {market.symbol} takes at least"
            f" {decimal_text(least)} {market.quote}",
        )


def _step_text(step: Step, number: Decimal) -> str:
    return decimal_text(step.at(number) or ZERO)

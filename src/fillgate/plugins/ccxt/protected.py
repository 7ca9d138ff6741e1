"""An order with the orders that protect it, as one request: a list, in Binance's form.

Invariants:

1. The order itself is what it would be alone, under the same client order id.
2. What protects it is named after it (`ids.made_from`), closes all of it, and waits until it is
   filled in whole.
3. What the venue would drop later is refused here: stops on the wrong side, and orders that may end
   filled in part, which would stay without protection.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from fillgate.domain.errors import Denied
from fillgate.domain.ids import made_from
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import decimal_text
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from fillgate.domain.reports import ExecutionReport
from fillgate.plugins.ccxt.markets import Market
from fillgate.plugins.ccxt.sizing import Sized
from fillgate.plugins.ccxt.values import Fields, text
from fillgate.plugins.ccxt.venues import OrderLists, Venue

__all__ = ["is_protected", "is_refused_stop", "leg_of", "list_method", "list_of"]

_LOSS, _PROFIT = "sl", "tp"


def is_protected(order: Order) -> bool:
    """Tell whether an order carries stops."""
    return order.stop_loss is not None or order.take_profit is not None


def list_method(order: Order, lists: OrderLists) -> str:
    """Return ccxt's method that places an order with its stops."""
    has_both = order.stop_loss is not None and order.take_profit is not None
    return lists.with_two if has_both else lists.with_one


def list_of(order: Order, market: Market, sizes: Sized, venue: Venue, name: str) -> dict[str, Any]:
    """Return the request for an order with its stops.

    Args:
        order: the order.
        market: its market.
        sizes: its numbers in the venue's steps.
        venue: the exchange's entry in the table, which has lists.
        name: the order's client order id as the venue takes it.

    Raises:
        Denied: it cannot be placed as it is.
    """
    lists = venue.order_lists
    assert lists is not None
    legs = _legs(sizes, lists)
    _check(order, market, sizes, venue, [kind for _, kind, _ in legs.values()])
    quantity, closing = decimal_text(sizes.quantity), order.side.opposite
    request = {
        "symbol": market.venue_symbol,
        "listClientOrderId": f"{name}-list",
        "newOrderRespType": "FULL",
        **_working(order, sizes, name),
        "pendingSide": closing.value.upper(),
        "pendingQuantity": quantity,
    }
    for place, (suffix, kind, price) in _placed(legs, closing):
        request[f"pending{place}Type"] = kind
        request[f"pending{place}StopPrice"] = decimal_text(price)
        request[f"pending{place}ClientOrderId"] = f"{name}-{suffix}"
    return request


def leg_of(answer: object, name: str) -> Fields | None:
    """Return what the answer to a list tells of the order of a client order id, unread.

    Raises:
        BrokenAnswer: a value cannot be.
    """
    reports = answer.get("orderReports") if isinstance(answer, Mapping) else None
    if not isinstance(reports, list):
        return None
    named = (each for each in reports if isinstance(each, Mapping))
    return next((each for each in named if text(each, "clientOrderId") == name), None)


def is_refused_stop(report: ExecutionReport) -> bool:
    """Tell whether a report says that what was to protect an order of ours could not be placed."""
    name = report.client_order_id
    return (
        report.status is OrderStatus.REJECTED and name is not None and made_from(name) is not None
    )


_Leg = tuple[str, str, Decimal]
"""Suffix of its client order id, type, stop price."""


def _legs(sizes: Sized, lists: OrderLists) -> dict[str, _Leg]:
    legs: dict[str, _Leg] = {}
    if sizes.stop_loss is not None:
        legs[_LOSS] = (_LOSS, lists.stop_loss, sizes.stop_loss)
    if sizes.take_profit is not None:
        legs[_PROFIT] = (_PROFIT, lists.take_profit, sizes.take_profit)
    return legs


def _placed(legs: Mapping[str, _Leg], closing: Side) -> Iterator[tuple[str, _Leg]]:
    """Return what protects an order with its place in the names of the parameters."""
    if len(legs) == 1:
        yield from (("", leg) for leg in legs.values())
        return
    below = _LOSS if closing is Side.SELL else _PROFIT
    for suffix, leg in legs.items():
        yield ("Below" if suffix == below else "Above"), leg


def _working(order: Order, sizes: Sized, name: str) -> dict[str, Any]:
    assert sizes.price is not None
    request = {
        "workingType": "LIMIT_MAKER" if order.post_only else "LIMIT",
        "workingSide": order.side.value.upper(),
        "workingClientOrderId": name,
        "workingPrice": decimal_text(sizes.price),
        "workingQuantity": decimal_text(sizes.quantity),
    }
    if not order.post_only:
        request["workingTimeInForce"] = (order.time_in_force or TimeInForce.GTC).value
    return request


def _check(order: Order, market: Market, sizes: Sized, venue: Venue, kinds: list[str]) -> None:
    faults = {
        f"order_type={order.order_type} with stop_loss or take_profit; send a limit order, or the"
        " stops as orders of their own once it is filled": order.order_type is not OrderType.LIMIT,
        f"time_in_force={order.time_in_force} with stop_loss or take_profit: what it fills in part"
        " would stay without them": order.time_in_force is TimeInForce.IOC,
        **{
            f"{market.symbol} takes no orders of type {kind}, which a stop goes out as": (
                bool(market.order_types) and kind not in market.order_types
            )
            for kind in kinds
        },
    }
    fault = next((fault for fault, there in faults.items() if there), None)
    if fault is not None:
        raise Denied("NOT_SUPPORTED", f"{venue.exchange}: {fault}")
    _check_sides(order, sizes)


_WRONG: Final = "would be set off at once; of a {} it lies {} the price {}"


def _check_sides(order: Order, sizes: Sized) -> None:
    assert sizes.price is not None
    for name, stop, is_below in (
        ("stop_loss", sizes.stop_loss, order.side is Side.BUY),
        ("take_profit", sizes.take_profit, order.side is Side.SELL),
    ):
        if stop is None:
            continue
        if (stop >= sizes.price) if is_below else (stop <= sizes.price):
            where = "below" if is_below else "above"
            text_of = _WRONG.format(order.side, where, decimal_text(sizes.price))
            raise Denied("INVALID_STOPS", f"{name} {decimal_text(stop)} {text_of}")

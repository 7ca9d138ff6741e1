"""An order as the arguments of ccxt's methods.

Invariants:

1. What ccxt, the venue or the table of exchanges cannot do is refused here, before anything is
   sent, and says so; nothing that an order says is left out.
2. A market order carries no price: some exchanges would take it for an amount of money to spend.
3. Numbers are handed over as texts with the order's digits, as Decimals where ccxt reckons with
   them; never as floats.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from fillgate.domain.errors import Denied
from fillgate.domain.numbers import decimal_text
from fillgate.domain.orders import Order, OrderType, QuantityUnit, Side, TimeInForce
from fillgate.plugins.ccxt.abilities import Abilities
from fillgate.plugins.ccxt.client_ids import encode
from fillgate.plugins.ccxt.expiry import expiry_of
from fillgate.plugins.ccxt.markets import Market
from fillgate.plugins.ccxt.pairs import request_of
from fillgate.plugins.ccxt.protected import is_protected, list_method, list_of
from fillgate.plugins.ccxt.sizing import Sized
from fillgate.plugins.ccxt.venues import Venue

__all__ = ["Placement", "placement_of"]

_LIMITED: Final = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})
_WAITING: Final = frozenset(OrderType) - {OrderType.MARKET, OrderType.LIMIT}
_PRICED: Final = _LIMITED | {OrderType.OCO}
_AT_ONCE: Final = frozenset({TimeInForce.IOC, TimeInForce.FOK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A call of ccxt's: the method and its arguments."""

    method: str
    arguments: tuple[Any, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    leg: str | None = None
    """Where the answer is that to a list, unread by ccxt: what the venue calls our order in it."""
    is_pair: bool = False
    """The answer is that to a list which is our order."""


def placement_of(
    order: Order, market: Market, sizes: Sized, venue: Venue, abilities: Abilities, *, now: int
) -> Placement:
    """Return the call that places an order.

    Args:
        order: the order.
        market: its market.
        sizes: its numbers in the venue's units and steps.
        venue: the exchange's entry in the table.
        abilities: what the account can do.
        now: the time at the venue, Unix milliseconds.

    Raises:
        Denied: it cannot be placed as it is.
    """
    _check(order, venue, abilities)
    as_list = _as_list(order, market, sizes, venue)
    if as_list is not None:
        return as_list
    params = {
        **_client_id(order, venue),
        **_conditions(order, sizes, venue),
        **expiry_of(order, venue, now),
        **_contract(order),
    }
    return _by_itself(order, market, sizes, venue, params)


def _as_list(order: Order, market: Market, sizes: Sized, venue: Venue) -> Placement | None:
    """Return the call for an order that is several at the venue; None if it is one."""
    lists = venue.order_lists
    if lists is None:
        return None
    if is_protected(order):
        name = _own_id(order, venue)
        return Placement(
            method=list_method(order, lists),
            arguments=(),
            params=list_of(order, market, sizes, venue, name),
            leg=name,
        )
    if order.order_type is OrderType.OCO:
        request = request_of(order, market, sizes, lists, _own_id(order, venue))
        return Placement(method=lists.pair, arguments=(), params=request, is_pair=True)
    return None


def _by_itself(
    order: Order, market: Market, sizes: Sized, venue: Venue, params: Mapping[str, Any]
) -> Placement:
    if order.quote_quantity is not None:
        side = order.side.value
        return Placement(
            method=f"create_market_{side}_order_with_cost",
            arguments=(market.symbol, _number(order.quote_quantity, venue)),
            params=params,
        )
    limited = order.order_type in _LIMITED
    return Placement(
        method="create_order",
        arguments=(
            market.symbol,
            "limit" if limited else "market",
            order.side.value,
            _number(sizes.quantity, venue),
            decimal_text(sizes.price) if limited and sizes.price is not None else None,
        ),
        params=params,
    )


def _number(value: Decimal, venue: Venue) -> Decimal | str:
    return value if venue.decimal_quantity else decimal_text(value)


def _client_id(order: Order, venue: Venue) -> dict[str, Any]:
    if venue.client_id_param is None:
        return {}
    return {venue.client_id_param: _own_id(order, venue)}


def _own_id(order: Order, venue: Venue) -> str:
    try:
        return encode(venue.client_id_form, order.client_order_id)
    except ValueError as error:
        raise Denied("INVALID_CLIENT_ORDER_ID", str(error)) from None


def _conditions(order: Order, sizes: Sized, venue: Venue) -> dict[str, Any]:
    """Return what says when it may trade."""
    params: dict[str, Any] = {}
    if sizes.stop_price is not None:
        is_profit = order.order_type is OrderType.TAKE_PROFIT
        name = venue.profit_param if is_profit else venue.stop_param
        assert name is not None
        params[name] = decimal_text(sizes.stop_price)
        rises = (order.side is Side.BUY) is not is_profit
        params |= venue.rise_params if rises else venue.fall_params
    if sizes.trail is not None:
        assert venue.trail_param is not None
        params[venue.trail_param] = decimal_text(sizes.trail)
    if order.trigger is not None:
        params |= venue.triggers[order.trigger]
    if order.time_in_force in _AT_ONCE and order.order_type in _LIMITED:
        assert order.time_in_force is not None
        params["timeInForce"] = order.time_in_force.value
    if order.post_only:
        params["postOnly"] = True
    for name, price in (("stopLoss", sizes.stop_loss), ("takeProfit", sizes.take_profit)):
        if price is not None:
            params[name] = {"triggerPrice": decimal_text(price)}
    return params


def _contract(order: Order) -> dict[str, Any]:
    """Return what only contracts have."""
    params: dict[str, Any] = {}
    closes = order.reduce_only
    if order.position_side is not None:
        params["hedged"] = True
        closes = closes or order.side is not _OPENING[order.position_side.value]
    if closes:
        params["reduceOnly"] = True
    if order.leverage is not None:
        params["leverage"] = decimal_text(order.leverage)
    if order.margin_mode is not None:
        params["marginMode"] = order.margin_mode.value
    return params


_OPENING: Final[Mapping[str, Side]] = {"long": Side.BUY, "short": Side.SELL}


def _check(order: Order, venue: Venue, abilities: Abilities) -> None:
    fault = _fault_of(order, venue, abilities)
    if fault is not None:
        raise Denied("NOT_SUPPORTED", f"{venue.exchange}: {fault}")


def _fault_of(order: Order, venue: Venue, abilities: Abilities) -> str | None:
    faults = (
        _faults_of_type(order, venue, abilities),
        _faults_of_conditions(order, abilities),
        _faults_of_stops(order, venue),
        _faults_of_expiry(order, venue),
        _faults_of_contract(order, abilities),
    )
    return next((fault for each in faults for fault, there in each.items() if there), None)


def _faults_of_type(order: Order, venue: Venue, abilities: Abilities) -> dict[str, bool]:
    kind, is_market = order.order_type, order.order_type not in _PRICED
    by_cost = order.quote_quantity is not None
    can_cost = kind is OrderType.MARKET and order.side in abilities.by_cost
    needs_cost = is_market and order.side is Side.BUY and venue.market_buy_by_cost
    return {
        "order_type=trailing_stop at a distance in money: it trails by a percentage, or where an"
        " order is not found again": (
            kind is OrderType.TRAILING_STOP and kind not in abilities.order_types
        ),
        f"order_type={kind} cannot be placed, or not be found again by its id": (
            kind not in abilities.order_types
        ),
        f"order_type={kind} with a price; some exchanges would spend price x quantity": (
            is_market and order.price is not None
        ),
        f"no market orders to {order.side}; give a price": (
            is_market and order.side in venue.no_market and not (by_cost and can_cost)
        ),
        f"quote_quantity with order_type={kind} side={order.side}": by_cost and not can_cost,
        "a market order to buy takes what it may cost; give quote_quantity": (
            needs_cost and not by_cost
        ),
        f"quantity_unit={order.quantity_unit}": order.quantity_unit is QuantityUnit.LOTS,
    }


def _faults_of_conditions(order: Order, abilities: Abilities) -> dict[str, bool]:
    kind, in_force = order.order_type, order.time_in_force
    has_stops = order.stop_loss is not None or order.take_profit is not None
    post_only = abilities.post_only and kind is OrderType.LIMIT and in_force not in _AT_ONCE
    return {
        "time_in_force=DAY: days differ; give GTD and an expire_time where it takes that": (
            in_force is TimeInForce.DAY
        ),
        f"time_in_force={in_force} with order_type={kind}": (
            in_force is not None and in_force not in abilities.time_in_force
        )
        or (in_force is TimeInForce.FOK and kind not in _LIMITED)
        or (in_force in _AT_ONCE and kind is OrderType.OCO),
        f"post_only with order_type={kind} time_in_force={in_force}": (
            order.post_only and not post_only
        ),
        "an order carries no stop_loss and take_profit; send them as orders of their own": (
            has_stops and not abilities.attached_stops
        ),
    }


def _faults_of_stops(order: Order, venue: Venue) -> dict[str, bool]:
    kind, trigger, choices = order.order_type, order.trigger, sorted(venue.triggers)
    is_trailing = kind is OrderType.TRAILING_STOP
    at_once = kind is OrderType.STOP_LIMIT and order.time_in_force in _AT_ONCE
    return {
        f"time_in_force={order.time_in_force} with order_type={kind}, which rests there": (
            at_once and venue.stop_limit_only
        ),
        f"stop_price={order.stop_price} with order_type={kind}; leave it out": (
            order.stop_price is not None and (is_trailing or kind not in _WAITING)
        ),
        f"trail={order.trail} with order_type={kind}": (
            order.trail is not None and not is_trailing
        ),
        f"trigger={trigger} with order_type={kind}, which waits for no price": (
            trigger is not None and kind not in _WAITING
        ),
        f"trigger={trigger}; stops are set off by {' or '.join(choices) or 'its own choice'} there,"
        " leave it out": (trigger is not None and trigger not in venue.triggers),
    }


def _faults_of_expiry(order: Order, venue: Venue) -> dict[str, bool]:
    in_force, expiry = order.time_in_force, venue.expiry
    is_dated = in_force is TimeInForce.GTD
    return {
        f"expire_time={order.expire_time} with time_in_force={in_force}; give GTD": (
            order.expire_time is not None and not is_dated
        ),
        f"time_in_force=GTD with order_type={order.order_type}": (
            is_dated and order.order_type not in _LIMITED
        ),
        "post_only with time_in_force=GTD": (
            is_dated and order.post_only and expiry is not None and not expiry.post_only
        ),
    }


def _faults_of_contract(order: Order, abilities: Abilities) -> dict[str, bool]:
    wanted = {
        "reduce_only": (order.reduce_only or None, abilities.reduce_only),
        "position_side": (order.position_side, abilities.hedged),
        "leverage": (order.leverage, abilities.leverage),
        "margin_mode": (order.margin_mode, abilities.margin_mode),
    }
    return {
        f"{name}={value}; set it at the exchange, or leave it out": (
            value is not None and not is_able
        )
        for name, (value, is_able) in wanted.items()
    }

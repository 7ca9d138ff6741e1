"""An order as ccxt's arguments, and what is refused before anything is sent."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from fillgate.domain.errors import Denied
from fillgate.domain.orders import (
    MarginMode,
    Order,
    OrderType,
    PositionSide,
    QuantityUnit,
    Side,
    TimeInForce,
    TriggerPrice,
)
from fillgate.plugins.ccxt.abilities import Abilities
from fillgate.plugins.ccxt.markets import Market
from fillgate.plugins.ccxt.orders import Placement, placement_of
from fillgate.plugins.ccxt.sizing import Sized
from fillgate.plugins.ccxt.venues import ClientIdForm, Expiry, ExpiryForm, MarketType, Venue

ID = "fgtest000000100"
MARKET = Market(symbol="X/Y", venue_symbol="XY", market_type=MarketType.SPOT, base="X", quote="Y")
VENUE = Venue(
    exchange="acme",
    client_id_param="clientOrderId",
    stop_param="triggerPrice",
    profit_param="takeProfitPrice",
    trail_param="trailingAmount",
    triggers={TriggerPrice.MARK: {"triggerBy": "Mark"}},
    expiry=Expiry(
        time_in_force="GTD",
        param="until",
        form=ExpiryForm.SECONDS,
        least_seconds=5,
        post_only=False,
    ),
)
ABLE = Abilities(
    order_types=frozenset(OrderType),
    time_in_force=frozenset(TimeInForce) - {TimeInForce.DAY},
    post_only=True,
    reduce_only=True,
    hedged=True,
    leverage=True,
    margin_mode=True,
    by_cost=frozenset({Side.BUY}),
    attached_stops=True,
)
UNABLE = Abilities(order_types=frozenset({OrderType.MARKET, OrderType.LIMIT}))
NOW = 1_790_000_000_000
LIMIT = {"order_type": OrderType.LIMIT, "price": Decimal("1e-8")}


def an_order(**changes: Any) -> Order:
    fields: dict[str, Any] = {
        "client_order_id": ID,
        "account": "a",
        "symbol": "X/Y",
        "side": Side.BUY,
    }
    return Order(**({**fields, "quantity": Decimal("0.10")} | changes))


def placed(
    order: Order, *, venue: Venue = VENUE, abilities: Abilities = ABLE, **sizes: Any
) -> Placement:
    prices = ("price", "stop_price", "stop_loss", "take_profit", "trail")
    given: dict[str, Any] = {name: getattr(order, name) for name in prices}
    given |= {"quantity": order.quantity, **sizes}
    return placement_of(order, MARKET, Sized(**given), venue, abilities, now=NOW)


def test_a_market_order_has_no_price() -> None:
    call = placed(an_order())
    assert call.method == "create_order"
    assert call.arguments == ("X/Y", "market", "buy", "0.1", None)
    assert call.params == {"clientOrderId": ID}


@pytest.mark.parametrize(
    ("changes", "kind", "price", "params"),
    [
        (LIMIT, "limit", "0.00000001", {}),
        ({**LIMIT, "time_in_force": TimeInForce.GTC}, "limit", "0.00000001", {}),
        (
            {**LIMIT, "time_in_force": TimeInForce.FOK},
            "limit",
            "0.00000001",
            {"timeInForce": "FOK"},
        ),
        ({**LIMIT, "post_only": True}, "limit", "0.00000001", {"postOnly": True}),
        (
            {**LIMIT, "time_in_force": TimeInForce.GTD, "expire_time": NOW + 60_999},
            "limit",
            "0.00000001",
            {"timeInForce": "GTD", "until": NOW // 1000 + 60},
        ),
        (
            {"order_type": OrderType.TRAILING_STOP, "trail": Decimal("1.50")},
            "market",
            None,
            {"trailingAmount": "1.5"},
        ),
        (
            {
                "order_type": OrderType.STOP,
                "stop_price": Decimal(9),
                "trigger": TriggerPrice.MARK,
            },
            "market",
            None,
            {"triggerPrice": "9", "triggerBy": "Mark"},
        ),
        (
            {"order_type": OrderType.STOP, "stop_price": Decimal(9)},
            "market",
            None,
            {"triggerPrice": "9"},
        ),
        (
            {**LIMIT, "order_type": OrderType.STOP_LIMIT, "stop_price": Decimal(9)},
            "limit",
            "0.00000001",
            {"triggerPrice": "9"},
        ),
        (
            {"order_type": OrderType.TAKE_PROFIT, "stop_price": Decimal(9)},
            "market",
            None,
            {"takeProfitPrice": "9"},
        ),
        (
            {"stop_loss": Decimal(8), "take_profit": Decimal(12)},
            "market",
            None,
            {"stopLoss": {"triggerPrice": "8"}, "takeProfit": {"triggerPrice": "12"}},
        ),
        ({"reduce_only": True}, "market", None, {"reduceOnly": True}),
        (
            {"position_side": PositionSide.LONG},
            "market",
            None,
            {"hedged": True},
        ),
        (
            {"position_side": PositionSide.SHORT},
            "market",
            None,
            {"hedged": True, "reduceOnly": True},
        ),
        (
            {"leverage": Decimal(3), "margin_mode": MarginMode.CROSS},
            "market",
            None,
            {"leverage": "3", "marginMode": "cross"},
        ),
    ],
    ids=str,
)
def test_what_an_order_says_is_sent(
    changes: dict[str, Any], kind: str, price: str | None, params: dict[str, Any]
) -> None:
    call = placed(an_order(**changes))
    assert (call.arguments[1], call.arguments[4]) == (kind, price)
    assert call.params == {"clientOrderId": ID} | params


@pytest.mark.parametrize(
    ("kind", "side", "waits_for"),
    [
        (OrderType.STOP, Side.BUY, "rise"),
        (OrderType.STOP_LOSS, Side.SELL, "fall"),
        (OrderType.TAKE_PROFIT, Side.SELL, "rise"),
        (OrderType.TAKE_PROFIT, Side.BUY, "fall"),
    ],
)
def test_a_stop_says_which_way_it_waits(kind: OrderType, side: Side, waits_for: str) -> None:
    venue = msgspec.structs.replace(
        VENUE, rise_params={"direction": "rise"}, fall_params={"direction": "fall"}
    )
    call = placed(an_order(order_type=kind, side=side, stop_price=Decimal(9)), venue=venue)
    assert call.params["direction"] == waits_for


def test_an_amount_of_money_is_a_call_of_its_own() -> None:
    call = placed(an_order(quantity=Decimal(0), quote_quantity=Decimal("50.50")))
    assert call.method == "create_market_buy_order_with_cost"
    assert call.arguments == ("X/Y", "50.5")


def test_the_id_goes_in_the_venues_form_and_field() -> None:
    venue = msgspec.structs.replace(
        VENUE, client_id_param="cloid", client_id_form=ClientIdForm.PREFIXED_T
    )
    assert placed(an_order(), venue=venue).params == {"cloid": f"t-{ID}"}
    assert placed(an_order(), venue=Venue(exchange="acme")).params == {}


def test_where_ccxt_reckons_with_quantities_they_are_decimals() -> None:
    venue = msgspec.structs.replace(VENUE, decimal_quantity=True)
    assert placed(an_order(), venue=venue).arguments[3] == Decimal("0.10")


@pytest.mark.parametrize(
    "changes",
    [
        {"price": Decimal(1)},
        {"trigger": TriggerPrice.MARK},
        {"trail": Decimal(1)},
        {"expire_time": 1},
        {"quantity_unit": QuantityUnit.LOTS},
        {"time_in_force": TimeInForce.FOK},
        {"time_in_force": TimeInForce.DAY},
        {"post_only": True},
        {**LIMIT, "post_only": True, "time_in_force": TimeInForce.IOC},
        {**LIMIT, "quote_quantity": Decimal(1)},
        {"side": Side.SELL, "quote_quantity": Decimal(1)},
        {
            "order_type": OrderType.STOP,
            "stop_price": Decimal(9),
            "trigger": TriggerPrice.LAST,
        },
        {"order_type": OrderType.TRAILING_STOP, "trail": Decimal(1), "stop_price": Decimal(9)},
        {"stop_price": Decimal(9)},
        {**LIMIT, "stop_price": Decimal(9)},
        {**LIMIT, "trigger": TriggerPrice.MARK},
        {"time_in_force": TimeInForce.GTD, "expire_time": NOW + 60_000},
        {**LIMIT, "time_in_force": TimeInForce.GTC, "expire_time": NOW + 60_000},
        {**LIMIT, "post_only": True, "time_in_force": TimeInForce.GTD, "expire_time": NOW + 9_000},
        {"client_order_id": "another"},
    ],
    ids=str,
)
def test_what_ccxt_has_no_words_for_is_denied(changes: dict[str, Any]) -> None:
    with pytest.raises(Denied):
        placed(an_order(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"order_type": OrderType.STOP, "stop_price": Decimal(9)},
        {"order_type": OrderType.TRAILING_STOP, "trail": Decimal(1)},
        {**LIMIT, "time_in_force": TimeInForce.IOC},
        {**LIMIT, "time_in_force": TimeInForce.GTD, "expire_time": NOW + 60_000},
        {**LIMIT, "post_only": True},
        {"quote_quantity": Decimal(1)},
        {"stop_loss": Decimal(8)},
        {"reduce_only": True},
        {"position_side": PositionSide.LONG},
        {"leverage": Decimal(2)},
        {"margin_mode": MarginMode.ISOLATED},
    ],
    ids=str,
)
def test_what_the_venue_cannot_do_is_denied(changes: dict[str, Any]) -> None:
    with pytest.raises(Denied, match="acme: "):
        placed(an_order(**changes), abilities=UNABLE)


def test_a_venue_that_buys_by_cost_takes_no_market_buys_by_quantity() -> None:
    venue = msgspec.structs.replace(VENUE, market_buy_by_cost=True)
    with pytest.raises(Denied, match="quote_quantity"):
        placed(an_order(), venue=venue)
    assert placed(an_order(side=Side.SELL), venue=venue).arguments
    assert placed(an_order(quote_quantity=Decimal(50)), venue=venue).arguments


def test_a_side_without_market_orders_is_denied() -> None:
    venue = msgspec.structs.replace(VENUE, no_market=frozenset({Side.SELL}))
    with pytest.raises(Denied, match="no market orders to sell"):
        placed(an_order(side=Side.SELL), venue=venue)
    assert placed(an_order(), venue=venue).arguments

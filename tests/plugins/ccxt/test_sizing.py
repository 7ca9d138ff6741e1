"""Orders in the steps of their market: never more, never worse, and told."""

from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.errors import Denied
from fillgate.domain.orders import Order, OrderType, QuantityUnit, Side
from fillgate.plugins.ccxt.markets import Market
from fillgate.plugins.ccxt.sizing import sized
from fillgate.plugins.ccxt.steps import ANY, Step
from fillgate.plugins.ccxt.venues import MarketType

BASE, CONTRACTS, LOTS = QuantityUnit
BUY, SELL = Side.BUY, Side.SELL
PRICES: Final = ("price", "stop_price", "stop_loss", "take_profit", "trail")

SPOT: Final = Market(
    symbol="BTC/USDT", venue_symbol="BTCUSDT", market_type=MarketType.SPOT, base="BTC",
    quote="USDT", quantity_step=Step(Decimal("0.0001")), price_step=Step(Decimal("0.5")),
    minimum_quantity=Decimal("0.0002"), maximum_quantity=Decimal(100),
    minimum_notional=Decimal(10),
)  # fmt: skip


def contract(size: str, *, step: str = "1", **more: Any) -> Market:
    rules: dict[str, Any] = {
        "in_contracts": True,
        "quantity_step": Step(Decimal(step)),
        "price_step": Step(Decimal("0.1")),
    }
    return Market(
        symbol="BTC/USDT:USDT", venue_symbol="BTC-USDT-SWAP", market_type=MarketType.SWAP,
        base="BTC", quote="USDT", settle="USDT", contract_size=Decimal(size), **(rules | more),
    )  # fmt: skip


OKX: Final = contract("0.01", step="0.1", minimum_quantity=Decimal("0.1"))
INVERSE: Final = contract("100", inverse=True)
AMOUNTS: Final = contract("0.001", step="0.001", in_contracts=False)


def order(quantity: str, **more: Any) -> Order:
    numbers = {name: Decimal(value) if name in PRICES else value for name, value in more.items()}
    defaults: dict[str, Any] = {"side": BUY, "client_order_id": "fgab3d000012300"}
    return Order(
        account="main",
        symbol="BTC/USDT",
        order_type=OrderType.LIMIT if "price" in more else OrderType.MARKET,
        quantity=Decimal(quantity),
        **{**defaults, **numbers},
    )


@pytest.mark.parametrize("side", Side)
def test_a_distance_goes_down_to_the_step_on_both_sides(side: Side) -> None:
    done = sized(order("0.5", side=side, trail="100.7"), SPOT)
    assert done.trail == Decimal("100.5")
    assert any("trail 100.7 rounded down" in text for text in done.told)
    with pytest.raises(Denied, match="INVALID_PRICE"):
        sized(order("0.5", side=side, trail="0.4"), SPOT)


def test_what_fits_is_sent_as_it_is() -> None:
    done = sized(order("0.5", price="50000.5"), SPOT)
    assert (done.quantity, done.price, done.told) == (Decimal("0.5"), Decimal("50000.5"), ())


def test_a_quantity_goes_down() -> None:
    done = sized(order("0.12349"), SPOT)
    assert done.quantity == Decimal("0.1234")
    assert done.told == ("0.12349 BTC rounded down to 0.1234, the step being 0.0001",)


@pytest.mark.parametrize(
    ("side", "own", "attached"), [(BUY, "100", "100.5"), (SELL, "100.5", "100")]
)
def test_prices_of_a_buy_go_down_and_of_a_sell_up(side: Side, own: str, attached: str) -> None:
    given_prices = dict.fromkeys(PRICES, "100.3")
    done = sized(order("1", side=side, **given_prices), SPOT)
    assert (done.price, done.stop_price) == (Decimal(own), Decimal(own))
    assert (done.stop_loss, done.take_profit) == (Decimal(attached), Decimal(attached))
    assert f"price 100.3 rounded {'down' if side is BUY else 'up'} to {own}" in done.told[0]


# fmt: off
CONVERTED: Final = [
    (OKX, "0.0123", BASE, "1.2", "0.0123 BTC / 0.01 BTC a contract = 1.23 contracts"),
    (OKX, "0.01", BASE, "1", "0.01 BTC / 0.01 BTC a contract = 1 contracts"),
    (OKX, "1.27", CONTRACTS, "1.2", "1.27 contracts rounded down to 1.2, the step being 0.1"),
    (contract("1000"), "12345", BASE, "12", "12.345 contracts rounded down to 12"),
    (contract("0.3"), "1", BASE, "3", "contracts rounded down to 3"),
    (contract("1", step="0.001"), "0.1239", BASE, "0.123", "0.1239 BTC rounded down to 0.123"),
    (INVERSE, "7.9", CONTRACTS, "7", "7.9 contracts rounded down to 7"),
    (AMOUNTS, "0.0125", BASE, "0.012", "0.0125 BTC rounded down"),
    (AMOUNTS, "12", CONTRACTS, "0.012", "12 contracts of 0.001 BTC = 0.012 BTC"),
]
REFUSED: Final = [
    (SPOT, "0.00009", {}, "INVALID_QUANTITY",
     "0.00009 BTC rounded down to 0, the step being 0.0001; BTC/USDT takes at least 0.0002 BTC"),
    (SPOT, "0.00015", {}, "INVALID_QUANTITY", "takes at least 0.0002 BTC"),
    (SPOT, "100.1", {}, "INVALID_QUANTITY", "100.1 BTC; BTC/USDT takes at most 100 BTC"),
    (SPOT, "0.0002", {"price": "49999.5"}, "MINIMUM_NOTIONAL",
     "0.0002 * 49999.5 = 9.9999 USDT, and BTC/USDT takes at least 10 USDT"),
    (SPOT, "1", {"price": "0.3"}, "INVALID_PRICE", "price 0.3 is less than the price step 0.5"),
    (SPOT, "1", {"quantity_unit": CONTRACTS}, "UNSUPPORTED_QUANTITY", "has no contracts"),
    (SPOT, "1", {"quantity_unit": LOTS}, "UNSUPPORTED_QUANTITY", "a quantity of BTC"),
    (OKX, "1", {"quantity_unit": LOTS}, "UNSUPPORTED_QUANTITY", "or a number of contracts"),
    (OKX, "0.0009", {}, "INVALID_QUANTITY",
     ("0.0009 BTC / 0.01 BTC a contract = 0.09 contracts; 0.09 contracts rounded down to 0;"
     " BTC/USDT:USDT takes at least 0.1 contracts")),
    (INVERSE, "1", {}, "UNSUPPORTED_QUANTITY", "depends on the price; send a number of contracts"),
    (contract("0.01", minimum_notional=Decimal(10)), "0.01", {"price": "900"}, "MINIMUM_NOTIONAL",
     "1 * 0.01 * 900 = 9 USDT"),
]
# fmt: on


@pytest.mark.parametrize(("market", "quantity", "unit", "expected", "told"), CONVERTED)
def test_contracts_and_amounts_become_each_other_exactly(
    market: Market, quantity: str, unit: QuantityUnit, expected: str, told: str
) -> None:
    done = sized(order(quantity, quantity_unit=unit), market)
    assert done.quantity == Decimal(expected)
    assert told in "; ".join(done.told)


@pytest.mark.parametrize(("market", "quantity", "more", "code", "told"), REFUSED)
def test_what_the_venue_would_not_take_is_refused_with_the_arithmetic(
    market: Market, quantity: str, more: dict[str, Any], code: str, told: str
) -> None:
    with pytest.raises(Denied) as caught:
        sized(order(quantity, **more), market)
    assert caught.value.code == code
    assert told in caught.value.text


def test_what_reduces_a_position_may_be_worth_less() -> None:
    done = sized(order("0.0002", price="100", reduce_only=True), SPOT)
    assert done.quantity == Decimal("0.0002")


quantities = st.decimals("1e-9", "1e9", places=10).filter(lambda number: number > 0)
prices = st.decimals("1e-6", "1e9", places=8).filter(lambda number: number > 0)
sizes = st.sampled_from(["0.001", "0.01", "0.3", "1", "7", "1000"])
sides = st.sampled_from(Side)


@given(quantities, sizes, sizes)
def test_never_more_is_traded_than_was_asked_for(quantity: Decimal, size: str, step: str) -> None:
    market = contract(size, step=step)
    try:
        done = sized(order(str(quantity)), market)
    except Denied as denied:
        assert denied.code == "INVALID_QUANTITY"  # noqa: PT017 - only some are refused
        assert quantity < Decimal(size) * Decimal(step)
        return
    amount = done.quantity * Decimal(size)
    assert quantity - Decimal(size) * Decimal(step) < amount <= quantity
    assert done.quantity % Decimal(step) == 0
    assert bool(done.told) == (size != "1" or done.quantity != quantity)


@given(sides, prices)
def test_no_price_is_worse_than_was_asked_for(side: Side, price: Decimal) -> None:
    market = contract("1", price_step=Step(Decimal("1e-9"), digits=5))
    done = sized(order("1", side=side, price=str(price), stop_price=str(price)), market)
    assert done.price is not None
    assert done.price <= price if side is BUY else done.price >= price
    assert done.stop_price == done.price


@given(quantities)
def test_without_known_rules_nothing_changes(quantity: Decimal) -> None:
    market = contract("1", quantity_step=ANY, price_step=ANY)
    done = sized(order(str(quantity), price="1.23456789"), market)
    assert (done.quantity, done.price, done.told) == (quantity, Decimal("1.23456789"), ())

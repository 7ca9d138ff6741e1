"""What ccxt tells of a market, read exactly."""

from decimal import Decimal
from typing import Any, Final

import pytest

from fillgate.plugins.ccxt.markets import Market, PrecisionMode, instrument_of, read_markets
from fillgate.plugins.ccxt.steps import ANY, Step
from fillgate.plugins.ccxt.venues import MarketType
from tests.plugins.ccxt.made import Raw, future, spot, swap

TICKS = PrecisionMode.TICK_SIZE
PLACES = PrecisionMode.DECIMAL_PLACES
DIGITS = PrecisionMode.SIGNIFICANT_DIGITS


def read(raw: Raw, mode: PrecisionMode = TICKS, exchange: str = "binance") -> Market:
    (market,) = read_markets(exchange, [raw], mode)
    return market


def test_a_spot_market_is_read() -> None:
    market = read(spot("BTC", "USDT", "BTCUSDT"))
    assert market == Market(
        symbol="BTC/USDT",
        venue_symbol="BTCUSDT",
        market_type=MarketType.SPOT,
        base="BTC",
        quote="USDT",
        quantity_step=Step(Decimal("0.001")),
        price_step=Step(Decimal("0.01")),
        minimum_quantity=Decimal("0.001"),
        maximum_quantity=Decimal(1000),
        minimum_notional=Decimal(5),
    )


def test_a_perpetual_is_read() -> None:
    market = read(swap("BTC", "USD", "BTC", "BTCUSD_PERP", contractSize="100"))
    assert (market.market_type, market.settle) == (MarketType.SWAP, "BTC")
    assert (market.contract_size, market.inverse, market.in_contracts) == (Decimal(100), True, True)


def test_what_counts_in_contracts_is_the_venue_s_affair() -> None:
    market = read(swap("BTC", "USDC", "USDC", "BTC_USDC-PERPETUAL"), exchange="deribit")
    assert not market.in_contracts


# fmt: off
STEPS: Final = [
    ("0.00000001", TICKS, Step(Decimal("1e-8"))),
    ("1e-8", TICKS, Step(Decimal("1e-8"))),
    (1e-08, TICKS, Step(Decimal("1e-8"))),
    (0.1, TICKS, Step(Decimal("0.1"))),
    ("0.5", TICKS, Step(Decimal("0.5"))),
    ("10", TICKS, Step(Decimal(10))),
    (1, TICKS, Step(Decimal(1))),
    ("0", TICKS, ANY),
    (None, TICKS, ANY),
    (8, PLACES, Step(Decimal("1e-8"))),
    ("2", PLACES, Step(Decimal("0.01"))),
    (0, PLACES, Step(Decimal(1))),
    ("-2", PLACES, Step(Decimal(100))),
    (None, PLACES, ANY),
    (5, DIGITS, Step(digits=5)),
    ("5", DIGITS, Step(digits=5)),
]
# fmt: on


@pytest.mark.parametrize(("value", "mode", "step"), STEPS)
def test_steps_are_read_as_ccxt_writes_them(value: Any, mode: PrecisionMode, step: Step) -> None:
    raw = spot("BTC", "USDT", "BTCUSDT", precision={"price": value, "amount": value})
    assert (read(raw, mode).price_step, read(raw, mode).quantity_step) == (step, step)


@pytest.mark.parametrize("exchange", ["bitfinex", "bithumb"])
def test_some_count_digits_of_prices_and_places_of_quantities(exchange: str) -> None:
    raw = spot("BTC", "USD", "tBTCUSD", precision={"price": 5, "amount": 8})
    market = read(raw, DIGITS, exchange)
    assert market.quantity_step == Step(Decimal("1e-8"))
    assert market.price_step.digits == 5


def test_prices_of_hyperliquid_have_five_digits_unless_they_are_whole() -> None:
    raw = swap("BTC", "USDC", "USDC", "BTC", precision={"price": "1", "amount": "0.00001"})
    step = read(raw, exchange="hyperliquid").price_step
    assert step == Step(Decimal("0.1"), digits=5, whole=True)
    assert [str(step.down(Decimal(each))) for each in ("101234.5", "1234.56", "0.37")] == [
        "101234", "1234.5", "0.3",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "raw",
    [
        spot("BTC", "USDT", "BTCUSDT", active=False),
        future("BTC", "USDT", "USDT", "261225", "BTCUSDT_261225"),
        spot("BTC", "USDT", "BTCUSDT", precision={"price": "many", "amount": "1"}),
        spot("BTC", "USDT", "BTCUSDT", precision={"price": True, "amount": "1"}),
        spot("BTC", "USDT", "BTCUSDT") | {"base": None},
        spot("BTC", "USDT", "BTCUSDT", limits={"amount": {"min": float("nan")}}),
        swap("BTC", "USDT", "USDT", "BTCUSDT", contractSize="0"),
        {"spot": True, "active": True},
    ],
)
def test_what_cannot_be_traded_or_read_is_left_out(raw: Raw) -> None:
    assert not list(read_markets("binance", [raw], TICKS))


def test_a_market_that_is_not_said_to_be_active_is_one() -> None:
    assert read(spot("BTC", "USDT", "BTCUSDT", active=None)).symbol == "BTC/USDT"


def test_missing_limits_are_none() -> None:
    market = read(spot("BTC", "USDT", "BTCUSDT", limits=None, precision=None))
    assert (market.minimum_quantity, market.minimum_notional) == (None, None)
    assert (market.quantity_step, market.price_step) == (ANY, ANY)


def test_an_instrument_has_the_market_s_rules() -> None:
    instrument = instrument_of(read(spot("BTC", "USDT", "BTCUSDT")))
    assert (instrument.symbol, instrument.base, instrument.quote) == ("BTC/USDT", "BTC", "USDT")
    assert (instrument.quantity_step, instrument.price_step) == (
        Decimal("0.001"),
        Decimal("0.01"),
    )
    assert (instrument.minimum_quantity, instrument.minimum_notional) == (
        Decimal("0.001"),
        Decimal(5),
    )

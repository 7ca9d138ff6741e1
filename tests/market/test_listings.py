"""Listings: what a symbol is."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.listings import Amendment, BadSymbol, listing

SPELLINGS = [
    ("BTC/USDT", "BTCUSDT", "BINANCE:BTCUSDT.P", "btcusdt", "BTC-USDT", "BTC/USDT:USDT"),
    ("ETHBTC", "ETH/BTC", "ETH_BTC", "BINANCE:ETHBTC"),
    ("EURUSD", "EUR/USD", "FX:EURUSD", "EUR-USD"),
    ("AAPL", "NASDAQ:AAPL", "aapl"),
    ("BTCUSDTPERP", "BTC-USDT-SWAP", "BTCUSDT", "BTCUSDT_PERP"),
    ("ES1!", "CME_MINI:ES1!"),
]

PRICES = [
    # symbol, rough price, tick, quote currency
    ("BTC/USDT", "60000", "0.01", "USDT"),
    ("BTCEUR", "55000", "0.01", "EUR"),
    ("ETHBTC", "0.05", "0.000001", "BTC"),
    ("DOGEUSDT", "0.15", "0.00001", "USDT"),
    ("SHIB/USDT", "0.00002", "0.000000001", "USDT"),
    ("EURUSD", "1.08", "0.00001", "USD"),
    ("USDJPY", "149", "0.001", "JPY"),
    ("XAUUSD", "2400", "0.01", "USD"),
    ("AAPL", "200", "0.01", "USD"),
    ("ES1!", "5500", "0.25", "USD"),
    ("NQZ2025", "19500", "0.25", "USD"),
    ("CLF26", "75", "0.01", "USD"),
]


@pytest.mark.parametrize("spellings", SPELLINGS)
def test_spellings_of_one_market_are_one(spellings: tuple[str, ...]) -> None:
    listings = {listing(symbol) for symbol in spellings}
    # The market is one, with one price; what is traded on it may be the asset or a contract.
    assert len({msgspec.structs.replace(each, perpetual=False) for each in listings}) == 1


CONTRACTS = [
    ("BTC/USDT", False),
    ("BTCUSDT", False),
    ("BINANCE:BTCUSDT.P", True),
    ("BTC/USDT:USDT", True),
    ("BTC-USDT-SWAP", True),
    ("ES1!", True),
    ("AAPL", False),
]


@pytest.mark.parametrize(("symbol", "perpetual"), CONTRACTS)
def test_contracts_are_told_from_assets(symbol: str, perpetual: bool) -> None:
    assert listing(symbol).perpetual is perpetual


STEPS = [
    # symbol, quantity step: worth about a cent, at most one unit
    ("BTC/USDT", "0.0000001"),
    ("AAPL", "0.00001"),
    ("DOGEUSDT", "0.01"),
    ("SHIBUSDT", "1"),
    ("ES1!", "1"),
]


@pytest.mark.parametrize(("symbol", "lot"), STEPS)
def test_quantities_have_steps(symbol: str, lot: str) -> None:
    assert listing(symbol).lot == Decimal(lot)


@given(st.integers(1, 10**12), st.sampled_from([symbol for symbol, _ in STEPS]))
def test_steps_there_and_back(steps: int, symbol: str) -> None:
    listed = listing(symbol)
    assert listed.ticks(listed.price(steps)) == listed.lots(listed.quantity(steps)) == (steps, True)
    between = listed.price(steps) + listed.tick / 2
    assert listed.ticks(between) == (steps, False)


def test_an_account_may_have_rules_of_its_own() -> None:
    listed = listing("BTC/USDT")
    amended = listed.amended(Amendment(tick=Decimal("0.5"), minimum_notional=Decimal(5)))
    assert (amended.tick, amended.lot) == (Decimal("0.5"), listed.lot)
    assert amended.minimum_notional == 5
    assert amended.price(amended.base_ticks) == listed.price(listed.base_ticks)
    assert listed.amended(Amendment()) == listed


@pytest.mark.parametrize(("symbol", "price", "tick", "quote"), PRICES)
def test_usual_symbols_have_usual_prices(
    symbol: str, price: Decimal, tick: str, quote: str
) -> None:
    found = listing(symbol)
    assert found.base_ticks * found.tick == pytest.approx(Decimal(price), rel=Decimal("0.03"))
    assert (found.tick, found.quote) == (Decimal(tick), quote)


@pytest.mark.parametrize(
    "symbol", ["", " ", "BTC\n", "\x00", "BTC\tUSDT", " BTC", "X" * 65, "\ud800", "\x7f"]
)
def test_what_cannot_be_a_symbol_is_refused(symbol: str) -> None:
    with pytest.raises(BadSymbol, match="expected a symbol of"):
        listing(symbol)


@given(st.text(min_size=1, max_size=64))
def test_any_printable_text_is_listed_and_always_the_same(symbol: str) -> None:
    if not symbol.isprintable() or symbol != symbol.strip():
        with pytest.raises(BadSymbol):
            listing(symbol)
        return
    found = listing(symbol)
    assert found.base_ticks >= 1
    assert found.tick > 0
    assert found.dollars > 0
    listing.cache_clear()
    assert listing(symbol) == found


@pytest.mark.parametrize("symbol", ["/", ":", "-", ".P", "USDT", "USDTUSDT", "A:", "1!", "ß"])
def test_odd_texts_are_symbols_too(symbol: str) -> None:
    assert listing(symbol).base_ticks >= 1


def test_unknown_symbols_have_prices_of_their_own() -> None:
    prices = {listing(f"NEW{number}").base_ticks for number in range(50)}
    assert len(prices) > 40


def test_an_account_may_call_a_symbol_a_contract() -> None:
    listed = listing("BTCUSDT")
    assert not listed.perpetual
    assert listed.amended(Amendment(perpetual=True)).perpetual
    assert listing("BTCUSDT.P").amended(Amendment()).perpetual

"""Listings: what a symbol is."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.listings import BadSymbol, listing

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
    assert len({listing(symbol) for symbol in spellings}) == 1


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

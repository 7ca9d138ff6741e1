"""The currency in which a symbol is quoted."""

import pytest

from fillgate.costs.references import currency_of


@pytest.mark.parametrize(
    ("symbol", "currency"),
    [
        ("BTC/USDT", "USDT"),
        ("BTC/USDT:USDT", "USDT"),
        ("ETH/BTC", "BTC"),
        ("BTCUSDT", "USDT"),
        ("BTCUSDT.P", "USDT"),
        ("ETHUSDTPERP", "USDT"),
        ("EURUSD", "USD"),
        ("COINBASE:BTC-USD", "USD"),
        ("AAPL", ""),
        # No currency in itself.
        ("USDT", ""),
    ],
)
def test_it_is_told_by_the_symbol(symbol: str, currency: str) -> None:
    assert currency_of(symbol) == currency

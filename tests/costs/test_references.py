"""The currency in which a symbol is quoted."""

import pytest

from fillgate.costs.references import currency_of
from fillgate.domain.fills import Fee
from fillgate.domain.numbers import ZERO


@pytest.mark.parametrize(
    ("symbol", "assets", "currency"),
    [
        ("BTC/USDT", [], "USDT"),
        ("BTC/USDT:USDT", ["BNB"], "USDT"),
        ("ETH/BTC", [], "BTC"),
        ("BTCUSDT", [], "USDT"),
        ("BTCUSDT.P", [], "USDT"),
        ("ETHUSDTPERP", [], "USDT"),
        ("EURUSD", [], "USD"),
        ("COINBASE:BTC-USD", [], "USD"),
        ("AAPL", [], ""),
        ("AAPL", ["USD"], "USD"),
        ("AAPL", ["USD", "BNB"], ""),
        # No currency in itself.
        ("USDT", [], ""),
    ],
)
def test_it_is_told_by_the_symbol_or_the_fees(
    symbol: str, assets: list[str], currency: str
) -> None:
    assert currency_of(symbol, [Fee(asset, ZERO) for asset in assets]) == currency

"""What charts write before the symbol: the exchange, `BINANCE:BTCUSDT`.

Invariant: a prefix that is not known to be the account's exchange is another exchange.
"""

from collections.abc import Mapping
from typing import Final

__all__ = ["DELAYED", "prefixes_of"]

DELAYED: Final = ("_DL", "_DLY")
"""How the prefixes of delayed feeds end."""

# By ccxt's id, where a chart's prefix is not that id in capitals.
_PREFIXES: Final[Mapping[str, frozenset[str]]] = {
    "binanceusdm": frozenset({"BINANCE"}),
    "binancecoinm": frozenset({"BINANCE"}),
    "coinbaseinternational": frozenset({"COINBASEINTX"}),
    "cryptocom": frozenset({"CRYPTO", "CRYPTO_COM"}),
    "gate": frozenset({"GATEIO"}),
    "htx": frozenset({"HUOBI"}),
    "krakenfutures": frozenset({"KRAKEN"}),
    "kucoinfutures": frozenset({"KUCOIN"}),
    "myokx": frozenset({"OKX", "OKEX"}),
    "okx": frozenset({"OKEX"}),
    "okxus": frozenset({"OKX", "OKEX"}),
    "woo": frozenset({"WOONETWORK", "WOOX"}),
}


def prefixes_of(exchange: str) -> frozenset[str]:
    """Return the prefixes that stand for an exchange of ccxt, in capitals."""
    return _PREFIXES.get(exchange, frozenset()) | {exchange.upper()}

"""The twenty alerts of `fillgate demo --ccxt`, as data: what is sent, and how each should end.

Invariants:

1. Prices are so far from the market, or so far through it, that no move within the demonstration
   changes what becomes of an order.
2. An alert that repeats another sends the same bytes.
"""

from collections.abc import Mapping
from typing import Any, Final

from fillgate.cli.demo_alerts import Alert, Percent

__all__ = ["BROKEN", "CCXT_ALERTS"]


def _order(
    action: str, quantity: str, symbol: str, distance: int | None = None, **more: Any
) -> Mapping[str, Any]:
    limit = {} if distance is None else {"order_type": "limit", "price": Percent(distance)}
    return {"symbol": symbol, "action": action, "quantity": quantity, **limit, **more}


_FIRST: Final = _order("buy", "0.01", "BTC/USDT", id="demo-1")
_SECOND: Final = _order("sell", "0.5", "BINANCE:ETHUSDT")

BROKEN: Final = 4
"""Number of the alert whose answer the exchange cuts off after it has taken the order."""

CCXT_ALERTS: Final = (
    Alert("buy 0.01 BTC/USDT", "FILLED", _FIRST),
    Alert("sell 0.5 BINANCE:ETHUSDT", "FILLED", _SECOND),
    Alert("buy 2 SOL/USDT", "FILLED", _order("buy", "2", "SOL/USDT")),
    Alert(
        "buy 1 BNB/USDT, the answer cut off",
        "UNKNOWN, FILLED",
        _order("buy", "1", "BNB/USDT"),
        http=202,
    ),
    Alert("buy 0.01 BTC/USDT, limit -5 %", "NEW", _order("buy", "0.01", "BTC/USDT", -5)),
    Alert("sell 0.5 ETH/USDT, limit +5 %", "NEW", _order("sell", "0.5", "ETH/USDT", 5)),
    Alert("buy 0.02 BTC/USDT, limit +1 %", "FILLED", _order("buy", "0.02", "BTC/USDT", 1)),
    Alert(
        "buy 500 DOGE/USDT, -3 %, post-only",
        "NEW",
        _order("buy", "500", "DOGE/USDT", -3, post_only=True),
    ),
    Alert(
        "buy 100 XRP/USDT, limit -5 %, IOC",
        "EXPIRED",
        _order("buy", "100", "XRP/USDT", -5, time_in_force="IOC"),
    ),
    Alert(
        "buy 0.01 BTC/USDT, stop +4 %",
        "NEW",
        _order("buy", "0.01", "BTC/USDT", order_type="stop", stop_price=Percent(4)),
    ),
    Alert("cancel number 5", "CANCELED", {}, cancels=5),
    Alert(
        "sell 50 BTC/USDT, owning about one",
        "REJECTED",
        _order("sell", "50", "BTC/USDT"),
        http=422,
        tells="insufficient balance",
    ),
    Alert(
        "buy 0.01 BTC/USDT, +1 %, post-only",
        "REJECTED",
        _order("buy", "0.01", "BTC/USDT", 1, post_only=True),
        http=422,
        tells="immediately match",
    ),
    Alert(
        "buy 0.00001 BTC/USDT, limit -1 %",
        "DENIED",
        _order("buy", "0.00001", "BTC/USDT", -1),
        http=422,
        tells="MINIMUM_NOTIONAL",
    ),
    Alert(
        "buy 0.0001 SOL/USDT, below its step",
        "DENIED",
        _order("buy", "0.0001", "SOL/USDT"),
        http=422,
        tells="INVALID_QUANTITY",
    ),
    Alert(
        "buy 0.01 BTCEUR, not listed there",
        "DENIED",
        _order("buy", "0.01", "BTCEUR"),
        http=422,
        tells="BTC/USDT",
    ),
    Alert(
        "buy 0.01 COINBASE:BTCUSDT",
        "DENIED",
        _order("buy", "0.01", "COINBASE:BTCUSDT"),
        http=422,
        tells="OTHER_EXCHANGE",
    ),
    Alert(
        "buy 0.01 BTCUSDT.P, a perpetual",
        "DENIED",
        _order("buy", "0.01", "BTCUSDT.P"),
        http=422,
        tells="WRONG_MARKET_TYPE",
    ),
    Alert("number 1 again, same id", "FILLED, replayed", _FIRST, repeats=1),
    Alert("number 2 again, without any id", "SUSPECTED_DUPLICATE", _SECOND, repeats=2),
)
"""All of them, in the order in which they are sent."""

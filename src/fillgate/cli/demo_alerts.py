"""The thirty alerts of `fillgate demo`, as data: what is sent, and how each should end.

Invariants:

1. Every ending is definite: prices are so far from the market, or so far through it, that no move
   within the demonstration changes what becomes of an order.
2. An alert that repeats another sends the same bytes.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

__all__ = ["ALERTS", "FLAKY", "POOR", "Ago", "Alert", "Door", "Percent"]

POOR: Final = "poor"
"""The account whose venue refuses every order for want of funds."""

_PROBLEM: Final = 400

FLAKY: Final = "flaky"
"""The account whose venue takes every order and never answers."""


class Percent(NamedTuple):
    """A price, as the distance from the market's last price in per cent."""

    distance: int


class Ago(NamedTuple):
    """A time, as seconds before now."""

    seconds: int


class Door:
    """How an alert shows that it may be sent."""

    SIGNATURE: Final = "signature"
    """A signature in the header."""
    TOKEN: Final = "token"  # noqa: S105 - a way, no secret
    """The secret at the end of the address."""
    SECRET: Final = "secret"  # noqa: S105 - a way, no secret
    """The secret in the body."""
    FORGED: Final = "forged"
    """A signature made with another secret."""


class Alert(NamedTuple):
    """One alert."""

    words: str
    ending: str
    """The order's status, or the code of the refusal; "replayed" where an earlier delivery of the
    same alert had that outcome."""
    body: Mapping[str, Any] | bytes
    http: int = 200
    door: str = Door.SIGNATURE
    key: str | None = None
    """The header Idempotency-Key."""
    repeats: int | None = None
    """Number of the earlier alert that it repeats, from 1: the same order must be answered."""
    cancels: int | None = None
    """Number of the alert whose order is cancelled, from 1; nothing is sent to the webhook."""
    tells: str | None = None
    """What stands in the code or the text that it is answered with."""

    @property
    def arrives(self) -> bool:
        """True when it makes an order that the venue hears of."""
        is_new = self.repeats is None and self.cancels is None
        return is_new and (self.is_accepted or self.ending == "REJECTED")

    @property
    def is_accepted(self) -> bool:
        """True when it is answered without a problem."""
        return self.http < _PROBLEM

    @property
    def symbol(self) -> str | None:
        """The symbol that it is about."""
        return self.body.get("symbol") if isinstance(self.body, Mapping) else None


def _buy(quantity: str, symbol: str, **more: Any) -> dict[str, Any]:
    return {"symbol": symbol, "action": "buy", "quantity": quantity, **more}


def _sell(quantity: str, symbol: str, **more: Any) -> dict[str, Any]:
    return {"symbol": symbol, "action": "sell", "quantity": quantity, **more}


_FIRST: Final = _buy("0.05", "BTC/USDT", id="demo-1", strategy="trend")
_SECOND: Final = _sell("1.5", "ETH/USDT")
_THIRD: Final = _buy("20", "SOL/USDT")

_ORDERS: Final = (
    Alert("buy 0.05 BTC/USDT", "FILLED", _FIRST),
    Alert("sell 1.5 ETH/USDT", "FILLED", _SECOND),
    Alert("buy 20 SOL/USDT, token in address", "FILLED", _THIRD, door=Door.TOKEN, key="k-3"),
    Alert("buy 10 AAPL, secret in body", "FILLED", _buy("10", "AAPL"), door=Door.SECRET),
    Alert("sell 2 ES1!", "FILLED", _sell("2", "ES1!", confidence=0.9)),
    Alert(
        "buy 0.05 BTC/USDT, limit -5 %",
        "NEW",
        _buy("0.05", "BTC/USDT", order_type="limit", price=Percent(-5)),
    ),
    Alert(
        "buy 0.02 BTC/USDT, limit +1 %",
        "FILLED",
        _buy("0.02", "BTC/USDT", order_type="limit", price=Percent(1)),
    ),
    Alert(
        "sell 1 ETH/USDT, limit +5 %, bracket",
        "NEW",
        _sell(
            "1",
            "ETH/USDT",
            order_type="limit",
            price=Percent(5),
            stop_loss=Percent(9),
            take_profit=Percent(-5),
        ),
    ),
    Alert(
        "buy 500 DOGE/USDT, -3 %, post-only",
        "NEW",
        _buy("500", "DOGE/USDT", order_type="limit", price=Percent(-3), post_only=True),
    ),
    Alert(
        "buy 9000 EUR/USD, limit -5 %, IOC",
        "EXPIRED",
        _buy("9000", "EUR/USD", order_type="limit", price=Percent(-5), time_in_force="IOC"),
    ),
    Alert(
        "buy 0.1 BTC/USDT, stop +4 %",
        "NEW",
        _buy("0.1", "BTC/USDT", order_type="stop", stop_price=Percent(4)),
    ),
    Alert(
        "sell 10 AAPL, trailing stop at 20",
        "NEW",
        _sell("10", "AAPL", order_type="trailing_stop", trail="20"),
    ),
    Alert(
        "buy 5 SOL/USDT, stop +4 %, limit +5 %",
        "NEW",
        _buy("5", "SOL/USDT", order_type="stop_limit", stop_price=Percent(4), price=Percent(5)),
    ),
    Alert(
        "buy 0.03 BTC/USDT, stop and target",
        "FILLED",
        _buy("0.03", "BTC/USDT", stop_loss=Percent(-3), take_profit=Percent(6)),
    ),
    Alert(
        "buy 1 ETH/USDT, no funds at the venue",
        "REJECTED",
        _buy("1", "ETH/USDT", account=POOR),
        http=422,
    ),
    Alert(
        "buy 1 ETH/USDT, venue never answers",
        "UNKNOWN, FILLED",
        _buy("1", "ETH/USDT", account=FLAKY),
        http=202,
    ),
    Alert(
        "buy SOL/USDT for 500 USDT",
        "DENIED",
        {"symbol": "SOL/USDT", "action": "buy", "quote_quantity": "500"},
        http=422,
    ),
)

_REPEATS: Final = (
    Alert("number 1 again, same id", "FILLED, replayed", _FIRST, repeats=1),
    Alert("number 3 again, same Idempotency-Key", "FILLED, replayed", _THIRD, key="k-3", repeats=3),
    Alert("number 2 again, without any id", "SUSPECTED_DUPLICATE", _SECOND, repeats=2),
)

_REFUSALS: Final = (
    Alert(
        "number 1's id, another quantity",
        "KEY_REUSED",
        _buy("0.06", "BTC/USDT", id="demo-1", strategy="trend"),
        http=422,
    ),
    Alert("wrong signature", "UNAUTHENTICATED", _buy("1", "BTC/USDT"), http=401, door=Door.FORGED),
    Alert("a body cut short", "MALFORMED_JSON", b'{"symbol": "BTC/USDT", "action": "b', http=400),
    Alert(
        "action hold",
        "UNKNOWN_ACTION",
        {"symbol": "BTC/USDT", "action": "hold", "quantity": "1"},
        http=422,
    ),
    Alert("confidence 0.4", "LOW_CONFIDENCE", _buy("1", "BTC/USDT", confidence=0.4), http=422),
    Alert(
        "a placeholder not filled in",
        "UNRESOLVED_PLACEHOLDER",
        _buy("1", "BTC/USDT", price="{{close}}"),
        http=422,
    ),
    Alert("unknown account", "UNKNOWN_ACCOUNT", _buy("1", "BTC/USDT", account="nobody"), http=422),
    Alert("sent ten minutes ago", "STALE", _buy("1", "BTC/USDT", timestamp=Ago(600)), http=422),
    Alert(
        "quantity 1e400",
        "INVALID_FIELD",
        b'{"symbol": "BTC/USDT", "action": "buy", "quantity": 1e400}',
        http=422,
    ),
    Alert(
        "buy with the stop above the target",
        "STOP_WRONG_SIDE",
        _buy("1", "BTC/USDT", stop_loss=Percent(5), take_profit=Percent(-5)),
        http=422,
    ),
)

ALERTS: Final = (*_ORDERS, *_REPEATS, *_REFUSALS)
"""All of them, in the order in which they are sent."""

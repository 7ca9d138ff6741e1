"""From the answers to what any service is asked: a ticker, and what `/health` says."""

from decimal import Decimal
from typing import Final
from urllib.parse import quote

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.market import MarketData
from fillgate.domain.numbers import multiply
from fillgate.plugins.ccxt_http.answers import (
    BrokenAnswer,
    Json,
    number_of,
    read_object,
    words_of,
)
from fillgate.plugins.ccxt_http.protocol import VERSION, Health, decode
from fillgate.plugins.ccxt_http.wire import Answer, ServiceFailure

__all__ = ["check_health", "market_data", "spoken", "ticker_path"]

_UNHEALTHY: Final = frozenset({"error", "down", "unhealthy", "fail", "failed", "failing"})

# Unix times of the years 1973 to 5138 are below this in seconds and above it in milliseconds.
_LEAST_MILLISECONDS: Final = Decimal(10) ** 11
_LEAST_MICROSECONDS: Final = Decimal(10) ** 14
_THOUSAND: Final = Decimal(1000)


def ticker_path(symbol: str) -> str:
    """Return the path of a symbol's ticker.

    The symbol is one segment: its slash is sent as `%2F` (`/ticker/BTC%2FUSDT`). Services that
    split paths before they decode them need it so; to the others it is a slash.
    """
    return "/ticker/" + quote(symbol, safe="")


def check_health(answer: Answer) -> None:
    """Raise if the service is not well: an HTTP status other than 2xx, or its own word.

    Raises:
        ServiceFailure: with the reason.
    """
    fields = _fields_if_any(answer)
    status = fields.get("status")
    words = "; ".join(words_of(fields))
    if not _is_success(answer):
        raise ServiceFailure(f"GET /health: HTTP {answer.status} {words}".rstrip())
    if isinstance(status, str) and status.strip().lower() in _UNHEALTHY:
        raise ServiceFailure(f"GET /health: status {status} {words}".rstrip())


def spoken(answer: Answer) -> Capabilities | None:
    """Return what the account at the other end can do, as `/health` tells it.

    None for a service that speaks the three paths only.

    Raises:
        ServiceFailure: it speaks another version of the protocol, or of things unknown here.
    """
    version = _fields_if_any(answer).get("protocol")
    if version is None:
        return None
    if version != str(VERSION):
        words = f"expected version {VERSION} of the bridge's protocol, found {version}"
        raise ServiceFailure(f"GET /health: {words}; use the same fillgate at both ends")
    try:
        return decode(Health, answer.body).capabilities
    except BrokenAnswer as error:
        raise ServiceFailure(f"GET /health: {error}; use the same fillgate at both ends") from None


def market_data(symbol: str, answer: Answer, now: int) -> MarketData:
    """Return the quote in a ticker's answer.

    Args:
        symbol: as it was asked for.
        answer: the service's.
        now: Unix milliseconds; the quote's time if the service names none.

    Raises:
        ServiceFailure: it holds no sound quote; the text says why.
    """
    if not _is_success(answer):
        words = "; ".join(words_of(_fields_if_any(answer)))
        raise ServiceFailure(f"no ticker of {symbol}: HTTP {answer.status} {words}".rstrip())
    try:
        return _market_data(symbol, read_object(answer.body), now)
    except BrokenAnswer as error:
        raise ServiceFailure(f"no ticker of {symbol}: {error}") from None


def _market_data(symbol: str, fields: dict[str, Json], now: int) -> MarketData:
    bid, ask, last, volume = (_number(fields, name) for name in ("bid", "ask", "last", "volume"))
    if bid is None and ask is None and last is None:
        raise BrokenAnswer("neither bid nor ask nor last in the answer")
    timestamp = _number(fields, "timestamp")
    return MarketData(
        symbol=symbol,
        bid=bid,
        ask=ask,
        last=last,
        volume=volume,
        timestamp=now if timestamp is None else _milliseconds(timestamp),
    )


def _number(fields: dict[str, Json], name: str) -> Decimal | None:
    try:
        return number_of(fields.get(name))
    except BrokenAnswer as error:
        raise BrokenAnswer(f"{name}: {error}") from None


def _milliseconds(timestamp: Decimal) -> int:
    if timestamp < 0 or timestamp >= _LEAST_MICROSECONDS:
        raise BrokenAnswer(f"timestamp: expected Unix seconds or milliseconds, found {timestamp}")
    return int(timestamp if timestamp >= _LEAST_MILLISECONDS else multiply(timestamp, _THOUSAND))


def _is_success(answer: Answer) -> bool:
    return 200 <= answer.status <= 299  # noqa: PLR2004 - HTTP's 2xx


def _fields_if_any(answer: Answer) -> dict[str, Json]:
    try:
        return read_object(answer.body)
    except BrokenAnswer:
        return {}

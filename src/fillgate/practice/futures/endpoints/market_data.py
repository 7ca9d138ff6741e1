"""What everybody may ask: what is listed, and what it costs."""

from collections.abc import Callable
from typing import Any, Final

from fillgate.practice.calls import Call
from fillgate.practice.errors import Refused
from fillgate.practice.futures.endpoints.asked import futures
from fillgate.practice.futures.exchange import FUNDING
from fillgate.practice.futures.protocol import market_data as told
from fillgate.practice.futures.protocol.exchange_info import exchange_info
from fillgate.practice.protocol.market_data import Ticker
from fillgate.practice.tickers import offers, ticker_of

__all__ = [
    "answer_depth",
    "answer_exchange_info",
    "answer_premium_index",
    "answer_ticker_24h",
    "answer_ticker_book",
    "answer_ticker_price",
]

_DEPTHS: Final = (500, 1_000)


def answer_exchange_info(call: Call) -> dict[str, Any]:
    """Answer what can be traded."""
    symbols = call.exchange.symbols.by_name.values()
    return exchange_info(symbols, call.limits, call.exchange.now() // 1000)


def answer_depth(call: Call) -> dict[str, Any]:
    """Answer what is offered."""
    symbol, limit = call.parameters.needed("symbol"), call.parameters.limit(*_DEPTHS)
    bids, asks = offers(call.exchange, symbol, limit)
    return told.depth(call.exchange.now(), bids, asks)


def answer_ticker_24h(call: Call) -> Any:
    """Answer the statistics of 24 hours."""
    return _each(call, lambda name: told.ticker_24h(_ticker(call, name)))


def answer_ticker_price(call: Call) -> Any:
    """Answer the last price."""
    return _each(call, lambda name: told.ticker_price(_ticker(call, name)))


def answer_ticker_book(call: Call) -> Any:
    """Answer the best bid and ask."""
    return _each(call, lambda name: told.book_ticker(_ticker(call, name)))


def answer_premium_index(call: Call) -> Any:
    """Answer the mark price and the funding."""

    def premium(name: str) -> dict[str, Any]:
        mark = futures(call).mark_price(name)
        return told.premium_index(name, mark, FUNDING, call.exchange.now())

    return _each(call, premium)


def _ticker(call: Call, name: str) -> Ticker:
    return ticker_of(call.exchange, name)


def _each(call: Call, tell: Callable[[str], dict[str, Any]]) -> Any:
    """Answer for the symbol that is named, or a list for all that are open."""
    name = call.parameters.text("symbol")
    if name is not None:
        return tell(name)
    found: list[dict[str, Any]] = []
    for each in call.exchange.symbols.by_name:
        try:
            found.append(tell(each))
        except Refused:
            # It is closed.
            continue
    return found

"""What everybody may ask: what is listed, and what it costs."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from fillgate.practice.amounts import amount_text
from fillgate.practice.calls import Call
from fillgate.practice.errors import Refused, invalid_combination
from fillgate.practice.protocol.exchange_info import exchange_info
from fillgate.practice.protocol.market_data import (
    Ticker,
    book_ticker,
    depth,
    public_trade,
    ticker_24h,
    ticker_mini,
)
from fillgate.practice.tickers import offers, ticker_of

__all__ = [
    "answer_depth",
    "answer_exchange_info",
    "answer_nothing",
    "answer_ping",
    "answer_ticker_24h",
    "answer_ticker_book",
    "answer_ticker_price",
    "answer_time",
    "answer_trades",
]

_DEPTHS: Final = (100, 5_000)
_TRADES: Final = (500, 1_000)


def answer_ping(_call: Call) -> dict[str, Any]:
    """Answer that it is there."""
    return {}


def answer_nothing(call: Call) -> list[Any]:
    """Answer an empty list: what this exchange does not have."""
    call.parameters.text("symbol")
    return []


def answer_no_symbols(call: Call) -> dict[str, Any]:
    """Answer that no symbols are listed: those of derivatives."""
    return {"timezone": "UTC", "serverTime": call.exchange.now() // 1000, "symbols": []}


def answer_time(call: Call) -> dict[str, Any]:
    """Answer the time."""
    return {"serverTime": call.exchange.now() // 1000}


def answer_exchange_info(call: Call) -> dict[str, Any]:
    """Answer what can be traded: all, or the symbols that are asked for."""
    names = _names(call)
    for spare in ("permissions", "showPermissionSets", "symbolStatus"):
        call.parameters.text(spare)
    symbols = call.exchange.symbols
    found = symbols.by_name.values() if names is None else [symbols.find(each) for each in names]
    return exchange_info(found, call.limits, call.exchange.now() // 1000)


def _names(call: Call) -> Sequence[str] | None:
    """Return the symbols that are asked for; None for all."""
    one, several = call.parameters.text("symbol"), call.parameters.text("symbols")
    if one is not None and several is not None:
        raise invalid_combination()
    if several is None:
        return None if one is None else [one]
    try:
        return msgspec.json.decode(several, type=list[str])
    except msgspec.MsgspecError:
        form = '^\\["[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}\\]$'
        text = f"Illegal characters found in parameter 'symbols'; legal range is '{form}'."
        raise Refused(-1100, text) from None


def answer_depth(call: Call) -> dict[str, Any]:
    """Answer what is offered."""
    symbol, limit = call.parameters.needed("symbol"), call.parameters.limit(*_DEPTHS)
    bids, asks = offers(call.exchange, symbol, limit)
    return depth(call.exchange.now(), bids, asks)


def answer_trades(call: Call) -> list[dict[str, Any]]:
    """Answer the last trades, oldest first."""
    symbol, limit = call.parameters.needed("symbol"), call.parameters.limit(*_TRADES)
    call.exchange.market(symbol)
    return [public_trade(each) for each in list(call.exchange.trades.public(symbol))[-limit:]]


def answer_ticker_24h(call: Call) -> Any:
    """Answer the statistics of 24 hours."""
    kind = call.parameters.text("type") or "FULL"
    return _tickers(call, ticker_mini if kind == "MINI" else ticker_24h)


def answer_ticker_price(call: Call) -> Any:
    """Answer the last price."""
    return _tickers(call, lambda one: {"symbol": one.symbol, "price": amount_text(one.last)})


def answer_ticker_book(call: Call) -> Any:
    """Answer the best bid and ask."""
    return _tickers(call, book_ticker)


def _tickers(call: Call, told: Callable[[Ticker], dict[str, Any]]) -> Any:
    """Answer for one symbol, or a list for several; of all those that are closed are left out."""
    names = _names(call)
    if call.parameters.text("symbol") is not None and names is not None:
        return told(ticker_of(call.exchange, names[0]))
    found: list[dict[str, Any]] = []
    for name in call.exchange.symbols.by_name if names is None else names:
        try:
            found.append(told(ticker_of(call.exchange, name)))
        except Refused:
            if names is not None:
                raise
    return found

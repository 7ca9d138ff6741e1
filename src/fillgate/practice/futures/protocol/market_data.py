"""Prices, depth and funding of a contract."""

from decimal import Decimal
from typing import Any, Final

from fillgate.market.accounts.funding import next_funding
from fillgate.practice.amounts import amount_text
from fillgate.practice.protocol import market_data as spot
from fillgate.practice.protocol.market_data import Depth, Ticker

__all__ = ["book_ticker", "depth", "premium_index", "ticker_24h", "ticker_price"]

_NOT_HERE: Final = ("bidPrice", "bidQty", "askPrice", "askQty", "prevClosePrice")


def ticker_24h(ticker: Ticker) -> dict[str, Any]:
    """Return the statistics of 24 hours; bid and ask are not among them here."""
    whole = spot.ticker_24h(ticker)
    return {name: value for name, value in whole.items() if name not in _NOT_HERE}


def ticker_price(ticker: Ticker) -> dict[str, Any]:
    """Return the last price."""
    return {"symbol": ticker.symbol, "price": amount_text(ticker.last), "time": ticker.at}


def book_ticker(ticker: Ticker) -> dict[str, Any]:
    """Return the best bid and ask."""
    return {**spot.book_ticker(ticker), "lastUpdateId": ticker.at, "time": ticker.at}


def depth(now: int, bids: Depth, asks: Depth) -> dict[str, Any]:
    """Return the order book at a time, Unix microseconds."""
    return {**spot.depth(now, bids, asks), "E": now // 1000, "T": now // 1000}


def premium_index(symbol: str, mark: Decimal, rate: Decimal, now: int) -> dict[str, Any]:
    """Return the mark price, and what is paid for positions next.

    Args:
        symbol: of the contract.
        mark: the price; there is no other index here.
        rate: of the funding.
        now: Unix microseconds.
    """
    price = amount_text(mark)
    return {
        "symbol": symbol,
        "markPrice": price,
        "indexPrice": price,
        "estimatedSettlePrice": price,
        "lastFundingRate": amount_text(rate),
        "interestRate": amount_text(rate),
        "nextFundingTime": next_funding(now) // 1000,
        "time": now // 1000,
    }

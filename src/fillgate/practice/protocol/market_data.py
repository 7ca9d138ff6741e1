"""Prices, depth and trades of a symbol."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from fillgate.domain.numbers import ZERO, divide, multiply, subtract
from fillgate.practice.amounts import amount_text, milliseconds
from fillgate.practice.trades import Day, Trade

__all__ = ["Ticker", "book_ticker", "depth", "public_trade", "ticker_24h", "ticker_mini"]

_DAY: Final = 86_400_000
_HUNDRED: Final = Decimal(100)

Depth = Sequence[tuple[Decimal, Decimal]]
"""Price and quantity, the best first."""


class Ticker(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to say of a symbol now."""

    symbol: str
    at: int
    """Unix milliseconds."""
    bid: tuple[Decimal, Decimal]
    """Price and quantity."""
    ask: tuple[Decimal, Decimal]
    last: Decimal
    opened: Decimal
    """The price 24 hours ago."""
    day: Day
    """What was traded since, on this exchange."""
    traded: Trade | None
    """The last trade."""

    @property
    def extremes(self) -> tuple[Decimal, Decimal]:
        """The highest and the lowest price known of these 24 hours."""
        prices = [self.opened, self.last, self.day.high, self.day.low]
        known = [price for price in prices if price is not None]
        return max(known), min(known)

    @property
    def mean(self) -> Decimal:
        """The average price, weighted by quantity."""
        return divide(self.day.worth, self.day.quantity) if self.day.trades else self.last


def ticker_24h(ticker: Ticker) -> dict[str, Any]:
    """Return the statistics of 24 hours."""
    high, low = ticker.extremes
    change = subtract(ticker.last, ticker.opened)
    part = divide(multiply(change, _HUNDRED), ticker.opened)
    day, traded = ticker.day, ticker.traded
    return {
        "symbol": ticker.symbol,
        "priceChange": amount_text(change),
        "priceChangePercent": f"{part:.3f}",
        "weightedAvgPrice": amount_text(ticker.mean),
        "prevClosePrice": amount_text(ticker.opened),
        "lastPrice": amount_text(ticker.last),
        "lastQty": amount_text(traded.fill.quantity if traded else ZERO),
        **_touch(ticker),
        "openPrice": amount_text(ticker.opened),
        "highPrice": amount_text(high),
        "lowPrice": amount_text(low),
        "volume": amount_text(day.quantity),
        "quoteVolume": amount_text(day.worth),
        "openTime": ticker.at - _DAY,
        "closeTime": ticker.at,
        "firstId": day.first_id,
        "lastId": traded.trade_id if day.trades and traded else -1,
        "count": day.trades,
    }


def ticker_mini(ticker: Ticker) -> dict[str, Any]:
    """Return the short statistics of 24 hours."""
    whole = ticker_24h(ticker)
    names = ("symbol", "openPrice", "highPrice", "lowPrice", "lastPrice", "volume", "quoteVolume")
    more = ("openTime", "closeTime", "firstId", "lastId", "count")
    return {name: whole[name] for name in names + more}


def book_ticker(ticker: Ticker) -> dict[str, Any]:
    """Return the best bid and ask."""
    return {"symbol": ticker.symbol, **_touch(ticker)}


def _touch(ticker: Ticker) -> dict[str, str]:
    return {
        "bidPrice": amount_text(ticker.bid[0]),
        "bidQty": amount_text(ticker.bid[1]),
        "askPrice": amount_text(ticker.ask[0]),
        "askQty": amount_text(ticker.ask[1]),
    }


def depth(update_id: int, bids: Depth, asks: Depth) -> dict[str, Any]:
    """Return the order book."""
    return {
        "lastUpdateId": update_id,
        "bids": [[amount_text(price), amount_text(size)] for price, size in bids],
        "asks": [[amount_text(price), amount_text(size)] for price, size in asks],
    }


def public_trade(trade: Trade) -> dict[str, Any]:
    """Return a trade without whose it was."""
    return {
        "id": trade.trade_id,
        "price": amount_text(trade.fill.price),
        "qty": amount_text(trade.fill.quantity),
        "quoteQty": amount_text(trade.worth),
        "time": milliseconds(trade.at),
        "isBuyerMaker": trade.buyer_is_maker,
        "isBestMatch": True,
    }

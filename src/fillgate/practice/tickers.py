"""What there is to say of a symbol now: its prices, what is offered, what was traded."""

from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from itertools import islice
from typing import Final

from fillgate.domain.orders import Side
from fillgate.market.feeds.base import NoPrices
from fillgate.market.matching import MARKET
from fillgate.market.symbol_market import SymbolMarket
from fillgate.practice.errors import market_closed
from fillgate.practice.exchange import Exchange
from fillgate.practice.protocol.market_data import Ticker

__all__ = ["offers", "ticker_of"]

_DAY: Final = 86_400_000_000


def ticker_of(exchange: Exchange, symbol: str) -> Ticker:
    """Return what there is to say of a symbol.

    Raises:
        Refused: it is not listed, or has no prices now.
    """
    market, now = exchange.market(symbol)
    try:
        quote = market.quote(now)
        [bid], [ask] = (_offered(market, side, now, 1) for side in (Side.BUY, Side.SELL))
    except (NoPrices, ValueError):
        raise market_closed() from None
    volume = exchange.trades.volume(symbol)
    return Ticker(
        symbol=symbol,
        at=now // 1000,
        bid=bid,
        ask=ask,
        last=market.listing.price(quote.last),
        opened=_opened(market, now, quote.last),
        day=volume.at(now),
        traded=volume.last,
    )


def _opened(market: SymbolMarket, now: int, last: int) -> Decimal:
    with suppress(NoPrices):
        # A recording may begin later.
        last = market.quote(now - _DAY).last
    return market.listing.price(last)


def offers(
    exchange: Exchange, symbol: str, most: int
) -> tuple[Sequence[tuple[Decimal, Decimal]], Sequence[tuple[Decimal, Decimal]]]:
    """Return bids and asks, the best first, as price and quantity.

    What was taken of the market's offers is still shown until it offers anew.

    Raises:
        Refused: the symbol is not listed, or has no prices now.
    """
    market, now = exchange.market(symbol)
    try:
        bids, asks = (_offered(market, side, now, most) for side in (Side.BUY, Side.SELL))
    except NoPrices:
        raise market_closed() from None
    return bids, asks


def _offered(
    market: SymbolMarket, side: Side, now: int, most: int
) -> list[tuple[Decimal, Decimal]]:
    lots = {level.ticks: level.lots for level in islice(market.feed.levels(side, now), most)}
    for level in market.book.levels(side, most):
        theirs = level.lots - market.book.lots_at(side, level.ticks, MARKET)
        if theirs:
            lots[level.ticks] = lots.get(level.ticks, 0) + theirs
    best = sorted(lots, reverse=side is Side.BUY)[:most]
    return [(market.listing.price(each), market.listing.quantity(lots[each])) for each in best]

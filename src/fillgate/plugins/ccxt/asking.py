"""Asking: for orders, fills, positions, balances, rules and quotes. Nothing here changes anything.

Invariants:

1. An order is NotFound only if the venue itself said so, or all of its lists came and it was in
   none of them. All else raises.
2. A list is whole or raises: pages are asked for until one brings nothing new.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import msgspec

from fillgate.domain.errors import AccountDown, NotSupported
from fillgate.domain.ids import order_of
from fillgate.domain.market import MarketData
from fillgate.domain.numbers import ZERO
from fillgate.domain.reports import ExecutionReport, Found, Lookup, NotFound
from fillgate.plugins.base import Balance, VenueFill, VenuePosition
from fillgate.plugins.ccxt.client_ids import encode
from fillgate.plugins.ccxt.lists import Lists, PairOf
from fillgate.plugins.ccxt.opened import Opened
from fillgate.plugins.ccxt.pairs import list_id_of
from fillgate.plugins.ccxt.reports import Reader, names_id
from fillgate.plugins.ccxt.traffic import noted
from fillgate.plugins.ccxt.values import BrokenAnswer, Fields, number, positive, time_of
from fillgate.plugins.ccxt.venues import LookupWay, MarketType
from fillgate.plugins.ccxt.verdict import is_absence, refuses_the_time

__all__ = ["Asker"]

_DAY_MS: Final = 86_400_000
_TOLERANCE_MS: Final = 60_000
"""By how much the venue's clock may be behind ours."""
_MOST_PAGES: Final = 1_000
_MOST_NAMES: Final = 100
"""How many orders are asked for their names in one question for executions."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks through an open account."""

    opened: Opened
    reader: Reader
    lists: Lists

    async def order(
        self, *, client_order_id: str, order_id: str | None, market: str, since: int | None
    ) -> Lookup:
        """Look an order up: by the venue's id where it is known, else as the table says."""
        if self.lists.is_meant(client_order_id, order_id):
            return await self.lists.look_up(client_order_id, order_id)
        found = await self._single(
            client_order_id=client_order_id, order_id=order_id, market=market, since=since
        )
        is_known = order_id is not None or self.reader.known.order(client_order_id) is not None
        if isinstance(found, Found) or is_known or self.lists.terms is None:
            return found
        # Of an order that another process sent it may be the list.
        return await self.lists.look_up(client_order_id, None)

    async def _single(
        self, *, client_order_id: str, order_id: str | None, market: str, since: int | None
    ) -> Lookup:
        own = order_of(client_order_id)
        exchange, venue = self.opened.questions, self.opened.venue
        if order_id is not None and exchange.has.get("fetchOrder"):
            return await self._fetched(order_id, market, {})
        if venue.lookup is LookupWay.FETCH_ORDER and venue.lookup_param is not None:
            named = {venue.lookup_param: encode(venue.client_id_form, own)}
            return await self._fetched(None, market, named)
        if venue.lookup is LookupWay.LISTS:
            return await self._listed(own, order_id, market, since)
        raise NotSupported(f"{venue.exchange} finds no order by our client order id")

    async def _fetched(
        self, order_id: str | None, market: str, params: Mapping[str, Any]
    ) -> Lookup:
        with noted() as traffic:
            try:
                told = await self.opened.questions.fetch_order(
                    order_id, market, params=dict(params)
                )
            except Exception as error:
                if is_absence(error, traffic):
                    return NotFound()
                raise
        return Found(self.reader.report(told))

    async def _listed(
        self, own: str, order_id: str | None, market: str, since: int | None
    ) -> Lookup:
        venue, is_whole = self.opened.venue, True
        params = {}
        if venue.lookup_param is not None:
            params[venue.lookup_param] = encode(venue.client_id_form, own)
        for method in venue.lists:
            begin = None if since is None else since - _TOLERANCE_MS
            told = await getattr(self.opened.questions, method)(market, begin, None, dict(params))
            for each in told:
                name = self.reader.client_order_id(each)
                if (name and order_of(name) == own) or (order_id and names_id(each) == order_id):
                    return Found(self.reader.report(each))
            is_whole &= bool(params) or self._is_whole(told, method)
        if not is_whole:
            raise BrokenAnswer(f"{venue.exchange} lists more orders than came; it may be another")
        return NotFound()

    def _is_whole(self, told: Sequence[Any], method: str) -> bool:
        limit = self._feature(_CAMEL.get(method, ""), "limit")
        return len(told) < (limit if isinstance(limit, int) else _SHORTEST_PAGE)

    async def open_orders(self, market: str | None) -> Sequence[ExecutionReport]:
        """Return all working orders, of a market or of all."""
        if market is None and self._feature("fetchOpenOrders", "symbolRequired"):
            markets: Sequence[str | None] = self.reader.known.markets
        else:
            markets = (market,)
        told = [each for name in markets for each in await self._working(name)]
        pairs = await self._pairs_of(told)
        reports = [self.reader.report(each) for each in told if list_id_of(each) not in pairs]
        asked = [await self.lists.report(found) for found in pairs.values()]
        return [*reports, *(each for each in asked if not each.status.is_final)]

    async def _pairs_of(self, told: Sequence[Fields]) -> dict[str | None, PairOf]:
        """Return the lists of orders or trades that are one order here, by their ids."""
        if self.lists.terms is None:
            return {}
        ids = dict.fromkeys(list_id for each in told if (list_id := list_id_of(each)) is not None)
        found = [(list_id, await self.lists.of(list_id)) for list_id in ids]
        return {list_id: pair for list_id, pair in found if pair is not None}

    async def _working(self, market: str | None) -> Sequence[Fields]:
        waiting = self.opened.venue.waiting_list
        if waiting is None:
            return await self._pages(market, {})
        # Those that wait come first: one that is set off meanwhile is told of with what it is then.
        listed = [*await self._pages(market, waiting), *await self._pages(market, {})]
        return tuple({str(each.get("id")): each for each in listed}.values())

    async def _pages(self, market: str | None, params: Mapping[str, Any]) -> Sequence[Fields]:
        limit = self._feature("fetchOpenOrders", "limit")
        found: dict[str, Fields] = {}
        since: int | None = None
        for _ in range(_MOST_PAGES):
            page = await self.opened.questions.fetch_open_orders(market, since, limit, dict(params))
            new = {str(each.get("id")): each for each in page if str(each.get("id")) not in found}
            found |= new
            if not new or limit is None or len(page) < limit:
                return tuple(found.values())
            since = max(time_of(each, "timestamp") or 0 for each in page)
        raise BrokenAnswer(f"more than {_MOST_PAGES} pages of open orders")

    async def fills(self, market: str | None, since: int) -> Sequence[VenueFill]:
        """Return the account's executions since a time, oldest first.

        Where the exchange tells them by market alone, those of the markets that were used.
        """
        if market is None and self._feature("fetchMyTrades", "symbolRequired"):
            markets: Sequence[str | None] = self.reader.known.markets
        else:
            markets = (market,)
        trades = [each for name in markets async for each in self._trades(name, since)]
        pairs = await self._pairs_of(trades)
        await self._learn_names(each for each in trades if list_id_of(each) not in pairs)
        told = [self._fill(each, pairs.get(list_id_of(each))) for each in trades]
        return sorted((each for each in told if each.fill.timestamp >= since), key=_when)

    async def _learn_names(self, trades: Iterable[Fields]) -> None:
        """Ask whose executions these are that only name the venue's id of their order.

        Without its client order id an order would be known by a symbol that was used for another.
        """
        if not self.opened.questions.has.get("fetchOrder"):
            return
        known = self.reader.known
        named = {(str(each.get("symbol")), str(each.get("order"))) for each in trades}
        unknown = [each for each in sorted(named) if known.name(*each) is None]
        for market, order_id in unknown[:_MOST_NAMES]:
            # Who cannot be asked now is told of without a name, and asked again next time.
            with suppress(Exception):
                self.reader.report(await self.opened.questions.fetch_order(order_id, market))

    def _fill(self, trade: Fields, found: PairOf | None) -> VenueFill:
        told = self.reader.fill(trade)
        if found is None:
            return told
        pair = found.pair
        return msgspec.structs.replace(
            told, order_id=pair.order_id, client_order_id=pair.client_order_id
        )

    async def _trades(self, market: str | None, since: int) -> AsyncIterator[Fields]:
        """Ask for one page after another, from a time on, each trade once."""
        seen: set[str] = set()
        window = self._feature("fetchMyTrades", "untilDays")
        cursor = since
        for _ in range(_MOST_PAGES):
            page = await self.opened.questions.fetch_my_trades(market, cursor)
            new = [each for each in page if str(each.get("id")) not in seen]
            for each in new:
                seen.add(str(each.get("id")))
                yield each
            following = self._next(cursor, new, window)
            if following is None:
                return
            cursor = following
        raise BrokenAnswer(f"more than {_MOST_PAGES} pages of trades")

    def _next(self, cursor: int, new: Sequence[Fields], window: object) -> int | None:
        """Return from when on to ask next; None if all was told."""
        if new:
            latest = max(time_of(each, "timestamp") or 0 for each in new)
            return max(latest, cursor)
        step = int(window * _DAY_MS) if isinstance(window, int | float) and window else 0
        later = cursor + step
        return later if step and later < self.reader.now() else None

    def _feature(self, method: str, name: str) -> Any:
        market_type = self.opened.options.market_type
        kind = ("spot", None) if market_type is MarketType.SPOT else ("swap", "linear")
        return self.opened.questions.feature_value_by_type(*kind, method, name)

    async def positions(self) -> Sequence[VenuePosition]:
        """Return the positions that are not flat."""
        told = await self.opened.questions.fetch_positions()
        return [held for held in map(self.reader.position, told) if held is not None]

    async def balances(self) -> Sequence[Balance]:
        """Return what the account holds of each asset."""
        told = await self.opened.questions.fetch_balance()
        totals, free = told.get("total"), told.get("free")
        if not isinstance(totals, Mapping) or not isinstance(free, Mapping):
            raise BrokenAnswer("balances without totals")
        held = [
            Balance(asset=str(asset), total=number(totals, asset) or ZERO, free=_free(free, asset))
            for asset in totals
        ]
        return [each for each in held if each.total or each.free]

    async def quote(self, market: str, symbol: str) -> MarketData:
        """Return the ticker of a market, with the best bid and ask of its book if it has none."""
        ticker = await self.opened.questions.fetch_ticker(market)
        bid, ask = positive(ticker, "bid"), positive(ticker, "ask")
        if bid is None or ask is None:
            book = await self.opened.questions.fetch_order_book(market)
            bid, ask = _best(book, "bids"), _best(book, "asks")
        last, volume = positive(ticker, "last"), number(ticker, "baseVolume")
        if bid is None and ask is None and last is None:
            raise BrokenAnswer(f"neither bid nor ask nor last of {symbol}")
        return MarketData(
            symbol=symbol,
            bid=bid,
            ask=ask,
            last=last,
            volume=volume,
            timestamp=time_of(ticker, "timestamp") or self.reader.now(),
        )

    async def greet(self) -> None:
        """Ask for the least that shows that the exchange answers, with our keys if there are any.

        Raises:
            AccountDown: it refuses our time, also after its own was asked for.
            Exception: it does not; the text says why.
        """
        exchange = self.opened.questions
        if self.opened.credentials:
            await self._show_keys()
        elif exchange.has.get("fetchTime"):
            await exchange.fetch_time()
        else:
            await self.opened.load_markets()

    async def _show_keys(self) -> None:
        """Ask for what takes keys; once more where the venue's clock is asked for before that."""
        exchange = self.opened.questions
        for _ in range(2 if exchange.has.get("fetchTime") else 1):
            try:
                await exchange.fetch_balance()
            except Exception as error:
                if not refuses_the_time(error):
                    raise
            else:
                return
        raise AccountDown(
            f"{exchange.id} refuses the time {exchange.iso8601(exchange.milliseconds())}: set this"
            " machine's clock, and let no other program use the keys"
        )


_CAMEL: Final[Mapping[str, str]] = {
    "fetch_open_orders": "fetchOpenOrders",
    "fetch_closed_orders": "fetchClosedOrders",
    "fetch_canceled_orders": "fetchCanceledOrders",
    "fetch_orders": "fetchOrders",
}
_SHORTEST_PAGE: Final = 20
"""No venue has shorter pages than that."""


def _when(told: VenueFill) -> int:
    return told.fill.timestamp


def _free(free: Mapping[str, Any], asset: str) -> Decimal:
    return number(free, asset) or ZERO


def _best(book: Fields, side: str) -> Decimal | None:
    rows = book.get(side) or ()
    return positive({"price": rows[0][0]}, "price") if rows else None

"""Reports and quotes as the exchange pushes them, through ccxt.pro.

Invariants:

1. Each stream has an instance of ccxt's exchange and a session of its own, which end with it: what
   one left behind cannot disturb the next.
2. What is pushed is taken at once and read at once, for ccxt changes its structures in place.
   Reports are told in the order in which they came.
3. An execution is told by name with a report of its order; one that comes before any waits for it.
4. What is pushed of an order of a list that is one order here has the list asked for; what that
   says is told.
5. Without a sign of life for `stream_timeout` the stream breaks. So it does if its reader is too
   far behind.
"""

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from fillgate.domain.fills import Fill
from fillgate.domain.market import MarketData
from fillgate.domain.reports import ExecutionReport
from fillgate.plugins.base import VenueFill
from fillgate.plugins.ccxt.lists import Lists
from fillgate.plugins.ccxt.opened import Opened
from fillgate.plugins.ccxt.pairs import leg_list
from fillgate.plugins.ccxt.reports import Reader
from fillgate.plugins.ccxt.values import Fields, exact_json, positive, text, time_of

__all__ = ["Streams"]

_MOST_WAITING: Final = 10_000
_LOOKS: Final = 4
"""How often within `stream_timeout` it is looked for signs of life."""


@dataclass(slots=True)
class _Merged:
    """Reports of one stream: orders and executions, put together."""

    reader: Reader
    lists: Lists
    waiting: asyncio.Queue[ExecutionReport] = field(
        default_factory=lambda: asyncio.Queue(_MOST_WAITING)
    )
    last: dict[str, ExecutionReport] = field(default_factory=dict)
    fills: dict[str, list[Fill]] = field(default_factory=dict)
    of_lists: asyncio.Queue[tuple[str, ExecutionReport | VenueFill]] = field(
        default_factory=lambda: asyncio.Queue(_MOST_WAITING)
    )
    """What belongs to lists that may be one order here."""

    def take_orders(self, orders: Sequence[Fields]) -> None:
        for order in orders:
            self._take(order, self.reader.report(order))

    def take_trades(self, trades: Sequence[Fields]) -> None:
        for trade in trades:
            self._take(trade, self.reader.fill(trade))

    def _take(self, fields: Fields, told: ExecutionReport | VenueFill) -> None:
        list_id = None if self.lists.terms is None else leg_list(fields)
        if list_id is not None:
            self.of_lists.put_nowait((list_id, told))
        else:
            self._tell(told)

    def _tell(self, told: ExecutionReport | VenueFill) -> None:
        if isinstance(told, ExecutionReport):
            self._tell_order(told)
        else:
            self._tell_fill(told)

    def _tell_order(self, report: ExecutionReport) -> None:
        # ccxt has the fee of the last execution here, not the sum; the fills have them all.
        fills = (*report.fills, *self.fills.pop(report.order_id, ()))
        report = msgspec.structs.replace(report, fees=(), fills=fills)
        self.last[report.order_id] = msgspec.structs.replace(report, fills=())
        self.waiting.put_nowait(report)

    def _tell_fill(self, told: VenueFill) -> None:
        known = self.last.get(told.order_id)
        if known is None:
            self.fills.setdefault(told.order_id, []).append(told.fill)
        else:
            self.waiting.put_nowait(msgspec.structs.replace(known, fills=(told.fill,)))

    async def follow_lists(self) -> None:
        """Tell of lists that are one order here by asking how they stand; of others as pushed."""
        while True:
            list_id, told = await self.of_lists.get()
            found = await self.lists.of(list_id)
            if found is None:
                self._tell(told)
            elif isinstance(told, ExecutionReport):
                self._tell(await self.lists.report(found))
            else:
                self._tell(msgspec.structs.replace(told, order_id=found.pair.order_id))


@dataclass(frozen=True, slots=True)
class Streams:
    """Streams of an open account."""

    opened: Opened
    reader: Reader
    lists: Lists

    async def reports(self) -> AsyncIterator[ExecutionReport]:
        """Return reports as they come; raises when the stream breaks."""
        merged = _Merged(self.reader, self.lists)
        async with self._connected() as exchange:
            pumps = [self._pump(exchange.watch_orders, merged.take_orders)]
            if exchange.has.get("watchMyTrades"):
                pumps.append(self._pump(exchange.watch_my_trades, merged.take_trades))
            pumps.append(merged.follow_lists())
            async for report in self._told(exchange, merged.waiting, pumps):
                yield report

    async def quotes(self, markets: Mapping[str, str]) -> AsyncIterator[MarketData]:
        """Return quotes as they come; raises when the stream breaks.

        Args:
            markets: our symbols by ccxt's.
        """
        waiting: asyncio.Queue[MarketData] = asyncio.Queue(_MOST_WAITING)

        def take(tickers: Any) -> None:
            several = tickers.values() if "symbol" not in tickers else (tickers,)
            for ticker in several:
                symbol = markets.get(text(ticker, "symbol") or "")
                if symbol is not None:
                    waiting.put_nowait(self._quote(ticker, symbol))

        async with self._connected() as exchange:
            pumps = [self._pump(watch, take) for watch in _quote_watches(exchange, markets)]
            async for quote in self._told(exchange, waiting, pumps):
                yield quote

    def _quote(self, ticker: Fields, symbol: str) -> MarketData:
        return MarketData(
            symbol=symbol,
            bid=positive(ticker, "bid"),
            ask=positive(ticker, "ask"),
            last=positive(ticker, "last"),
            volume=positive(ticker, "baseVolume"),
            timestamp=time_of(ticker, "timestamp") or self.reader.now(),
        )

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        opened = self.opened
        async with AsyncExitStack() as stack:
            session = opened.network.for_questions(opened.options.data_timeout)
            stack.push_async_callback(session.close)
            exchange = opened.maker.make(session)
            stack.push_async_callback(exchange.close)
            exchange.set_markets_from_exchange(opened.questions)
            exchange.client = _prepared(exchange.client)
            within = int(opened.options.stream_timeout * 1000) // _LOOKS
            least = min(within, exchange.streaming.get("keepAlive") or within)
            exchange.streaming = {**exchange.streaming, "keepAlive": least}
            yield exchange

    async def _pump(self, watch: Callable[[], Awaitable[Any]], take: Callable[[Any], None]) -> None:
        while True:
            take(await watch())

    async def _told(
        self, exchange: Any, waiting: asyncio.Queue[Any], pumps: Sequence[Any]
    ) -> AsyncIterator[Any]:
        tasks = [asyncio.ensure_future(pump) for pump in pumps]
        tasks.append(asyncio.ensure_future(self._watch_over(exchange)))
        news: asyncio.Future[Any] = asyncio.ensure_future(waiting.get())
        try:
            while True:
                await asyncio.wait((*tasks, news), return_when=asyncio.FIRST_COMPLETED)
                if news.done():
                    yield news.result()
                    # Only now: what it took out while the reader was busy would be lost.
                    news = asyncio.ensure_future(waiting.get())
                    continue
                for task in tasks:
                    if task.done():
                        await task
        finally:
            for each in (*tasks, news):
                each.cancel()
            await asyncio.gather(*tasks, news, return_exceptions=True)

    async def _watch_over(self, exchange: Any) -> None:
        """Raise once nothing has come for too long."""
        seconds = self.opened.options.stream_timeout
        heard, still = _heard(exchange), 0
        while still < _LOOKS:
            await self.opened.maker.clock.sleep(seconds / _LOOKS)
            latest = _heard(exchange)
            heard, still = latest, still + 1 if latest == heard else 0
        raise ConnectionError(f"no sign of life for {seconds:g} s")


def _prepared(client_of: Callable[[str], Any]) -> Callable[[str], Any]:
    """Have ccxt's connections read exactly and fail quietly."""

    def prepared_client(url: str) -> Any:
        client = client_of(url)
        if "future" not in vars(client):
            client.future = _quiet(client.future)
            client.handle_text_or_binary_message = functools.partial(_hear, client)
        return client

    return prepared_client


def _quiet(future_of: Callable[[str], Any]) -> Callable[[str], Any]:
    """Have no failure told a second time by a future of ccxt's that nobody waits for."""

    def quiet_future(name: str) -> Any:
        future = future_of(name)
        future.add_done_callback(_retrieve)
        return future

    return quiet_future


def _hear(client: Any, frame: str | bytes) -> None:
    """Hand on a message as ccxt does, but with its digits: it would make floats of them."""
    message: Any = frame
    if client.decompressBinary and isinstance(message, bytes):
        message = message.decode()
    if isinstance(message, str) and message.startswith(("{", "[")):
        with suppress(ValueError):
            message = exact_json(message)
    client.on_message_callback(client, message)


def _retrieve(future: "asyncio.Future[Any]") -> None:
    if not future.cancelled():
        future.exception()


def _heard(exchange: Any) -> list[tuple[Any, ...]]:
    """Return when each connection was heard of last, by messages and by pongs."""
    return [
        (client.url, client.last_message_at, client.lastPong)
        for client in exchange.clients.values()
    ]


def _quote_watches(exchange: Any, markets: Mapping[str, str]) -> list[Callable[[], Awaitable[Any]]]:
    """Return what tells quotes with bid and ask, if ccxt has that here, else tickers."""
    for name in ("watch_bids_asks", "watch_tickers"):
        camel = "".join(part.capitalize() for part in name.split("_"))
        if exchange.has.get(camel[0].lower() + camel[1:]):
            return [functools.partial(getattr(exchange, name), list(markets))]
    return [functools.partial(exchange.watch_ticker, market) for market in markets]

"""The plugin: one account at one exchange that ccxt knows.

Invariants:

1. ccxt is imported where an account is opened, and nowhere before.
2. A request that changes something is sent once; what became of it is told by `verdict`.
3. No text that leaves here holds a key or a signature.
"""

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.errors import ConfigurationError, Denied, FillgateError, NotSent, Unknown
from fillgate.domain.ids import order_of
from fillgate.domain.market import MarketData
from fillgate.domain.orders import Order, OrderType
from fillgate.domain.reports import ExecutionReport, ExecutionResult, Found, Lookup
from fillgate.plugins.base import (
    Balance,
    ExecutionPlugin,
    Instrument,
    PluginContext,
    VenueFill,
    VenuePosition,
)
from fillgate.plugins.ccxt.abilities import NO_KEYS, capabilities_of
from fillgate.plugins.ccxt.asking import Asker
from fillgate.plugins.ccxt.client_ids import encode
from fillgate.plugins.ccxt.known import Known
from fillgate.plugins.ccxt.listings import Listings
from fillgate.plugins.ccxt.lists import Lists
from fillgate.plugins.ccxt.markets import Market
from fillgate.plugins.ccxt.opened import Opened
from fillgate.plugins.ccxt.options import AccountOptions, read_settings
from fillgate.plugins.ccxt.protected import is_refused_stop
from fillgate.plugins.ccxt.reports import Reader
from fillgate.plugins.ccxt.sending import Sender
from fillgate.plugins.ccxt.sizing import Sized
from fillgate.plugins.ccxt.streams import Streams
from fillgate.plugins.ccxt.venue_time import VenueTime
from fillgate.plugins.ccxt.verdict import told

__all__ = ["CcxtPlugin", "ExchangeFailure"]

_LONGEST_TEXT: Final = 500


class ExchangeFailure(FillgateError):
    """The exchange did not answer a question, or not as it should. The text says why."""


@dataclass(frozen=True, slots=True)
class _Desk:
    """The parts of an open account."""

    opened: Opened
    listings: Listings
    lists: Lists
    sender: Sender
    asker: Asker
    streams: Streams


class CcxtPlugin(ExecutionPlugin):
    """An account at an exchange, through ccxt in this process.

    Orders are told of under the symbol that they have here (`known`). An account without keys only
    has quotes.
    """

    capabilities = Capabilities(order_types=frozenset({OrderType.LIMIT, OrderType.MARKET}))
    options = AccountOptions

    def __init__(self, name: str, context: PluginContext) -> None:
        super().__init__(name, context)
        self._known = Known()
        self._time = VenueTime(context.clock, self._tell_time)
        self._desk: _Desk | None = None
        self._redact: Callable[[str], str] = str

    async def init(self, config: Mapping[str, Any]) -> None:
        """Read the settings, load the exchange's markets, and see whether the keys are good.

        Raises:
            ConfigurationError: a setting is wrong, or ccxt is not installed.
            ExchangeFailure: the exchange does not answer, or refuses the keys.
        """
        await self.close()
        where = f"accounts.{self.name}"
        options, credentials = read_settings(config, where)
        self._redact = credentials.redact
        opening = await _opening(where)
        with self._asking():
            opened = await opening.open_account(
                options, credentials, self.context.clock, self._time, where
            )
        try:
            desk = self._made_desk(opened)
            with self._asking():
                await desk.asker.greet()
        except BaseException:
            await opened.close()
            raise
        self._use(desk)

    def _made_desk(self, opened: Opened) -> _Desk:
        clock = self.context.clock
        listings = Listings(opened, clock)
        reader = Reader(
            form=opened.venue.client_id_form,
            known=self._known,
            unit=listings.unit,
            now=lambda: clock.now() // 1000,
        )
        lists = Lists(opened, reader)
        return _Desk(
            opened,
            listings,
            lists,
            Sender(opened, reader, lists),
            Asker(opened, reader, lists),
            Streams(opened, reader, lists),
        )

    def _use(self, desk: _Desk) -> None:
        opened = desk.opened
        self._desk = desk
        self.capabilities = (
            capabilities_of(
                opened.venue,
                opened.options.market_type,
                opened.abilities,
                opened.questions.has,
            )
            if opened.credentials
            else NO_KEYS
        )
        if opened.venue.attached_fees is not None:
            self.context.logger.warning(
                "ccxt-names-itself", account=self.name, text=opened.venue.attached_fees
            )

    def _tell_time(self, ahead: int) -> None:
        self.context.logger.warning("clock-off", account=self.name, seconds=ahead / 1000)

    async def close(self) -> None:
        """Close all connections. May be called again."""
        desk, self._desk = self._desk, None
        if desk is not None:
            await desk.opened.close()

    async def recall(self, orders: Sequence[Order], symbols: Sequence[str]) -> None:
        """Hear of orders and positions from before, to tell of them by their names here."""
        listings = self._ready().listings
        for symbol in symbols:
            with suppress(Denied):
                self._known.note(symbol, (await listings.find(symbol)).symbol)
        for order in orders:
            with suppress(Denied):
                market = await listings.find(order.symbol)
                sizes = listings.sized(order, market)
                self._known.note_order(order, market.symbol, sizes.quantity)

    async def execute_order(self, order: Order) -> ExecutionResult:
        """Send the order, once; see the base class and `verdict`."""
        desk = self._ready_to_send()
        market = await self._market_to_send(desk, order.symbol)
        sizes = desk.listings.sized(order, market)
        self._tell_rounding(order, sizes)
        self._known.note_order(order, market.symbol, sizes.quantity)
        return await desk.sender.place(order, market, sizes)

    def _tell_rounding(self, order: Order, sizes: Sized) -> None:
        if sizes.told:
            name = order.client_order_id
            text = "; ".join(sizes.told)
            self.context.logger.info("order-rounded", client_order_id=name, text=text)

    async def cancel_order(
        self, *, client_order_id: str, order_id: str | None = None, symbol: str, request_id: str
    ) -> ExecutionReport:
        """Ask for a cancel, once, and return what the order is then; see the base class."""
        desk = self._ready_to_send()
        market = await self._market_to_send(desk, symbol)
        self._known.note(symbol, market.symbol, client_order_id)
        if desk.lists.is_meant(client_order_id, order_id):
            await desk.sender.cancel_list(
                client_order_id=client_order_id, order_id=order_id, market=market
            )
            return await self._as_it_is(desk, client_order_id, order_id, market.symbol)
        report = await desk.sender.cancel(
            client_order_id=client_order_id, order_id=order_id, market=market.symbol
        )
        return report or await self._as_it_is(desk, client_order_id, order_id, market.symbol)

    async def replace_order(
        self, *, client_order_id: str, order_id: str | None = None, order: Order
    ) -> ExecutionReport:
        """Ask for other terms, once, and return what the order is then; see the base class."""
        desk = self._ready_to_send()
        if not self.capabilities.replace_order:
            raise Denied(
                "NOT_SUPPORTED", f"{desk.opened.venue.exchange} cannot replace in one step"
            )
        market = await self._market_to_send(desk, order.symbol)
        sizes = desk.listings.sized(order, market)
        self._tell_rounding(order, sizes)
        report = await desk.sender.replace(
            client_order_id=client_order_id,
            order_id=order_id,
            order=order,
            market=market.symbol,
            sizes=sizes,
        )
        self._known.note_order(order, market.symbol, sizes.quantity)
        return report or await self._as_it_is(desk, client_order_id, order_id, market.symbol)

    async def _as_it_is(
        self, desk: _Desk, client_order_id: str, order_id: str | None, market: str
    ) -> ExecutionReport:
        """Look up an order whose request was taken with an answer that does not tell of it."""
        try:
            answer = await desk.asker.order(
                client_order_id=client_order_id, order_id=order_id, market=market, since=None
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, the request was taken
            raise Unknown("NOT_TOLD", self._redact(told(error))[:_LONGEST_TEXT]) from None
        if isinstance(answer, Found):
            return answer.report
        raise Unknown("NOT_TOLD", "the venue took the request, and does not tell of the order")

    def _ready_to_send(self) -> _Desk:
        desk = self._desk
        if desk is None:
            raise NotSent("NOT_READY", "the account has not been initialised")
        if not desk.opened.credentials:
            raise Denied("NO_KEYS", "the account has no keys, and so only quotes")
        return desk

    async def _market_to_send(self, desk: _Desk, symbol: str) -> Market:
        try:
            return await desk.listings.find(symbol)
        except Denied:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing was sent
            text = self._redact(told(error))[:_LONGEST_TEXT]
            raise NotSent("MARKETS_NOT_LOADED", text) from None

    async def fetch_order(
        self,
        *,
        client_order_id: str,
        order_id: str | None = None,
        symbol: str,
        since: int | None = None,
    ) -> Lookup:
        """Look an order up; see the base class."""
        with self._asking():
            desk = self._ready()
            market = (await desk.listings.find(symbol)).symbol
            self._known.note(symbol, market, client_order_id)
            return await desk.asker.order(
                client_order_id=client_order_id, order_id=order_id, market=market, since=since
            )

    async def open_orders(self, symbol: str | None = None) -> Sequence[ExecutionReport]:
        """Return the working orders; where the exchange tells them by market, of those used."""
        with self._asking():
            desk = self._ready()
            return await desk.asker.open_orders(await _market(desk, symbol))

    async def fills(self, *, symbol: str | None = None, since: int) -> Sequence[VenueFill]:
        """Return the fills since a time; where the exchange tells them by market, of those used."""
        with self._asking():
            desk = self._ready()
            return await desk.asker.fills(await _market(desk, symbol), since)

    async def positions(self) -> Sequence[VenuePosition]:
        """Return the positions that are not flat."""
        with self._asking():
            return await self._ready().asker.positions()

    async def balances(self) -> Sequence[Balance]:
        """Return what the account holds of each asset."""
        with self._asking():
            return await self._ready().asker.balances()

    async def instruments(self) -> Sequence[Instrument]:
        """Return the rules of the markets that are open, by ccxt's symbols."""
        return self._ready().listings.instruments()

    async def fetch_data(self, symbol: str) -> MarketData:
        """Return the quote of a symbol.

        Raises:
            ExchangeFailure: the exchange could not be asked, or has no sound quote.
        """
        with self._asking():
            desk = self._ready()
            market = await desk.listings.find(symbol)
            return await desk.asker.quote(market.symbol, symbol)

    async def health_check(self) -> bool:
        """Return True if the exchange answers, and takes the keys if there are any.

        Raises:
            ExchangeFailure: it does not; the text says why.
            AccountDown: it refuses the time of this machine, and that cannot be helped here.
        """
        with self._asking():
            await self._ready().asker.greet()
        return True

    async def stream_reports(self) -> AsyncIterator[ExecutionReport]:
        """Return reports as they come; raises when the stream breaks."""
        with self._asking():
            async for report in self._ready().streams.reports():
                if is_refused_stop(report):
                    self._warn_of_no_stop(report)
                yield report

    def _warn_of_no_stop(self, report: ExecutionReport) -> None:
        name, text = report.client_order_id, "the position has no such protection"
        self.context.logger.warning(
            "stop-refused", account=self.name, client_order_id=name, text=text
        )

    async def stream_data(self, symbols: Sequence[str]) -> AsyncIterator[MarketData]:
        """Return quotes as they come; raises when the stream breaks."""
        with self._asking():
            desk = self._ready()
            markets = {(await desk.listings.find(symbol)).symbol: symbol for symbol in symbols}
            async for quote in desk.streams.quotes(markets):
                yield quote

    def venue_client_order_id(self, client_order_id: str) -> str | None:
        """Return an id in the venue's form; None if it goes there as it is."""
        desk = self._desk
        if desk is None or desk.opened.venue.client_id_param is None:
            return None
        form = desk.opened.venue.client_id_form
        sent = encode(form, order_of(client_order_id))
        return None if sent == client_order_id else sent

    def _ready(self) -> _Desk:
        if self._desk is None:
            raise ExchangeFailure(f"the account {self.name!r} has not been initialised")
        return self._desk

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Raise what ccxt raises as errors of fillgate's, without keys and signatures."""
        try:
            yield
        except (FillgateError, GeneratorExit):
            raise
        except Exception as error:  # noqa: BLE001 - whatever ccxt raises is no answer
            raise ExchangeFailure(self._redact(told(error))[:_LONGEST_TEXT]) from None


async def _market(desk: _Desk, symbol: str | None) -> str | None:
    return None if symbol is None else (await desk.listings.find(symbol)).symbol


async def _opening(where: str) -> Any:
    """Import ccxt, which takes a second or two, and what needs it."""
    try:
        return await asyncio.to_thread(importlib.import_module, "fillgate.plugins.ccxt.opening")
    except ModuleNotFoundError as error:
        msg = (
            f"`{where}.type`: an account of type ccxt needs ccxt, which is not installed; install "
            f"`fillgate[ccxt]` ({error})"
        )
        raise ConfigurationError(msg) from None

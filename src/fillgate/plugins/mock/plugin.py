"""The mock plugin: a simulated venue in this process, no network (`type = "mock"`).

For paper trading, tests and development. Prices move with the clock it is handed, or are recorded
or borrowed ones (`prices`); orders meet a real book (`market.matching`). `MockOptions` has the
settings, `MockLedger` reads what really arrived at the venue.

Invariants:

1. What `execute_order` answered is in the ledger, and outlives the process if that is a file.
2. A second order under the same client order id is taken and executed again, as venues do; the
   ledger shows both arrivals.
3. Which orders are refused or never answered, and how long each request takes, depends on the seed
   and the client order id only.
4. It makes no tasks, and is done at once unless `latency_ms` says otherwise.
5. While somebody follows the reports of working orders, it looks at the market every
   `REPORTS_SECONDS`; what happened is reported with the time at which it happened.

Positions are net, one for each symbol: `position_side` and `margin_mode` are kept with the order
and have no effect. One contract or lot counts as one base unit.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from fillgate.domain.errors import ConfigurationError, NotSent, Rejected
from fillgate.domain.market import MarketData
from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import Order
from fillgate.domain.reports import (
    ExecutionReport,
    ExecutionResult,
    Found,
    Lookup,
    NotFound,
)
from fillgate.market.accounts import AccountKind
from fillgate.market.feeds.base import NoPrices
from fillgate.market.latency import Latency
from fillgate.market.listings import BadSymbol
from fillgate.market.rules import CAPABILITIES, Refusal
from fillgate.market.state import VenueState
from fillgate.market.step import Change
from fillgate.market.terms import Terms
from fillgate.market.venue import Venue
from fillgate.market.venue_order import VenueOrder
from fillgate.plugins.base import (
    Balance,
    ExecutionPlugin,
    Instrument,
    PluginContext,
    VenueFill,
    VenuePosition,
)
from fillgate.plugins.mock.answers import (
    arrival_quote,
    balance_of,
    instrument_of,
    market_data,
    result_of,
    venue_fill,
)
from fillgate.plugins.mock.faults import Faults
from fillgate.plugins.mock.ledger import LedgerFile, MockLedger
from fillgate.plugins.mock.options import MockOptions, read_mock_options
from fillgate.plugins.mock.prices import BORROWED_EVERY, Prices, opened_prices
from fillgate.plugins.mock.reports import ReportQueue
from fillgate.plugins.mock.terms import venue_terms

__all__ = ["REPORTS_SECONDS", "MockLedger", "MockOptions", "MockPlugin"]

_NO_FUNDS: Final = Refusal(
    "INSUFFICIENT_FUNDS", "Account has insufficient balance for requested action."
)
REPORTS_SECONDS: Final = 0.05
"""How often the market is looked at for those who follow the reports."""


class MockPlugin(ExecutionPlugin):
    """A simulated venue."""

    capabilities = CAPABILITIES
    options = MockOptions

    def __init__(self, name: str, context: PluginContext) -> None:
        super().__init__(name, context)
        self._options = MockOptions()
        self._faults = Faults(self._options)
        self._latency = Latency(0, 0, 0)
        self._requests = 0
        self._ledger: LedgerFile | None = None
        self._venue: Venue | None = None
        self._prices: Prices | None = None
        self._streams: list[ReportQueue] = []
        self._answering: str | None = None
        """Client order id of the order that is being placed: the answer tells of it."""

    async def init(self, config: Mapping[str, Any]) -> None:
        """Open the venue, with what its ledger tells from before.

        Raises:
            ConfigurationError: a setting is wrong, or the ledger is no ledger.
            AccountDown: another account has the ledger open.
        """
        await self.close()
        options = read_mock_options(config, f"accounts.{self.name}")
        where = f"accounts.{self.name}"
        self._prices = await opened_prices(options, self.context, where)
        terms = venue_terms(options, self._prices.feed)
        if options.ledger_path is not None:
            path_key = f"{where}.ledger_path"
            self._ledger = LedgerFile(options.ledger_path, path_key, terms.new_state)
            self._report_torn(options.ledger_path, self._ledger.torn)
        self._options = options
        self._faults = Faults(options)
        median = float(options.latency_ms) / 1000
        self._latency = Latency(median, float(options.latency_sigma), options.seed)
        venue = self._made_venue(terms)
        self._open_account(venue, options)
        self._venue = venue

    def _made_venue(self, terms: Terms) -> Venue:
        if self._ledger is not None:
            return Venue(terms, self._ledger.write, self._ledger.reload)
        state = terms.new_state()
        return Venue(terms, lambda _: None, lambda: state)

    def _open_account(self, venue: Venue, options: MockOptions) -> None:
        wanted = AccountKind(options.account)
        if wanted is AccountKind.UNLIMITED and not options.balances:
            actual = venue.state.ownership.account(self.name).kind
        else:
            now = self.context.clock.now()
            actual = venue.open_account(self.name, wanted, options.balances, now)
        if actual is not wanted:
            raise ConfigurationError(
                f"`accounts.{self.name}.account`: its ledger was begun as {actual.value}, found "
                f"{wanted.value}; use another ledger"
            )

    def _report_torn(self, path: str, torn: bytes) -> None:
        if torn:
            self.context.logger.warning(
                "mock-ledger-torn", account=self.name, path=path, bytes_cut=len(torn)
            )

    def _report(self, changes: Sequence[Change]) -> None:
        if self._streams:
            answered = self._answering
            told = [each for each in changes if each.held.order.client_order_id != answered]
            for stream in self._streams if told else ():
                stream.put(told)

    async def close(self) -> None:
        """Close the ledger, and end the streams."""
        self._venue = None
        for stream in self._streams:
            stream.close()
        self._streams = []
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None

    async def health_check(self) -> bool:
        """Tell whether the venue is open."""
        return self._venue is not None

    async def execute_order(self, order: Order) -> ExecutionResult:
        """Let the venue take the order.

        Refusals come as results with status REJECTED; only what is no order at all is raised.

        Raises:
            Rejected: symbol or client order id cannot be one; the ledger knows nothing of it.
            NotSent: the account is not open.
            OSError: the ledger could not be written. The order is not at the venue.
        """
        name = order.client_order_id
        if not self._is_immediate:
            await self._arrive(name, order.symbol)
        _check_text(name)
        refusal = _NO_FUNDS if self._faults.refuses(name) else None
        self._answering = name
        now = self.context.clock.now()
        try:
            venue = self._open_venue()
            held = venue.place(order, now, refusal)
        except BadSymbol as error:
            raise Rejected("INVALID_SYMBOL", str(error)) from None
        finally:
            self._answering = None
        arrival = arrival_quote(venue, order.symbol, now)
        if self._faults.never_answers(name):
            await asyncio.get_running_loop().create_future()
        if not self._is_immediate:
            await self._return(name)
        return result_of(held, arrival, self.context.clock.now())

    @property
    def _is_immediate(self) -> bool:
        return self._latency.is_none and self._options.prices_from is None

    @asynccontextmanager
    async def _at_venue(self, what: str, symbol: str | None = None) -> AsyncIterator[Venue]:
        """Travel to the venue with a request that has no name of its own, and back."""
        self._requests += 1
        request = f"{what}|{self._requests}"
        await self._arrive(request, symbol)
        yield self._open_venue()
        await self._return(request)

    async def _arrive(self, request: str, symbol: str | None = None) -> None:
        """Let a request travel to the venue, which knows today's prices when it comes."""
        seconds = self._latency.there(request)
        if seconds:
            await self.context.clock.sleep(seconds)
        await self._refresh(symbol)

    async def _return(self, request: str) -> None:
        seconds = self._latency.back(request)
        if seconds:
            await self.context.clock.sleep(seconds)

    async def _refresh(self, symbol: str | None) -> None:
        """Borrow the prices that are needed now: of a symbol, and of those whose orders wait."""
        if self._prices is None or self._venue is None or self._options.prices_from is None:
            return
        if symbol is not None:
            await self._prices.refresh((symbol,))
        await self._prices.refresh(self._venue.state.symbols(), newer_than=BORROWED_EVERY)

    def _open_venue(self) -> Venue:
        if self._venue is None:
            raise NotSent("NOT_OPEN", f"the account {self.name!r} is not open")
        return self._venue

    async def fetch_data(self, symbol: str) -> MarketData:
        """Return the quote at this moment. Volume is not told: nobody else trades here.

        Raises:
            Rejected: the text cannot be a symbol.
        """
        async with self._at_venue("fetch_data", symbol) as venue:
            try:
                return market_data(venue, symbol, self.context.clock.now())
            except BadSymbol as error:
                raise Rejected("INVALID_SYMBOL", str(error)) from None
            except NoPrices as error:
                raise Rejected("NO_PRICES", str(error)) from None

    async def fetch_order(
        self,
        *,
        client_order_id: str,
        order_id: str | None = None,
        symbol: str,
        since: int | None = None,
    ) -> Lookup:
        """Look up an order; of several under one client order id the last, unless `order_id` says.

        The venue remembers orders for ever, those it refused too; `since` does not matter.
        """
        async with self._at_venue("fetch_order"):
            held = self._find(client_order_id, order_id, symbol)
        return NotFound() if held is None else Found(held.report())

    def _find(self, client_order_id: str, order_id: str | None, symbol: str) -> VenueOrder | None:
        now = self.context.clock.now()
        return self._open_venue().find(client_order_id, order_id, symbol, now)

    async def cancel_order(
        self, *, client_order_id: str, order_id: str | None = None, symbol: str, request_id: str
    ) -> ExecutionReport:
        """Cancel an order, and the other of a pair; one that has ended is reported as it is.

        Raises:
            Rejected: the venue has no such order.
        """
        async with self._at_venue("cancel_order") as venue:
            held = self._find(client_order_id, order_id, symbol)
            if held is None:
                raise Rejected("UNKNOWN_ORDER", "Unknown order sent.")
            return venue.cancel(held, self.context.clock.now()).report()

    async def replace_order(
        self, *, client_order_id: str, order_id: str | None = None, order: Order
    ) -> ExecutionReport:
        """Give an order other terms in one step; one that has ended is reported as it is.

        It keeps the venue's id, and is found by the new client order id and by the old one.

        Raises:
            Rejected: the venue has no such order, or refuses the terms; it has the old ones.
        """
        async with self._at_venue("replace_order", order.symbol) as venue:
            _check_text(order.client_order_id)
            held = self._find(client_order_id, order_id, order.symbol)
            if held is None:
                raise Rejected("UNKNOWN_ORDER", "Unknown order sent.")
            if order.client_order_id == held.order.client_order_id:
                raise Rejected("INVALID_CLIENT_ORDER_ID", "Duplicate client order id.")
            answer = venue.replace(held, order, self.context.clock.now())
        if isinstance(answer, Refusal):
            raise Rejected(*answer)
        return answer.report()

    def stream_reports(self) -> AsyncIterator[ExecutionReport]:
        """Return what becomes of orders from now on, those that the venue placed itself too.

        What the answer to a submission tells is not told here as well, though it may be lost.
        Ends when the account is closed. Breaks with ConnectionError if its reader is too slow.
        """
        self._open_venue().hear = self._report
        stream = ReportQueue()
        self._streams.append(stream)
        return self._reports(stream)

    async def _reports(self, stream: ReportQueue) -> AsyncIterator[ExecutionReport]:
        try:
            while True:
                if self._venue is not None and not stream.closed:
                    await self._refresh(None)
                    self._current()
                reports = stream.take()
                if reports:
                    self._requests += 1
                    await self._return(f"reports|{self._requests}")
                for report in reports:
                    yield report
                if stream.closed and not reports:
                    return
                if not reports:
                    await self._await_news(stream)
        finally:
            if stream in self._streams:
                self._streams.remove(stream)

    async def _await_news(self, stream: ReportQueue) -> None:
        """Return when there may be something to report."""
        if self._venue is not None and self._venue.state.open:
            await self.context.clock.sleep(REPORTS_SECONDS)
        else:
            await stream.news.wait()

    async def open_orders(self, symbol: str | None = None) -> Sequence[ExecutionReport]:
        """Return the working orders, those that protect entries too, oldest first."""
        async with self._at_venue("open_orders"):
            working = [
                held
                for traded, orders in self._current().open.items()
                if symbol in {None, traded}
                for held in orders.values()
            ]
            return [held.report() for held in sorted(working, key=lambda held: held.number)]

    def _current(self) -> VenueState:
        venue = self._open_venue()
        venue.advance_all(self.context.clock.now())
        return venue.state

    async def fills(self, *, symbol: str | None = None, since: int) -> Sequence[VenueFill]:
        """Return the executions since a time (Unix milliseconds), oldest first."""
        async with self._at_venue("fills"):
            state = self._current()
            executions = state.executions(symbol, since * 1000)
            return [venue_fill(each, state.orders[each.number]) for each in executions]

    async def balances(self) -> Sequence[Balance]:
        """Return what the account owns, by asset; `free` is what new orders can use."""
        async with self._at_venue("balances"):
            account = self._current().ownership.account(self.name)
            return [balance_of(holding) for holding in account.holdings()]

    async def instruments(self) -> Sequence[Instrument]:
        """Return the rules of the symbols that were traded or have rules of their own.

        Any other printable symbol can be traded too.
        """
        async with self._at_venue("instruments") as venue:
            symbols = {*self._options.instruments, *venue.state.touched}
            return [instrument_of(symbol, venue.listing(symbol)) for symbol in sorted(symbols)]

    async def positions(self) -> Sequence[VenuePosition]:
        """Return the net position of each symbol that is not flat."""
        async with self._at_venue("positions"):
            return [
                VenuePosition(symbol=symbol, quantity=quantity)
                for (_, symbol), quantity in self._current().positions.items()
                if quantity != ZERO
            ]


def _check_text(client_order_id: str) -> None:
    if not client_order_id or not client_order_id.isprintable():
        text = f"expected a client order id of printable characters, found {client_order_id!r}"
        raise Rejected("INVALID_CLIENT_ORDER_ID", text)

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
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Final

from fillgate.domain.errors import ConfigurationError, NotSent, Rejected
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.market import MarketData
from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import Order
from fillgate.domain.reports import (
    ArrivalQuote,
    ExecutionReport,
    ExecutionResult,
    Found,
    Lookup,
    NotFound,
)
from fillgate.market.accounts import AccountKind
from fillgate.market.accounts.wallet import Holding
from fillgate.market.execution import Change
from fillgate.market.feeds.base import NoPrices
from fillgate.market.latency import Latency
from fillgate.market.listings import BadSymbol, Listing
from fillgate.market.rules import CAPABILITIES, Refusal
from fillgate.market.state import VenueState
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

_DRAWS: Final = 1 << 64


class MockPlugin(ExecutionPlugin):
    """A simulated venue."""

    capabilities = CAPABILITIES
    options = MockOptions

    def __init__(self, name: str, context: PluginContext) -> None:
        super().__init__(name, context)
        self._options = MockOptions()
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
        refusal = _NO_FUNDS if self._is_drawn("reject", order, self._options.reject_rate) else None
        self._answering = name
        now = self.context.clock.now()
        try:
            venue = self._open_venue()
            held = venue.place(order, now, refusal)
        except BadSymbol as error:
            raise Rejected("INVALID_SYMBOL", str(error)) from None
        finally:
            self._answering = None
        arrival = _arrival_quote(venue, order.symbol, now)
        if self._is_drawn("unknown", order, self._options.unknown_rate):
            await asyncio.get_running_loop().create_future()
        if not self._is_immediate:
            await self._return(name)
        return self._result(held, arrival)

    @property
    def _is_immediate(self) -> bool:
        return self._latency.is_none and self._options.prices_from is None

    def _request(self, what: str) -> str:
        """Return a name for a request that has none of its own."""
        self._requests += 1
        return f"{what}|{self._requests}"

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

    def _is_drawn(self, what: str, order: Order, rate: Decimal) -> bool:
        if not rate:
            return False
        name = f"{self._options.seed}|{what}|{order.client_order_id}"
        draw = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
        return draw < rate * _DRAWS

    def _result(self, held: VenueOrder, arrival: ArrivalQuote | None) -> ExecutionResult:
        refused = held.status is OrderStatus.REJECTED
        return ExecutionResult(
            success=not refused,
            order_id=held.order_id,
            filled_quantity=held.filled_quantity,
            average_price=held.average_price,
            error=held.text if refused else None,
            code=held.code if refused else None,
            timestamp=self.context.clock.now() // 1000,
            status=held.status,
            fees=held.fees,
            fills=held.fills,
            arrival=arrival,
        )

    async def fetch_data(self, symbol: str) -> MarketData:
        """Return the quote at this moment. Volume is not told: nobody else trades here.

        Raises:
            Rejected: the text cannot be a symbol.
        """
        request = self._request("fetch_data")
        await self._arrive(request, symbol)
        now = self.context.clock.now()
        venue = self._open_venue()
        try:
            quote = venue.quote(symbol, now)
        except BadSymbol as error:
            raise Rejected("INVALID_SYMBOL", str(error)) from None
        except NoPrices as error:
            raise Rejected("NO_PRICES", str(error)) from None
        await self._return(request)
        price = venue.listing(symbol).price
        return MarketData(
            symbol=symbol,
            bid=price(quote.bid),
            ask=price(quote.ask),
            last=price(quote.last),
            timestamp=now // 1000,
        )

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
        request = self._request("fetch_order")
        await self._arrive(request)
        held = self._find(client_order_id, order_id, symbol)
        await self._return(request)
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
        request = self._request("cancel_order")
        await self._arrive(request)
        held = self._find(client_order_id, order_id, symbol)
        if held is None:
            raise Rejected("UNKNOWN_ORDER", "Unknown order sent.")
        held = self._open_venue().cancel(held, self.context.clock.now())
        await self._return(request)
        return held.report()

    async def replace_order(
        self, *, client_order_id: str, order_id: str | None = None, order: Order
    ) -> ExecutionReport:
        """Give an order other terms in one step; one that has ended is reported as it is.

        It keeps the venue's id, and is found by the new client order id and by the old one.

        Raises:
            Rejected: the venue has no such order, or refuses the terms; it has the old ones.
        """
        request = self._request("replace_order")
        await self._arrive(request, order.symbol)
        _check_text(order.client_order_id)
        held = self._find(client_order_id, order_id, order.symbol)
        if held is None:
            raise Rejected("UNKNOWN_ORDER", "Unknown order sent.")
        answer = self._open_venue().replace(held, order, self.context.clock.now())
        await self._return(request)
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
                    await self._return(self._request("reports"))
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
        request = self._request("open_orders")
        await self._arrive(request)
        state = self._current()
        working = [
            held
            for traded, orders in state.open.items()
            if symbol in {None, traded}
            for held in orders.values()
        ]
        reports = [held.report() for held in sorted(working, key=lambda held: held.number)]
        await self._return(request)
        return reports

    def _current(self) -> VenueState:
        venue = self._open_venue()
        venue.advance_all(self.context.clock.now())
        return venue.state

    async def fills(self, *, symbol: str | None = None, since: int) -> Sequence[VenueFill]:
        """Return the executions since a time (Unix milliseconds), oldest first."""
        request = self._request("fills")
        await self._arrive(request)
        state = self._current()
        found = [
            VenueFill(
                order_id=held.order_id,
                client_order_id=held.order.client_order_id,
                symbol=held.order.symbol,
                side=held.order.side,
                fill=execution.fill,
            )
            for execution in state.executions(symbol, since * 1000)
            for held in (state.orders[execution.number],)
        ]
        await self._return(request)
        return found

    async def balances(self) -> Sequence[Balance]:
        """Return what the account owns, by asset; `free` is what new orders can use."""
        request = self._request("balances")
        await self._arrive(request)
        account = self._current().ownership.account(self.name)
        held = [_balance(holding) for holding in account.holdings()]
        await self._return(request)
        return held

    async def instruments(self) -> Sequence[Instrument]:
        """Return the rules of the symbols that were traded or have rules of their own.

        Any other printable symbol can be traded too.
        """
        request = self._request("instruments")
        await self._arrive(request)
        venue = self._open_venue()
        symbols = {*self._options.instruments, *venue.state.touched}
        rules = [_instrument(symbol, venue.listing(symbol)) for symbol in sorted(symbols)]
        await self._return(request)
        return rules

    async def positions(self) -> Sequence[VenuePosition]:
        """Return the net position of each symbol that is not flat."""
        request = self._request("positions")
        await self._arrive(request)
        held = [
            VenuePosition(symbol=symbol, quantity=quantity)
            for (_, symbol), quantity in self._current().positions.items()
            if quantity != ZERO
        ]
        await self._return(request)
        return held


def _check_text(client_order_id: str) -> None:
    if not client_order_id or not client_order_id.isprintable():
        text = f"expected a client order id of printable characters, found {client_order_id!r}"
        raise Rejected("INVALID_CLIENT_ORDER_ID", text)


def _balance(holding: Holding) -> Balance:
    return Balance(asset=holding.asset, total=holding.total, free=holding.free)


def _instrument(symbol: str, listed: Listing) -> Instrument:
    return Instrument(
        symbol=symbol,
        base=listed.base,
        quote=listed.quote,
        quantity_step=listed.lot,
        price_step=listed.tick,
        minimum_quantity=listed.lot,
        minimum_notional=listed.minimum_notional or None,
    )


def _arrival_quote(venue: Venue, symbol: str, now: int) -> ArrivalQuote | None:
    """Return what was bid and asked when an order arrived; None if there were no prices."""
    try:
        quote = venue.quote(symbol, now)
    except NoPrices:
        return None
    price = venue.listing(symbol).price
    return ArrivalQuote(bid=price(quote.bid), ask=price(quote.ask), timestamp=now // 1000)

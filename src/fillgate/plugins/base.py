"""The plugin interface: what code for one kind of venue must and may do.

A plugin subclasses `ExecutionPlugin` and writes four methods: `init`, `execute_order`,
`fetch_data` and `health_check`. What else it can do it declares in `Capabilities`; a capability
that is not declared is never used.

Invariants that fillgate relies on:

1. `execute_order` sends an order at most once and never retries, by no library or option either.
2. It ends in one of four ways: a result with the venue's order id; `Rejected` (or a result with
   status REJECTED and the venue's words) for a definite refusal; `NotSent` when the order is proven
   not to have left; anything else, raised or returned, means Unknown.
3. A plugin takes the world from its `PluginContext`: no clock, random numbers or tasks of its own.
4. All methods run in fillgate's event loop; none blocks it.
"""

import random
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, NoReturn, Protocol

import msgspec

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.clock import Clock
from fillgate.domain.errors import NotSupported
from fillgate.domain.fills import Fill
from fillgate.domain.logger import Logger
from fillgate.domain.market import MarketData
from fillgate.domain.orders import Order, Side
from fillgate.domain.reports import ExecutionReport, ExecutionResult, Lookup

__all__ = [
    "Balance",
    "Capabilities",
    "ExecutionPlugin",
    "Instrument",
    "Logger",
    "PluginContext",
    "QuoteSource",
    "TaskStarter",
    "VenueFill",
    "VenuePosition",
]


class TaskStarter(Protocol):
    """Starts background tasks that end with the account."""

    def __call__(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Run `work` beside everything else; a failure is logged, not fatal."""


class QuoteSource(Protocol):
    """Asks the venues of other accounts for quotes."""

    def check(self, account: str) -> None:
        """Make sure that there is such an account.

        Raises:
            UnknownAccount: there is none of that name.
        """

    async def fetch(self, account: str, symbol: str) -> MarketData:
        """Return a quote from an account's venue; raises what its plugin does."""


@dataclass(frozen=True, slots=True)
class PluginContext:
    """What a plugin may use of the world."""

    clock: Clock
    random: random.Random
    logger: Logger
    tasks: TaskStarter
    quotes: QuoteSource | None = None
    """The quotes of other accounts; None where there are none."""


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """What an account holds of one asset, in units of the asset."""

    asset: str
    total: Decimal
    free: Decimal


class VenuePosition(msgspec.Struct, frozen=True, kw_only=True):
    """A position as the venue states it; negative when short."""

    symbol: str
    quantity: Decimal
    average_price: Decimal | None = None


class VenueFill(msgspec.Struct, frozen=True, kw_only=True):
    """An execution of any of the account's orders, with the order it belongs to."""

    order_id: str
    """The venue's id of the order."""
    client_order_id: str | None = None
    """The id that was sent with the order; None where the venue does not tell."""
    symbol: str
    side: Side
    fill: Fill


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one symbol: steps and minimums in its own units."""

    symbol: str
    base: str
    quote: str
    quantity_step: Decimal | None = None
    price_step: Decimal | None = None
    minimum_quantity: Decimal | None = None
    minimum_notional: Decimal | None = None


class ExecutionPlugin(ABC):
    """The code that talks to one kind of venue; one instance is one account."""

    capabilities: Capabilities = Capabilities()
    options: ClassVar[type[msgspec.Struct] | None] = None
    """What can be set in an account's table besides `type`, as a structure whose fields may be
    annotated with `fillgate.domain.settings.Setting`. Declared, the options are checked before the
    service starts and told by `fillgate config show` and `fillgate init`; None leaves all to
    `init`."""

    def __init__(self, name: str, context: PluginContext) -> None:
        """Keep the account's name and the means it may use. Opens nothing.

        Args:
            name: the account's name in the configuration.
            context: clock, random numbers, logger and tasks to use instead of one's own.
        """
        self.name = name
        self.context = context

    @abstractmethod
    async def init(self, config: Mapping[str, Any]) -> None:
        """Get ready with the account's settings. Called again after it has failed.

        Raises:
            ConfigurationError: a setting is wrong; trying again is pointless.
            Exception: anything else; the account is down with this reason and is tried again.
        """

    @abstractmethod
    async def execute_order(self, order: Order) -> ExecutionResult:
        """Send the order, once, and return what the venue answered.

        Raises:
            Rejected: the venue refused it, definitely and in its own words.
            NotSent: it is proven not to have left this machine.
            Unknown: it may be at the venue. Any other exception means the same.
        """

    @abstractmethod
    async def fetch_data(self, symbol: str) -> MarketData:
        """Return the venue's current quote of a symbol; raises what it cannot do."""

    @abstractmethod
    async def health_check(self) -> bool:
        """Tell whether orders could be sent now. May raise, with the reason."""

    async def close(self) -> None:  # noqa: B027 - most plugins have nothing to give back
        """Give back connections and files. Called once, also after a failed `init`."""

    async def recall(self, orders: Sequence[Order], symbols: Sequence[str]) -> None:  # noqa: B027
        """Hear what the account was about before it was opened; for plugins that translate.

        Called after an `init` that succeeded, where there is something to tell: so that what the
        venue then tells of these orders and positions is under the names that they have here. A
        failure is logged, no more.

        Args:
            orders: those that have not ended.
            symbols: those of the positions that are not flat.
        """

    def venue_client_order_id(self, client_order_id: str) -> str | None:
        """Return a client order id in the form in which the venue hears it; None: as it is.

        It is written down with the order, before the order is sent. What the venue tells of the
        order has the id as it is.
        """
        return None

    async def fetch_order(
        self,
        *,
        client_order_id: str,
        order_id: str | None = None,
        symbol: str,
        since: int | None = None,
    ) -> Lookup:
        """Ask the venue for one order.

        Args:
            client_order_id: our id.
            order_id: the venue's id, where it is known.
            symbol: the order's symbol.
            since: when it was sent, Unix milliseconds.

        Raises:
            Exception: the venue could not be asked. That is no answer, least of all "not found".
        """
        _not_supported(self, "fetch_order")

    async def cancel_order(
        self, *, client_order_id: str, order_id: str | None = None, symbol: str, request_id: str
    ) -> ExecutionReport:
        """Cancel an order, once, and return what it is then (FIX OrderCancelRequest).

        A venue that has only taken the request leaves the order working in the report; it is
        looked up until it has ended.

        Args:
            client_order_id: the id that the venue knows the order by.
            order_id: the venue's id, where it is known. It may not be: an order whose submission
                was not answered is cancelled too.
            symbol: the order's symbol.
            request_id: the id of this very request, for venues that want one.

        Raises:
            Rejected: the venue refused it in its own words, "not found" among them. That proves
                nothing of the order.
            NotSent: it is proven not to have left this machine.
            Unknown: the order may be cancelled. Any other exception means the same.
        """
        _not_supported(self, "cancel_order")

    async def replace_order(
        self, *, client_order_id: str, order_id: str | None = None, order: Order
    ) -> ExecutionReport:
        """Give a working order other terms in one step, once (FIX OrderCancelReplaceRequest).

        To be declared only where the venue does it in one step: cancelling and placing anew is
        not the same.

        Args:
            client_order_id: the id that the venue knows the order by (FIX OrigClOrdID).
            order_id: the venue's id.
            order: the order as it is to be, under the id of this request (FIX ClOrdID). Its
                quantity counts what is executed already (FIX OrderQty).

        Raises:
            Rejected, NotSent, Unknown: as in `cancel_order`.
        """
        _not_supported(self, "replace_order")

    async def open_orders(self, symbol: str | None = None) -> Sequence[ExecutionReport]:
        """Return all orders working at the venue, ours and others, every page of them.

        One of ours that is left out is looked up by itself; nothing is concluded from that.

        Raises:
            Exception: the venue could not be asked. That is no answer, least of all "none".
        """
        _not_supported(self, "open_orders")

    async def fills(self, *, symbol: str | None = None, since: int) -> Sequence[VenueFill]:
        """Return all of the account's fills since a time, others' too, oldest first.

        A fill is known by its `fill_id`: it has the same one here, in results and in reports.

        Args:
            symbol: only those of a symbol.
            since: when they were executed at the earliest, Unix milliseconds.

        Raises:
            Exception: the venue could not be asked. That is no answer, least of all "none".
        """
        _not_supported(self, "fills")

    async def positions(self) -> Sequence[VenuePosition]:
        """Return the account's positions as the venue states them, all that are not flat.

        Raises:
            Exception: the venue could not be asked. That is no answer, least of all "flat".
        """
        _not_supported(self, "positions")

    async def balances(self) -> Sequence[Balance]:
        """Return what the account holds."""
        _not_supported(self, "balances")

    async def instruments(self) -> Sequence[Instrument]:
        """Return the rules of the symbols that can be traded."""
        _not_supported(self, "instruments")

    def stream_reports(self) -> AsyncIterator[ExecutionReport]:
        """Return the account's reports as they come; ends or raises when the stream breaks.

        It connects when it is first asked for a report, and notices by itself that a connection is
        dead. It is called again after every end; what was told in between is asked for by the
        methods above. Cancelling the iteration, or `aclose`, gives back what is open.
        """
        _not_supported(self, "stream_reports")

    def stream_data(self, symbols: Sequence[str]) -> AsyncIterator[MarketData]:
        """Return quotes of these symbols as they come."""
        _not_supported(self, "stream_data")


def _not_supported(plugin: ExecutionPlugin, method: str) -> NoReturn:
    msg = f"{type(plugin).__name__} of the account {plugin.name!r} has no {method}"
    raise NotSupported(msg)

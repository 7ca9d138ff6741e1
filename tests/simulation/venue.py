"""The venue of a history: what truly happened to each order, and the many ways it is told.

It outlives the processes that talk to it. A `VenuePlugin` is the end of one process; what travels
between it and the venue arrives whether or not the process still lives.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.errors import NotSent, Rejected, Unknown
from fillgate.domain.fills import Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.market import MarketData
from fillgate.domain.orders import Order, OrderType
from fillgate.domain.reports import ExecutionReport, ExecutionResult, Found, Lookup, NotFound
from fillgate.plugins.base import ExecutionPlugin, PluginContext
from fillgate.testing.loop import LoopClock, Process, SimulatedLoop
from tests.simulation.steps import Behaviour, Conditions, LookupMode

__all__ = ["BEHAVIOURS", "SETTLE_SECONDS", "SimulatedVenue", "Truth", "VenuePlugin"]

SETTLE_SECONDS: Final = 3.0
_MOST_MISSES: Final = 2
"""One fewer than what counts as absence: a venue that hides an order for longer lies."""


class Kind(NamedTuple):
    """One way in which a submission can go."""

    weight: int
    takes: bool
    """Whether the venue has the order."""
    says: Literal[
        "result",
        "late result",
        "rejected",
        "rejected result",
        "not sent",
        "reset",
        "unknown",
        "silence",
        "nonsense",
    ]
    travels: float = 0.0
    """Seconds until the order arrives; its sender may have given up then."""


BEHAVIOURS: Final[Mapping[str, Kind]] = {
    "filled": Kind(14, takes=True, says="result"),
    "rejected": Kind(2, takes=False, says="rejected"),
    "rejected in a result": Kind(1, takes=False, says="rejected result"),
    "not sent": Kind(2, takes=False, says="not sent"),
    "lost": Kind(1, takes=False, says="reset"),
    "lost in silence": Kind(1, takes=False, says="silence"),
    "not taken, nonsense": Kind(1, takes=False, says="nonsense"),
    "taken, reset": Kind(3, takes=True, says="reset"),
    "taken, silence": Kind(2, takes=True, says="silence"),
    "taken, an error": Kind(1, takes=True, says="unknown"),
    "taken, nonsense": Kind(2, takes=True, says="nonsense"),
    "taken, answered late": Kind(2, takes=True, says="late result"),
    "rejected late": Kind(1, takes=False, says="rejected", travels=2.5),
    "slow": Kind(1, takes=True, says="result", travels=0.7),
    "too slow": Kind(2, takes=True, says="result", travels=2.6),
}
"""All of them by name, with how often each is drawn."""

_NONSENSE: Final[tuple[Any, ...]] = (
    None,
    "ok",
    ExecutionResult(success=True, timestamp=1),
    ExecutionResult(success=False, error="busy", timestamp=1),
    ExecutionResult(success=True, order_id="v", filled_quantity=Decimal("NaN"), timestamp=1),
    ExecutionResult(success=True, order_id="v", filled_quantity=Decimal("1E+99999"), timestamp=1),
)


@dataclass
class Truth:
    """One order as the venue has it."""

    order: Order
    behaviour: str
    taken: bool = False
    sent: float = 0.0
    """When it was handed to the plugin."""
    fills: list[Fill] = field(default_factory=list)
    ended: OrderStatus | None = None
    """CANCELED or EXPIRED, once it is."""
    misses: int = 0
    answered: int = 0
    """How often it was told of."""

    @property
    def filled(self) -> Decimal:
        """How much is executed."""
        return sum((fill.quantity for fill in self.fills), Decimal(0))

    @property
    def left(self) -> Decimal:
        """How much is not."""
        return self.order.quantity - self.filled

    @property
    def notional(self) -> Decimal:
        """What that cost or brought."""
        return sum((fill.quantity * fill.price for fill in self.fills), Decimal(0))

    @property
    def status(self) -> OrderStatus:
        """What the venue would say of it."""
        if self.taken and not self.left:
            return OrderStatus.FILLED
        if self.ended is not None:
            return self.ended
        return OrderStatus.PARTIALLY_FILLED if self.fills else OrderStatus.NEW

    @property
    def works(self) -> bool:
        """Whether it can still be filled."""
        return self.taken and self.ended is None and bool(self.left)

    @property
    def venue_id(self) -> str:
        """The venue's id of it."""
        return f"v-{self.order.client_order_id}"


class SimulatedVenue:
    """All accounts' orders, by client order id."""

    def __init__(self, loop: SimulatedLoop, clock: LoopClock, conditions: Conditions) -> None:
        """Start without orders."""
        self._loop = loop
        self._clock = clock
        self._tells = conditions.tells
        self._process = Process("venue")
        self.behaviours: dict[str, Behaviour] = {}
        """By the name that a signal gives as its strategy."""
        self.orders: dict[str, Truth] = {}
        self.calls: Counter[str] = Counter()
        """How often each client order id was submitted, whatever became of it."""
        self.missed: Counter[str] = Counter()
        """How often a lookup of an id was answered with "not found"."""
        self.lookups: LookupMode = "tell"
        self.healthy = True
        self.coming = 0
        """How much is still to happen at the venue by itself."""
        self.told: Callable[..., None] = lambda *_: None
        """Hears of all that happens at the venue."""

    @property
    def timestamp(self) -> int:
        """Now, in Unix milliseconds."""
        return self._clock.now() // 1000

    # What happens at the venue

    def send(self, order: Order, kind: Kind, behaviour: Behaviour) -> Truth:
        """Let an order travel to the venue."""
        truth = Truth(order, behaviour.name, sent=self._loop.time())
        self.orders[order.client_order_id] = truth
        if kind.travels:
            self._later(kind.travels, self._take, truth, kind, behaviour)
        else:
            self._take(truth, kind, behaviour)
        return truth

    def _take(self, truth: Truth, kind: Kind, behaviour: Behaviour) -> None:
        truth.taken = kind.takes
        if not kind.takes:
            return
        self.told("takes", truth.order.client_order_id)
        if behaviour.parts:
            self.fill(truth, behaviour.parts)
        if behaviour.rest:
            self._later(behaviour.rest, self.fill, truth, 1)

    def _later(self, seconds: float, happens: Callable[..., None], *args: object) -> None:
        """Let something happen, whatever becomes of the process that caused it."""
        context = self._process.new_context()
        self.coming += 1
        self._loop.call_later(seconds, self._comes, happens, args, context=context)

    def _comes(self, happens: Callable[..., None], args: tuple[Any, ...]) -> None:
        self.coming -= 1
        happens(*args)

    def fill(self, truth: Truth, parts: int) -> None:
        """Fill one of so many parts of what is left."""
        if not truth.works:
            return
        number = len(truth.fills) + 1
        quantity = truth.left / parts if parts in {1, 2} else truth.left / 4
        fill = Fill(
            fill_id=f"f{number}",
            quantity=quantity,
            price=Decimal(99 + number),
            timestamp=self.timestamp,
        )
        truth.fills.append(fill)
        self.told("fills", truth.order.client_order_id, fill)

    def end(self, truth: Truth, status: OrderStatus) -> None:
        """End a working order as canceled or expired."""
        truth.ended = status
        self.told("ends", truth.order.client_order_id, status)

    def working(self) -> list[Truth]:
        """Return the orders that can still be filled."""
        return [truth for truth in self.orders.values() if truth.works]

    def position(self, account: str, symbol: str) -> Decimal:
        """Return the sum of all fills of a symbol."""
        own = (
            truth
            for truth in self.orders.values()
            if (truth.order.account, truth.order.symbol) == (account, symbol)
        )
        return sum((truth.order.side.sign * truth.filled for truth in own), Decimal(0))

    # What it tells

    def result(self, truth: Truth) -> ExecutionResult:
        """Return the answer to a submission."""
        return ExecutionResult(
            success=True,
            order_id=truth.venue_id,
            filled_quantity=truth.filled,
            average_price=_average(truth),
            status=truth.ended,
            timestamp=self.timestamp,
            fills=self._fills(truth),
        )

    def report(self, truth: Truth) -> ExecutionReport:
        """Return what is told of an order later."""
        order = truth.order
        return ExecutionReport(
            client_order_id=order.client_order_id,
            order_id=truth.venue_id,
            symbol=order.symbol,
            side=order.side,
            quantity=order.quantity,
            status=truth.status,
            filled_quantity=truth.filled,
            average_price=_average(truth),
            timestamp=self.timestamp,
            fills=self._fills(truth),
        )

    def _fills(self, truth: Truth) -> tuple[Fill, ...]:
        match self._tells:
            case "totals":
                return ()
            case "fills":
                return tuple(truth.fills)
            case "last fill":
                return tuple(truth.fills[-1:])

    def look_up(self, client_order_id: str) -> Lookup:
        """Tell of an order in the way that is set.

        Raises:
            ConnectionError: it is set to fail.
        """
        truth = self.orders.get(client_order_id)
        if self.lookups == "fail":
            raise ConnectionError("venue down")
        if truth is None or not truth.taken or (self.lookups == "miss" and self._may_miss(truth)):
            self.missed[client_order_id] += 1
            return NotFound()
        if self.lookups == "other":
            return Found(_somebody_elses(self.report(truth)))
        return Found(self.report(truth))

    def _may_miss(self, truth: Truth) -> bool:
        if self._loop.time() < truth.sent + SETTLE_SECONDS:
            return True
        truth.misses += 1
        return truth.misses <= _MOST_MISSES


def _average(truth: Truth) -> Decimal | None:
    return truth.notional / truth.filled if truth.fills else None


def _somebody_elses(report: ExecutionReport) -> ExecutionReport:
    more = (report.quantity or 0) + Decimal(1)
    return ExecutionReport(
        client_order_id=report.client_order_id,
        order_id="v-other",
        symbol=report.symbol,
        side=report.side,
        quantity=more,
        status=OrderStatus.FILLED,
        filled_quantity=more,
        average_price=Decimal(1),
        timestamp=report.timestamp,
    )


class VenuePlugin(ExecutionPlugin):
    """One account of the venue, for one process."""

    capabilities = Capabilities(
        order_types=frozenset({OrderType.MARKET, OrderType.LIMIT}),
        reduce_only=True,
        fetch_order=True,
        settle_seconds=SETTLE_SECONDS,
    )

    def __init__(
        self,
        name: str,
        context: PluginContext,
        *,
        venue: SimulatedVenue,
        arrives: Callable[[Order], None],
        dies: Callable[[str], bool],
    ) -> None:
        """Talk to `venue`.

        Args:
            name: the account's name.
            context: the process's.
            venue: where the orders are.
            arrives: hears of each order when the plugin gets it.
            dies: whether the process dies at a point.
        """
        super().__init__(name, context)
        self._venue = venue
        self._arrives = arrives
        self._dies = dies
        self.busy = 0
        """How many calls have not ended."""

    async def init(self, config: Mapping[str, Any]) -> None:
        """Be ready."""

    async def execute_order(self, order: Order) -> ExecutionResult:
        """Take an order and answer as its behaviour says."""
        self.busy += 1
        try:
            return await self._execute(order)
        finally:
            self.busy -= 1

    async def _execute(self, order: Order) -> ExecutionResult:
        self._arrives(order)
        if self._dies("before the venue"):
            await _never()
        behaviour = self._venue.behaviours[order.strategy or ""]
        kind = BEHAVIOURS[behaviour.name]
        if kind.says == "not sent":
            self._venue.orders[order.client_order_id] = Truth(order, behaviour.name)
            raise NotSent("REFUSED", "connection refused")
        truth = self._venue.send(order, kind, behaviour)
        if self._dies("at the venue"):
            await _never()
        early = self._venue.result(truth) if behaviour.stale else None
        await self._wait(kind.travels + behaviour.latency, ignored=kind.says == "late result")
        result: ExecutionResult = await self._say(truth, kind, early)
        return result

    async def _wait(self, seconds: float, *, ignored: bool) -> None:
        if ignored:
            try:
                await _never()
            except asyncio.CancelledError:
                await asyncio.sleep(seconds)
        elif seconds:
            await asyncio.sleep(seconds)

    async def _say(self, truth: Truth, kind: Kind, early: ExecutionResult | None) -> Any:
        match kind.says:
            case "rejected":
                raise Rejected("NO_FUNDS", "not enough")
            case "rejected result":
                return ExecutionResult(
                    success=False,
                    status=OrderStatus.REJECTED,
                    code="NO_FUNDS",
                    error="not enough",
                    timestamp=self._venue.timestamp,
                )
            case "reset":
                raise ConnectionError("reset")
            case "unknown":
                raise Unknown("HTTP_502", "bad gateway")
            case "silence":
                await _never()
            case "nonsense":
                return _NONSENSE[len(self._venue.orders) % len(_NONSENSE)]
        return early or self._venue.result(truth)

    async def fetch_order(
        self,
        *,
        client_order_id: str,
        order_id: str | None = None,
        symbol: str,
        since: int | None = None,
    ) -> Lookup:
        """Tell of an order in the way that is set."""
        await asyncio.sleep(0)
        if self._venue.lookups == "hang":
            await _never()
        return self._venue.look_up(client_order_id)

    async def fetch_data(self, symbol: str) -> MarketData:
        """Tell nothing: nobody asks."""
        raise NotImplementedError

    async def health_check(self) -> bool:
        """Tell whether the venue is well."""
        return self._venue.healthy


async def _never() -> None:
    await asyncio.get_running_loop().create_future()

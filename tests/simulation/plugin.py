"""The end of one process of the wire to the simulated venue."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.errors import NotSent, Rejected, Unknown
from fillgate.domain.ids import order_of
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.market import MarketData
from fillgate.domain.orders import Order, OrderType
from fillgate.domain.reports import ExecutionReport, ExecutionResult, Lookup
from fillgate.plugins.base import ExecutionPlugin, PluginContext, VenueFill, VenuePosition
from tests.simulation.reactions import BEHAVIOURS, NONSENSE, REACTIONS, Says
from tests.simulation.truth import Asked, Truth
from tests.simulation.venue import SETTLE_SECONDS, SimulatedVenue

__all__ = ["VenuePlugin"]

_T = TypeVar("_T")


_DOES_NOT_LIST = Capabilities(
    order_types=frozenset({OrderType.MARKET, OrderType.LIMIT}),
    reduce_only=True,
    fetch_order=True,
    cancel_order=True,
    replace_order=True,
    settle_seconds=SETTLE_SECONDS,
)
_LISTS = msgspec.structs.replace(_DOES_NOT_LIST, open_orders=True, fills=True, positions=True)


class VenuePlugin(ExecutionPlugin):
    """One account of the venue, for one process."""

    def __init__(
        self,
        name: str,
        context: PluginContext,
        *,
        venue: SimulatedVenue,
        arrives: Callable[[Order], None],
        is_asked: Callable[[str, Order | None], None],
        dies: Callable[[str], bool],
    ) -> None:
        """Talk to `venue`.

        Args:
            name: the account's name.
            context: the process's.
            venue: where the orders are.
            arrives: hears of each order when the plugin gets it.
            is_asked: hears of each request, with the replacement if it is to replace.
            dies: whether the process dies at a point.
        """
        super().__init__(name, context)
        self.capabilities = _LISTS if venue.lists else _DOES_NOT_LIST
        self._venue = venue
        self._arrives = arrives
        self._is_asked = is_asked
        self._dies = dies
        self.busy = 0
        """How many calls have not ended."""

    async def init(self, config: Mapping[str, Any]) -> None:
        """Be ready."""

    async def execute_order(self, order: Order) -> ExecutionResult:
        """Take an order and answer as its behaviour says."""
        return await self._counted(self._execute(order))

    async def cancel_order(
        self, *, client_order_id: str, order_id: str | None = None, symbol: str, request_id: str
    ) -> ExecutionReport:
        """Take a request and answer as its reaction says."""
        return await self._counted(self._ask(request_id, None))

    async def replace_order(
        self, *, client_order_id: str, order_id: str | None = None, order: Order
    ) -> ExecutionReport:
        """Take a request and answer as its reaction says."""
        return await self._counted(self._ask(order.client_order_id, order))

    async def _counted(self, work: Coroutine[Any, Any, _T]) -> _T:
        self.busy += 1
        try:
            return await work
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
        answer = await self._say(kind.says, kind.travels + behaviour.latency)
        result: ExecutionResult = answer or early or self._venue.result(truth)
        return result

    async def _ask(self, request: str, replacement: Order | None) -> ExecutionReport:
        self._is_asked(request, replacement)
        if self._dies("before the venue"):
            await _never()
        identity = order_of(request)
        reaction = self._venue.reaction_to(identity)
        kind = REACTIONS[reaction.name]
        if kind.says == "not sent":
            raise NotSent("REFUSED", "connection refused")
        asked = Asked(reaction.name, replacement)
        self._venue.ask(identity, request, asked, kind, reaction)
        if self._dies("at the venue"):
            await _never()
        says = "result" if kind.says == "rejected" else kind.says
        answer = await self._say(says, kind.travels + reaction.latency)
        report: ExecutionReport = answer or self._venue.answer(identity, asked)
        return report

    async def _say(self, says: Says, after: float) -> Any:
        """Wait, then raise or return what is said instead of a result; None for a result."""
        await _wait(after, ignored=says == "late result")
        match says:
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
                return NONSENSE[len(self._venue.orders) % len(NONSENSE)] or "nothing"
        return None

    async def fetch_order(
        self,
        *,
        client_order_id: str,
        order_id: str | None = None,
        symbol: str,
        since: int | None = None,
    ) -> Lookup:
        """Tell of an order in the way that is set."""
        await self._asked()
        return self._venue.look_up(client_order_id)

    async def open_orders(self, symbol: str | None = None) -> Sequence[ExecutionReport]:
        """List what works."""
        await self._asked()
        return self._venue.open_orders(self.name)

    async def fills(self, *, symbol: str | None = None, since: int) -> Sequence[VenueFill]:
        """List fills."""
        await self._asked()
        return self._venue.fills(self.name, since)

    async def positions(self) -> Sequence[VenuePosition]:
        """List positions."""
        await self._asked()
        return self._venue.positions(self.name)

    async def _asked(self) -> None:
        await asyncio.sleep(0)
        if self._venue.lookups == "hang":
            await _never()
        self._venue.check_asked()

    async def fetch_data(self, symbol: str) -> MarketData:
        """Tell nothing: nobody asks."""
        raise NotImplementedError

    async def health_check(self) -> bool:
        """Tell whether the venue is well."""
        return self._venue.healthy


async def _wait(seconds: float, *, ignored: bool) -> None:
    if ignored:
        try:
            await _never()
        except asyncio.CancelledError:
            await asyncio.sleep(seconds)
    elif seconds:
        await asyncio.sleep(seconds)


async def _never() -> None:
    await asyncio.get_running_loop().create_future()

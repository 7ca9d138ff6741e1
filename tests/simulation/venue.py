"""The venue of a history: what truly happens to orders, and the many ways it is told.

It outlives the processes that talk to it: what is on its way to it arrives, whether or not the
process that sent it still lives.
"""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import msgspec

from fillgate.domain.errors import Rejected
from fillgate.domain.fills import Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport, ExecutionResult, Found, Lookup, NotFound
from fillgate.plugins.base import VenueFill, VenuePosition
from fillgate.virtual_time import LoopClock, Process, SimulatedLoop
from tests.simulation.places import SYMBOLS
from tests.simulation.reactions import Kind, RequestKind
from tests.simulation.steps import Behaviour, Conditions, LookupMode, Reaction
from tests.simulation.truth import Asked, Truth

__all__ = ["SETTLE_SECONDS", "SimulatedVenue"]

SETTLE_SECONDS: Final = 3.0
_MOST_MISSES: Final = 2
"""One fewer than what counts as absence: a venue that hides an order for longer lies."""


class SimulatedVenue:
    """All accounts' orders, by the client order ids that they came with."""

    def __init__(self, loop: SimulatedLoop, clock: LoopClock, conditions: Conditions) -> None:
        """Start without orders."""
        self._loop = loop
        self._clock = clock
        self._conditions = conditions
        self._process = Process("venue")
        self._last_timestamp = 0
        self.behaviours: dict[str, Behaviour] = {}
        """By the name that a signal gives as its strategy."""
        self.reactions: dict[str, list[Reaction]] = {}
        """To the next requests about an order, by its id."""
        self.orders: dict[str, Truth] = {}
        self.strangers: dict[str, Truth] = {}
        """Orders of others by their client order ids."""
        self.drift: Counter[tuple[str, str]] = Counter()
        """What was added to the position of an account and a symbol without a fill."""
        self.calls: Counter[str] = Counter()
        """How often each order and each request came, by client order id and request id."""
        self.missed: Counter[str] = Counter()
        """How often a lookup of an id was answered with "not found"."""
        self.lookups: LookupMode = "tell"
        self.healthy = True
        self.coming = 0
        """How much is still to happen at the venue by itself."""
        self.told: Callable[..., None] = lambda *_: None
        """Hears of all that happens at the venue."""

    @property
    def lists(self) -> bool:
        """Whether it can be asked for open orders, fills and positions."""
        return self._conditions.lists

    @property
    def now(self) -> float:
        """The loop's time."""
        return self._loop.time()

    @property
    def timestamp(self) -> int:
        """Now, in Unix milliseconds; never the same twice."""
        self._last_timestamp = max(self._last_timestamp + 1, self._clock.now() // 1000)
        return self._last_timestamp

    def _later(self, seconds: float, happens: Callable[..., None], *args: object) -> None:
        """Let something happen, whatever becomes of the process that caused it."""
        if not seconds:
            happens(*args)
            return
        context = self._process.new_context()
        self.coming += 1
        self._loop.call_later(seconds, self._comes, happens, args, context=context)

    def _comes(self, happens: Callable[..., None], args: tuple[Any, ...]) -> None:
        self.coming -= 1
        happens(*args)

    # Orders

    def send(self, order: Order, kind: Kind, behaviour: Behaviour) -> Truth:
        """Let an order travel to the venue."""
        truth = Truth(order, behaviour.name, sent=self.now)
        self.orders[truth.identity] = truth
        self._later(kind.travels, self._take, truth, kind, behaviour)
        return truth

    def _take(self, truth: Truth, kind: Kind, behaviour: Behaviour) -> None:
        truth.taken = kind.takes
        if not kind.takes:
            return
        self.told("takes", truth.identity)
        if behaviour.parts:
            self.fill(truth, behaviour.parts)
        if behaviour.rest:
            self._later(behaviour.rest, self.fill, truth, 1)

    def fill(self, truth: Truth, parts: int) -> None:
        """Fill one of so many parts of what is left."""
        if truth.works:
            fill = truth.fill(parts, self.timestamp)
            self.told("fills", truth.identity, fill.fill_id, fill.quantity)

    def take_back(self, truth: Truth, *, half: bool) -> None:
        """Take back the newest fill, or half of it."""
        if truth.own_fills:
            fill = truth.take_back(half=half, timestamp=self.timestamp)
            self.told("takes back", truth.identity, fill.fill_id, "half" if half else "")

    def end(self, truth: Truth, status: OrderStatus) -> None:
        """End a working order as canceled or expired."""
        if truth.works:
            truth.ended = status
            self.told("ends", truth.identity, status)

    def fill_late(self, truth: Truth) -> None:
        """Fill of an order that has ended."""
        fill = truth.fill_late(self.timestamp)
        self.told("fills late", truth.identity, fill.fill_id, fill.quantity)

    def trade(self, order: Order, *, filled: bool) -> None:
        """Let somebody else trade on an account."""
        truth = Truth(order, "a stranger's", sent=self.now, taken=True)
        self.strangers[order.client_order_id] = truth
        if filled:
            truth.fill(1, self.timestamp)
        self.told("a stranger trades", order.client_order_id)

    def ended(self) -> list[Truth]:
        """Return the orders that it had and that have ended."""
        return [truth for truth in self.orders.values() if truth.taken and not truth.works]

    def working(self) -> list[Truth]:
        """Return the orders that can still be filled."""
        return [truth for truth in self.orders.values() if truth.works]

    def find(self, client_order_id: str) -> Truth | None:
        """Return the order that has, or had, this client order id."""
        for truth in self.orders.values():
            if client_order_id in truth.names:
                return truth if truth.taken else None
        return None

    def of_account(self, account: str) -> list[Truth]:
        """Return all orders of an account, of others too."""
        both = (*self.orders.values(), *self.strangers.values())
        return [truth for truth in both if truth.taken and truth.order.account == account]

    def position(self, account: str, symbol: str) -> Decimal:
        """Return the sum of all fills of a symbol."""
        own = (each for each in self.of_account(account) if each.order.symbol == symbol)
        return sum((truth.order.side.sign * truth.filled for truth in own), Decimal(0))

    # Requests

    def reaction_to(self, identity: str) -> Reaction:
        """Return how the next request about an order goes."""
        waiting = self.reactions.get(identity)
        return waiting.pop(0) if waiting else Reaction()

    def ask(
        self, identity: str, request: str, asked: Asked, kind: RequestKind, reaction: Reaction
    ) -> None:
        """Let a request travel to the venue."""
        truth = self.orders.get(identity)
        if truth is None:
            asked.refused = True
            return
        truth.asked[request] = asked
        self._later(kind.travels, self._hear, truth, request, kind, reaction)

    def _hear(self, truth: Truth, request: str, kind: RequestKind, reaction: Reaction) -> None:
        asked = truth.asked[request]
        if kind.says == "rejected" or not self._can(truth, asked):
            asked.refused = True
            self.told("refuses", request)
            return
        if reaction.fills:
            self.fill(truth, 2)
        if kind.does:
            self._later(kind.acts, self._act, truth, request)

    def _can(self, truth: Truth, asked: Asked) -> bool:
        enough = asked.replacement is None or asked.replacement.quantity > truth.filled
        return truth.works and enough

    def _act(self, truth: Truth, request: str) -> None:
        asked = truth.asked[request]
        if not self._can(truth, asked):
            return
        asked.done = True
        self.told("does", request)
        if asked.replacement is None:
            self.end(truth, OrderStatus.CANCELED)
        else:
            truth.replace(asked.replacement, new_id=self._conditions.new_ids)

    def answer(self, identity: str, asked: Asked) -> ExecutionReport:
        """Return the answer to a request.

        Raises:
            Rejected: it is refused.
        """
        truth = self.orders.get(identity)
        if truth is None or not truth.taken:
            raise Rejected("ORDER_NOT_FOUND", "no such order")
        if asked.refused:
            raise Rejected("REFUSED", f"the order is {truth.status}")
        report = self.report(truth)
        if asked.done or not truth.works or not self._conditions.says_pending:
            return report
        return msgspec.structs.replace(report, status=asked.pending)

    # What it tells

    def result(self, truth: Truth) -> ExecutionResult:
        """Return the answer to a submission."""
        return ExecutionResult(
            success=True,
            order_id=truth.venue_id,
            filled_quantity=truth.filled,
            average_price=truth.average_price,
            status=truth.ended,
            timestamp=self.timestamp,
            fills=self._fills(truth),
        )

    def report(self, truth: Truth) -> ExecutionReport:
        """Return what is told of an order later."""
        order = truth.order
        return ExecutionReport(
            client_order_id=truth.current_id,
            order_id=truth.venue_id,
            symbol=order.symbol,
            side=order.side,
            quantity=order.quantity,
            price=order.price,
            status=truth.status,
            filled_quantity=truth.filled,
            average_price=truth.average_price,
            timestamp=self.timestamp,
            fills=self._fills(truth),
            busted=tuple(truth.busted),
            corrected=_unnamed(truth.corrected),
        )

    def _fills(self, truth: Truth) -> tuple[Fill, ...]:
        match self._conditions.tells:
            case "totals":
                return ()
            case "fills":
                return _unnamed(truth.own_fills)
            case "last fill":
                return _unnamed(truth.own_fills[-1:])

    def check_asked(self) -> None:
        """Raise if it is set to answer no question.

        Raises:
            ConnectionError: so it is.
        """
        if self.lookups == "fail":
            raise ConnectionError("venue down")

    def open_orders(self, account: str) -> list[ExecutionReport]:
        """List what works; what is new may be missing."""
        return [
            self.report(truth)
            for truth in self.of_account(account)
            if truth.works and not (self.lookups == "miss" and self._is_new(truth))
        ]

    def fills(self, account: str, since: int) -> list[VenueFill]:
        """List fills, oldest first."""
        told = [
            _told(truth, fill)
            for truth in self.of_account(account)
            for fill in truth.fills
            if fill.timestamp >= since
        ]
        return sorted(told, key=lambda each: each.fill.timestamp)

    def positions(self, account: str) -> list[VenuePosition]:
        """List positions, flat ones too."""
        return [
            VenuePosition(
                symbol=symbol,
                quantity=self.position(account, symbol) + self.drift[account, symbol],
            )
            for symbol in SYMBOLS
        ]

    def look_up(self, client_order_id: str) -> Lookup:
        """Tell of an order in the way that is set.

        Raises:
            ConnectionError: it is set to fail.
        """
        self.check_asked()
        truth = self.find(client_order_id)
        if truth is None or (self.lookups == "miss" and self._may_miss(truth)):
            self.missed[client_order_id] += 1
            return NotFound()
        if self.lookups == "other":
            return Found(_somebody_elses(self.report(truth)))
        return Found(self.report(truth))

    def _may_miss(self, truth: Truth) -> bool:
        if self._is_new(truth):
            return True
        truth.misses += 1
        return truth.misses <= _MOST_MISSES

    def _is_new(self, truth: Truth) -> bool:
        return self.now < truth.sent + SETTLE_SECONDS


def _told(truth: Truth, fill: Fill) -> VenueFill:
    assert fill.order_id is not None
    return VenueFill(
        order_id=fill.order_id,
        client_order_id=truth.identity,
        symbol=truth.order.symbol,
        side=truth.order.side,
        fill=msgspec.structs.replace(fill, order_id=None),
    )


def _unnamed(fills: list[Fill]) -> tuple[Fill, ...]:
    """Return fills as a report lists them: which order they are of is the report's to say."""
    return tuple(msgspec.structs.replace(fill, order_id=None) for fill in fills)


def _somebody_elses(report: ExecutionReport) -> ExecutionReport:
    more = (report.quantity or 0) + Decimal(100)
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

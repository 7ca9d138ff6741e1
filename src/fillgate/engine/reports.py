"""The one entry for whatever a venue tells of orders: polls, lookups, streams, reconciliation.

Invariants:

1. A report is found its order (`order_finder`), compared with it (`identity`), and recorded only if
   it changes something: an unchanged order leaves no trace, so what is told twice counts once.
2. What does not fit changes nothing; it is raised, once. So is what may not follow, or tells a
   known fill otherwise.
3. An order with one of this journal's ids that the journal does not know, or that it knows never
   left, is adopted.
4. What is not ours goes to `foreign`; while it cannot be known whose it is, nothing is concluded.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, Final, NamedTuple

from fillgate.domain.clock import Clock
from fillgate.domain.events import (
    Event,
    FillFound,
    OrderAdopted,
    OrderAnomalous,
    OrderEvent,
    OrderRejected,
    OrderReported,
)
from fillgate.domain.fold import next_state
from fillgate.domain.ids import order_of
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Order, OrderType
from fillgate.domain.reports import ExecutionReport
from fillgate.engine.foreign import Foreign
from fillgate.engine.identity import fill_mismatch, mismatch
from fillgate.engine.order_finder import OrderFinder
from fillgate.engine.questions import Questions
from fillgate.engine.recorder import Job, Recorder
from fillgate.engine.story import MISSING
from fillgate.journal.index import SignalRow
from fillgate.plugins.base import VenueFill

__all__ = ["Channel", "Reports", "Taken"]


class Channel:
    """How something was learnt."""

    LOOKUP: Final = "lookup"
    POLL: Final = "poll"
    STREAM: Final = "stream"
    RECONCILIATION: Final = "reconciliation"
    LATE_ANSWER: Final = "late-answer"


_MISMATCH: Final[Mapping[str, str]] = {
    Channel.LOOKUP: "LOOKUP_MISMATCH",
    Channel.POLL: "POLL_MISMATCH",
    Channel.STREAM: "STREAM_MISMATCH",
    Channel.RECONCILIATION: "RECONCILIATION_MISMATCH",
    # Made of the order itself, so it fits.
    Channel.LATE_ANSWER: "LOOKUP_MISMATCH",
}


class Taken(NamedTuple):
    """What became of something that a venue told."""

    state: OrderState | None
    """The order of ours that was meant, as it was before; None if none is known."""
    events: tuple[Event, ...] = ()
    """What was recorded."""
    deferred: bool = False
    """True when it cannot be known yet whether it is ours; then nothing was recorded."""


class Reports:
    """Takes what venues tell."""

    def __init__(
        self,
        *,
        finder: OrderFinder,
        foreign: Foreign,
        questions: Questions,
        recorder: Recorder,
        number: Callable[[], int],
        clock: Clock,
    ) -> None:
        """Record through `recorder`.

        Args:
            finder: finds our orders.
            foreign: notes what is not ours.
            questions: asks for an order of which only a fill was told.
            number: gives the next signal number.
        """
        self._finder = finder
        self._foreign = foreign
        self._questions = questions
        self._recorder = recorder
        self._number = number
        self._clock = clock

    async def take(self, account: str, report: ExecutionReport, channel: str) -> Taken:
        """Take a report of any order of an account.

        Args:
            account: whose venue told it.
            report: sound (`soundness`).
            channel: how it was learnt (`Channel`).

        Raises:
            JournalUnavailable: the journal cannot be read; nothing was recorded.
        """
        identity, symbol = report.client_order_id, report.symbol
        # Asked before the search, which takes time: an answer may come meanwhile.
        is_open_question = self._finder.is_open_question(account, symbol, identity)
        state = await self._finder.find(
            account, symbol, client_order_id=identity, order_id=report.order_id
        )
        if state is not None:
            event = self.take_for(state, report, channel)
            return Taken(state, () if event is None else (event,))
        if identity is not None and self._finder.is_ours(identity):
            return self._take_unknown(account, order_of(identity), report, channel)
        if is_open_question:
            return Taken(None, deferred=True)
        return Taken(None, await self._foreign.note(account, report))

    def take_for(
        self, state: OrderState, report: ExecutionReport, channel: str
    ) -> OrderEvent | None:
        """Take a report of an order that is in memory, and return what was recorded."""
        known = self._recorder.latest(state.order.client_order_id) or state
        different = mismatch(known, report)
        if different is not None:
            return self.raise_once(known, _MISMATCH[channel], different)
        if known.standing is OrderStatus.DENIED and report.status is not OrderStatus.REJECTED:
            return self.adopt(known, report)
        identity = known.order.client_order_id
        event = OrderReported(client_order_id=identity, report=report, channel=channel)
        return self._record_news(known, event)

    def take_looked_up(self, state: OrderState, report: ExecutionReport) -> bool:
        """Take what a lookup found of an order that is in memory.

        Returns:
            Whether it fits the order; if not, it says nothing about it.
        """
        known = self._recorder.latest(state.order.client_order_id) or state
        self.take_for(known, report, Channel.LOOKUP)
        return mismatch(known, report) is None

    async def take_fill(self, account: str, told: VenueFill, channel: str) -> Taken:
        """Take one of an account's fills; as `take`."""
        identity, symbol = told.client_order_id, told.symbol
        is_open_question = self._finder.is_open_question(account, symbol, identity)
        state = await self._finder.find(
            account, symbol, client_order_id=identity, order_id=told.order_id
        )
        if state is not None and state.standing is not OrderStatus.DENIED:
            event = self._take_fill_for(state, told, channel)
            return Taken(state, () if event is None else (event,))
        if state is not None or (identity is not None and self._finder.is_ours(identity)):
            report = await self._questions.report_of(account, told) or _report_of_fill(told)
            own = state.order.client_order_id if state is not None else order_of(identity or "")
            return self._take_unknown(account, own, report, channel)
        if is_open_question:
            return Taken(None, deferred=True)
        return Taken(None, await self._foreign.note_fill(account, told))

    def take_late(self, state: OrderState, event: OrderEvent) -> None:
        """Take an answer that came after the submission had ended: evidence, not an ending."""
        if isinstance(event, OrderReported):
            take = partial(self.take_for, state, event.report, event.channel)
            self._recorder.once_known(state, take)
        elif isinstance(event, OrderRejected):
            self._recorder.record(Job(signal=state.signal, events=(event,)))

    def adopt(self, known: OrderState, report: ExecutionReport) -> OrderEvent:
        """Record that the venue works an order that ended here, or never left."""
        event = OrderAdopted(
            client_order_id=known.order.client_order_id,
            signal=known.signal,
            order=known.order,
            report=report,
        )
        self._recorder.record(Job(signal=known.signal, events=(event,)))
        return event

    def raise_once(self, known: OrderState, code: str, text: str) -> OrderEvent | None:
        """Raise something about an order unless something was raised before."""
        if known.anomalies:
            return None
        identity = known.order.client_order_id
        event = OrderAnomalous(client_order_id=identity, code=code, text=text)
        self._recorder.record(Job(signal=known.signal, events=(event,)))
        return event

    def missing(self, known: OrderState, *, record: bool) -> OrderAnomalous:
        """Raise that the venue does not have an order that works as far as is known.

        Args:
            known: the order, in memory.
            record: False if that was recorded already.
        """
        event = OrderAnomalous(
            client_order_id=known.order.client_order_id,
            code=MISSING,
            text=f"it is {known.status} here, and the venue neither lists nor finds it",
        )
        if record:
            self._recorder.record(Job(signal=known.signal, events=(event,)))
        return event

    def _take_fill_for(self, state: OrderState, told: VenueFill, channel: str) -> OrderEvent | None:
        known = self._recorder.latest(state.order.client_order_id) or state
        different = fill_mismatch(known, told)
        if different is not None:
            return self.raise_once(known, _MISMATCH[channel], different)
        event = FillFound(
            client_order_id=known.order.client_order_id,
            order_id=told.order_id,
            fill=told.fill,
            channel=channel,
        )
        return self._record_news(known, event)

    def _record_news(self, known: OrderState, event: OrderEvent) -> OrderEvent | None:
        after = next_state(known, event, known.updated_at)
        if not _is_news(known, after):
            return None
        self._recorder.record(Job(signal=known.signal, events=(event,)))
        return event

    def _take_unknown(
        self, account: str, client_order_id: str, report: ExecutionReport, channel: str
    ) -> Taken:
        """Adopt an order of ours that the journal does not know."""
        known = self._recorder.latest(client_order_id)
        if known is not None:
            # It never left, or was adopted while it was looked for.
            told = self.take_for(known, report, channel)
            return Taken(known, () if told is None else (told,))
        number, at = self._number(), self._clock.now()
        event = OrderAdopted(
            client_order_id=client_order_id,
            signal=number,
            order=_order_told(account, client_order_id, report),
            report=report,
        )
        row = SignalRow.of_adopted(event, at)
        self._recorder.record(Job(signal=number, events=(event,), signal_row=row))
        return Taken(None, (event,))


def _is_news(known: OrderState, after: OrderState) -> bool:
    """Tell whether anything changed but the time; of what does not fit only the first counts."""
    if after.anomalies and not known.anomalies:
        return True
    return any(getattr(after, name) != getattr(known, name) for name in _TOLD)


_TOLD: Final = (
    *("status", "standing", "executed", "order_id", "former_ids"),
    *("order", "requests", "replaced_by"),
)


def _order_told(account: str, client_order_id: str, report: ExecutionReport) -> Order:
    """Return an order as far as the venue tells it."""
    has_limit, has_stop = report.price is not None, report.stop_price is not None
    return Order(
        client_order_id=client_order_id,
        account=account,
        symbol=report.symbol,
        side=report.side,
        order_type=_TYPES[has_limit, has_stop],
        quantity=report.quantity or _executed(report),
        price=report.price,
        stop_price=report.stop_price,
    )


_TYPES: Final[Mapping[tuple[bool, bool], OrderType]] = {
    (False, False): OrderType.MARKET,
    (True, False): OrderType.LIMIT,
    (False, True): OrderType.STOP,
    (True, True): OrderType.STOP_LIMIT,
}
"""The type of an order by whether it has a limit and a stop price."""


def _executed(report: ExecutionReport) -> Decimal:
    named = sum((fill.quantity for fill in report.fills), Decimal(0))
    return max(report.filled_quantity, named)


def _report_of_fill(told: VenueFill) -> ExecutionReport:
    common: dict[str, Any] = {
        name: getattr(told, name) for name in ("client_order_id", "order_id", "symbol", "side")
    }
    return ExecutionReport(
        **common,
        status=OrderStatus.PARTIALLY_FILLED,
        fills=(told.fill,),
        timestamp=told.fill.timestamp,
    )

"""Working orders are looked at now and then, so that a resting order's fill becomes known.

Invariants:

1. Only accounts that are up and whose plugin can look orders up are polled.
2. What is recorded is a change; an unchanged order leaves no trace.
3. What is found under our id but does not fit our order changes nothing; it is raised, once. So is
   what may not follow, or tells a known fill otherwise.
"""

from fillgate.domain.clock import Clock
from fillgate.domain.events import OrderAnomalous, OrderReported
from fillgate.domain.fold import next_state
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import ExecutionReport, Found
from fillgate.engine.accounts import Account
from fillgate.engine.blotter import Blotter
from fillgate.engine.identity import mismatch
from fillgate.engine.questions import Questions
from fillgate.engine.recorder import Job, Recorder

__all__ = ["Polling"]

_WORKING = frozenset(
    {
        OrderStatus.NEW,
        OrderStatus.PARTIALLY_FILLED,
        OrderStatus.PENDING_CANCEL,
        OrderStatus.PENDING_REPLACE,
    }
)


class Polling:
    """Asks an account for its working orders, over and over."""

    def __init__(
        self,
        *,
        questions: Questions,
        recorder: Recorder,
        blotter: Blotter,
        interval: float,
        clock: Clock,
    ) -> None:
        """Ask about the orders of `blotter` every `interval` seconds, record what changed."""
        self._questions = questions
        self._recorder = recorder
        self._blotter = blotter
        self._interval = interval
        self._clock = clock

    async def follow(self, account: Account) -> None:
        """Poll one account until cancelled."""
        while True:
            await self._clock.sleep(self._interval)
            # What cannot be written down now is still there at the next look.
            if account.up and account.capabilities.fetch_order and not self._recorder.fault:
                for state in self._working(account.name):
                    answer = await self._questions.ask(state)
                    if isinstance(answer, Found):
                        self.take(state, answer.report)

    def _working(self, account: str) -> list[OrderState]:
        return [
            state
            for state in self._blotter.open_orders()
            if state.order.account == account and state.status in _WORKING
        ]

    def take(self, state: OrderState, report: ExecutionReport) -> bool:
        """Record what a venue tells of an order, if that is new.

        Returns:
            Whether it fits the order; if not, it says nothing about it.
        """
        identity = state.order.client_order_id
        different = mismatch(state, report)
        if different is not None:
            self._raise(state, different)
            return False
        event = OrderReported(client_order_id=identity, report=report, channel="poll")
        known = self._recorder.latest(identity) or state
        after = next_state(known, event, known.updated_at)
        strange = after.anomalies and not known.anomalies
        if strange or _facts(after) != _facts(known):
            self._recorder.record(Job(signal=state.signal, events=(event,)))
        return True

    def _raise(self, state: OrderState, different: str) -> None:
        identity = state.order.client_order_id
        known = self._recorder.latest(identity) or state
        if not known.anomalies:
            event = OrderAnomalous(client_order_id=identity, code="POLL_MISMATCH", text=different)
            self._recorder.record(Job(signal=state.signal, events=(event,)))


def _facts(state: OrderState) -> tuple[object, ...]:
    return state.status, state.standing, state.executed, state.requests

"""Working orders are looked at now and then, so that a resting order's fill becomes known.

Invariants:

1. Only accounts that are up and whose plugin can look orders up are polled.
2. Where reports are streamed it is polled on, more slowly: streams miss things.
"""

from collections.abc import Callable

from fillgate.domain.clock import Clock
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import Found
from fillgate.engine.accounts import Account
from fillgate.engine.blotter import Blotter
from fillgate.engine.questions import Questions
from fillgate.engine.recorder import Recorder
from fillgate.engine.reports import Channel, Reports
from fillgate.engine.settings import EngineSettings

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
        reports: Reports,
        blotter: Blotter,
        settings: EngineSettings,
        clock: Clock,
        is_streamed: Callable[[str], bool],
    ) -> None:
        """Ask about the orders of `blotter`, hand what is told to `reports`.

        Args:
            is_streamed: whether an account's reports come by a stream now.
        """
        self._questions = questions
        self._recorder = recorder
        self._blotter = blotter
        self._reports = reports
        self._settings = settings
        self._clock = clock
        self._is_streamed = is_streamed

    async def follow(self, account: Account) -> None:
        """Poll one account until cancelled."""
        last = self._clock.monotonic()
        while True:
            await self._clock.sleep(self._settings.poll_interval)
            passed = self._clock.monotonic() - last
            if self._is_streamed(account.name) and passed < self._settings.streamed_poll_interval:
                continue
            last = self._clock.monotonic()
            # What cannot be written down now is still there at the next look.
            if account.up and account.capabilities.fetch_order and not self._recorder.fault:
                for state in self._working(account.name):
                    answer = await self._questions.ask(state)
                    if isinstance(answer, Found):
                        self._reports.take_for(state, answer.report, Channel.POLL)

    def _working(self, account: str) -> list[OrderState]:
        return [
            state
            for state in self._blotter.open_orders()
            if state.order.account == account and state.status in _WORKING
        ]

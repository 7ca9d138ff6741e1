"""Working orders are looked at now and then, so that a resting order's fill becomes known.

Invariants:

1. Only accounts whose plugin can look orders up are polled.
2. What is recorded is a change; an unchanged order leaves no trace.
"""

import asyncio

from fillgate.domain.clock import Clock
from fillgate.domain.events import OrderReported
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.reports import ExecutionReport, Found
from fillgate.engine.accounts import Account
from fillgate.engine.blotter import Blotter
from fillgate.engine.identity import mismatch
from fillgate.engine.recorder import Job, Recorder
from fillgate.engine.settings import EngineSettings
from fillgate.plugins.base import Logger

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
        recorder: Recorder,
        blotter: Blotter,
        settings: EngineSettings,
        clock: Clock,
        logger: Logger,
    ) -> None:
        """Poll the orders of `blotter`, record what changed."""
        self._recorder = recorder
        self._blotter = blotter
        self._settings = settings
        self._clock = clock
        self._logger = logger

    async def follow(self, account: Account) -> None:
        """Poll one account until cancelled."""
        while True:
            await self._clock.sleep(self._settings.poll_interval)
            if account.up:
                for state in self._working(account.name):
                    await self._look_at(account, state)

    def _working(self, account: str) -> list[OrderState]:
        return [
            state
            for state in self._blotter.open_orders()
            if state.order.account == account and state.status in _WORKING
        ]

    async def _look_at(self, account: Account, state: OrderState) -> None:
        try:
            async with asyncio.timeout(self._settings.lookup_deadline):
                answer = await account.plugin.fetch_order(
                    client_order_id=state.order.client_order_id,
                    order_id=state.order_id,
                    symbol=state.order.symbol,
                    since=state.created_at // 1000,
                )
        except Exception as error:  # noqa: BLE001 - no answer; the next round asks again
            self._logger.debug("poll failed", account=account.name, error=repr(error))
            return
        if isinstance(answer, Found):
            self._take(state, answer.report)

    def _take(self, state: OrderState, report: ExecutionReport) -> None:
        if mismatch(state, report) is not None:
            return
        identity = state.order.client_order_id
        event = OrderReported(client_order_id=identity, report=report, channel="poll")
        known = self._recorder.latest(identity) or state
        after = known.after(event, known.updated_at)
        if (after.status, after.executed) != (known.status, known.executed):
            self._recorder.record(Job(signal=state.signal, events=(event,)))

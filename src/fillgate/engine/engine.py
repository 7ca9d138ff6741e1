"""The engine: the way of a signal, from its reading to its recorded outcome.

    signal -> intake -> dispatcher (lane, plan, send) -> recorder -> journal
                                                             |
    lookups, polling, recovery, resolution -----------------+-> blotter -> readers

Everything that changes an order goes through the recorder; everything that shows one reads the
blotter or the journal.
"""

from collections.abc import Sequence

from fillgate import __version__
from fillgate.domain.events import ServiceStarted, ServiceStopped
from fillgate.domain.order_state import OrderState
from fillgate.engine.recorder import Job
from fillgate.engine.resolution import Resolution, resolved_event
from fillgate.engine.rooms import Rooms
from fillgate.engine.story import is_missing
from fillgate.engine.tickets import Latch
from fillgate.journal.base import (
    SYSTEM,
    CommitOutcome,
    Committed,
    Entry,
)
from fillgate.journal.index import OrderRow

__all__ = ["Engine"]

_DRAIN_PAUSE = 0.01


class Engine(Rooms):
    """One engine over one journal and one registry of accounts; `start` opens the door."""

    async def start(self) -> None:
        """Bring up the accounts and take up what an earlier process left.

        Raises:
            ConfigurationError: a setting of an account is wrong.
        """
        started = ServiceStarted(software=__version__)
        self._logger.info(started.kind, software=started.software, tag=self.tag)
        self.recorder.record(Job(prelude=(Entry(SYSTEM, self._clock.now(), started),)))
        await self.accounts.start()
        await self._recovery.run()
        await self.accounts.recall()
        self.reconciliation.start()
        for account in self.accounts:
            self.tasks.start(self._polling.follow(account), name=f"poll {account.name}")
            self.tasks.start(self.streams.follow(account), name=f"stream {account.name}")

    def release_waiters(self) -> None:
        """Let all who wait for an outcome hear what is known now, for the service stops."""
        for ticket in self.dispatcher.under_way.values():
            ticket.answered.open(None)
        self._outcomes.release_waiters()
        self.reconciliation.release_waiters()

    async def drain(self) -> None:
        """Take nothing new and wait until what is on its way is recorded.

        Signals that wait in lanes stay in the journal; the next start takes them up.
        """
        self.intake.draining = self.dispatcher.draining = True
        patience = self.settings.submit_deadline + 1
        end = self._clock.monotonic() + patience
        while self.dispatcher.lanes.flying or self._sender.flying or self.recorder.in_flight:
            if self._clock.monotonic() > end:
                self._logger.error("stopped-with-orders-under-way")
                break
            await self._clock.sleep(_DRAIN_PAUSE)

    async def close(self) -> None:
        """Drain, stop all background work, close the accounts and the journal."""
        await self.drain()
        self.dispatcher.stop()
        self._sender.stopped = True
        self.recorder.stop()
        await self.tasks.cancel_all()
        await self.accounts.close()
        stopped = ServiceStopped()
        self.recorder.record(Job(prelude=(Entry(SYSTEM, self._clock.now(), stopped),)))
        await self.journal.close()

    async def order(self, client_order_id: str) -> OrderState | None:
        """Return an order as it is, from memory or from the journal; None if there is none."""
        return await self._finder.read(client_order_id)

    async def orders(self, rows: Sequence[OrderRow]) -> Sequence[OrderState]:
        """Return the orders of these rows of the index, from memory or from the journal."""
        return await self._finder.read_all(rows)

    async def resolve(self, client_order_id: str, resolution: Resolution) -> OrderState:
        """Settle an order that is UNKNOWN, ABSENT or missing at its venue, by a person's finding.

        Returns:
            The order as it is then.

        Raises:
            KeyError: there is no such order.
            NotResolvable: the resolution does not fit the order.
        """
        state = await self._finder.recall(client_order_id)
        if state is None:
            raise KeyError(client_order_id)
        missing = bool(state.anomalies) and not state.status.is_final and await self._misses(state)
        event = resolved_event(state, resolution, self._clock, missing=missing)
        written: Latch[None] = Latch()

        def done(outcome: CommitOutcome) -> None:
            if isinstance(outcome, Committed):
                written.open(None)

        self.recorder.record(Job(signal=state.signal, events=(event,), done=done))
        await written.wait()
        after = self.blotter.order(client_order_id)
        assert after is not None
        return after

    async def _misses(self, state: OrderState) -> bool:
        story = await self.journal.story(state.signal)
        return is_missing(story, state.order.client_order_id)

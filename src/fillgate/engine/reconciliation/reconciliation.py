"""When accounts are reconciled, and what waits for it.

Invariants:

1. Nothing that adds risk goes to an account before it was compared with its venue once after the
   start: its lanes are held. Exits that the venue enforces as reducing pass.
2. One run at a time for each account. Who asks while one runs gets the next one.
3. A run in which a question failed does not count: it is run again, after growing pauses, and the
   account says what it waits for.
4. A plugin that can list nothing has nothing to reconcile.
"""

import asyncio
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from fillgate.domain.clock import Clock
from fillgate.domain.errors import CodedError
from fillgate.domain.events import Event
from fillgate.domain.logger import Logger
from fillgate.domain.telling import brief
from fillgate.engine.accounts import Account, Accounts
from fillgate.engine.reconciliation.comparison import Comparison
from fillgate.engine.reconciliation.findings import Outcome
from fillgate.engine.recorder import Job, Recorder
from fillgate.engine.settings import EngineSettings
from fillgate.engine.tasks import Tasks
from fillgate.engine.tickets import Latch
from fillgate.journal.base import CommitOutcome, Committed, Entry, account_stream
from fillgate.meters import CAUSES, Meters, Reconciled

__all__ = ["HOLDER", "Cause", "Desk", "NotReconciled", "Reconciliation"]

HOLDER: Final = "reconciliation"
"""What holds the lanes of an account that was not compared with its venue yet."""


class Cause:
    """Why an account is reconciled."""

    START: Final = "start"
    GAP: Final = "gap"
    INTERVAL: Final = "interval"
    REQUEST: Final = "request"


def _ending(outcome: Outcome) -> str:
    if outcome.failed:
        return Reconciled.FAILED
    return Reconciled.DIFFERED if outcome.findings else Reconciled.AGREED


class NotReconciled(CodedError):
    """The account cannot be compared with its venue now.

    Codes: NOT_RECONCILABLE, JOURNAL_UNAVAILABLE, DRAINING.
    """


@dataclass(slots=True)
class Desk:
    """One account's reconciliation."""

    account: Account
    is_ready: bool = False
    """Whether it was compared once since the start, or has nothing to compare."""
    reason: str | None = None
    """Why the last run did not count; None if it did."""
    last: Outcome | None = None
    """How the last run ended."""
    causes: set[str] = field(default_factory=set)
    waiters: list[Latch[Outcome]] = field(default_factory=list)
    """Who waits for the next run."""
    served: list[Latch[Outcome]] = field(default_factory=list)
    """Who waits for the one that is under way."""
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    pause: float = 0.0
    is_coming: bool = False
    """Whether one more run is due after a pause."""
    is_held: bool = False
    """Whether signals wait for it."""
    compared: float = 0.0
    """When the last run that counts ended, or the service started, on the clock that never goes
    back."""

    @property
    def can_be_compared(self) -> bool:
        """Whether the plugin can list anything."""
        can = self.account.capabilities
        return can.open_orders or can.fills or can.positions

    @property
    def shows_orders(self) -> bool:
        """Whether the plugin can list what was sent: open orders, and fills of those that ended."""
        can = self.account.capabilities
        return can.open_orders and can.fills


class Reconciliation:
    """Reconciles all accounts."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        comparison: Comparison,
        recorder: Recorder,
        settings: EngineSettings,
        meters: Meters,
        clock: Clock,
        randomness: random.Random,
        tasks: Tasks,
        logger: Logger,
        hold: Callable[[str, str], None],
        let_go: Callable[[str], None],
        on_ready: Callable[[], None],
    ) -> None:
        """Compare by `comparison`.

        Args:
            hold: lets nothing that adds risk go to an account.
            let_go: ends that.
            on_ready: hears once every account is ready.
        """
        self._accounts = accounts
        self._comparison = comparison
        self._recorder = recorder
        self._settings = settings
        self._meters = meters
        self._clock = clock
        self._randomness = randomness
        self._tasks = tasks
        self._logger = logger
        self._hold = hold
        self._let_go = let_go
        self._on_ready = on_ready
        now = clock.monotonic()
        self._desks = {account.name: Desk(account, compared=now) for account in accounts}
        self._started = self._all_ready = False
        accounts.on_up(self._came_up)
        accounts.on_down(self._went_down)

    def __iter__(self) -> Iterator[Desk]:
        """Iterate over the accounts in the order of the configuration."""
        return iter(self._desks.values())

    def desk(self, account: str) -> Desk:
        """Return how it stands with an account."""
        return self._desks[account]

    def seconds_since(self) -> list[tuple[Desk, float]]:
        """Return how long ago each account's last run that counts was, or the start."""
        now = self._clock.monotonic()
        return [(desk, now - desk.compared) for desk in self]

    def start(self) -> None:
        """Begin; what an earlier process left is taken up."""
        self._started = True
        for desk in self:
            self._tasks.start(self._follow(desk), name=f"reconcile {desk.account.name}")
            self._tasks.start(self._tick(desk), name=f"reconcile {desk.account.name} at intervals")
            if desk.account.up:
                self._begin(desk)

    def trigger(self, account: str, cause: str) -> None:
        """Have an account reconciled soon, if its plugin can list anything."""
        desk = self._desks[account]
        if not desk.can_be_compared:
            return
        desk.causes.add(cause)
        desk.wake.set()

    async def run(self, account: str) -> Outcome:
        """Reconcile an account now, and return what was found.

        Raises:
            NotReconciled: its plugin can list nothing, or it never came up.
        """
        desk = self._desks[account]
        if not desk.account.is_open:
            raise NotReconciled("NOT_RECONCILABLE", f"account={account}: {desk.account.reason}")
        if not desk.can_be_compared:
            text = f"account={account}: its plugin can list nothing"
            raise NotReconciled("NOT_RECONCILABLE", text)
        waiter: Latch[Outcome] = Latch()
        desk.waiters.append(waiter)
        self.trigger(account, Cause.REQUEST)
        return await waiter.wait()

    def release_waiters(self) -> None:
        """Let nobody wait any more: the service stops."""
        for desk in self:
            desk.served += desk.waiters
            desk.waiters = []
            self._fail(desk, NotReconciled("DRAINING", "the service is stopping"))

    # When

    def _came_up(self, account: Account) -> None:
        desk = self._desks[account.name]
        if not desk.is_ready and desk.can_be_compared:
            desk.is_held = True
            self._hold(account.name, HOLDER)
        if self._started:
            self._begin(desk)

    def _went_down(self, account: Account) -> None:
        # What comes now is denied at once: the account is down.
        self._release(self._desks[account.name])

    def _begin(self, desk: Desk) -> None:
        if desk.can_be_compared:
            self.trigger(desk.account.name, Cause.GAP if desk.is_ready else Cause.START)
        else:
            self._become_ready(desk)

    async def _tick(self, desk: Desk) -> None:
        while True:
            await self._clock.sleep(self._settings.reconcile_interval)
            if desk.account.up:
                self.trigger(desk.account.name, Cause.INTERVAL)

    async def _follow(self, desk: Desk) -> None:
        while True:
            await desk.wake.wait()
            desk.wake.clear()
            cause = next(each for each in CAUSES if each in desk.causes)
            desk.served, desk.waiters = desk.waiters, []
            desk.causes.clear()
            await self._run(desk, cause)

    # One run

    async def _run(self, desk: Desk, cause: str) -> None:
        name = desk.account.name
        try:
            outcome, event = await self._comparison.run(desk.account, cause)
        except Exception as error:
            self._logger.error("reconciliation-failed", account=name, exc_info=error)  # noqa: TRY400 - no logging
            desk.reason = brief(error) or type(error).__name__
            self._meters.account(name).reconciled(cause, Reconciled.FAILED)
            self._fail(desk, NotReconciled("JOURNAL_UNAVAILABLE", desk.reason))
            self._again(desk, cause)
            return
        await self._write(name, event)
        desk.last = outcome
        failed = ", ".join(outcome.failed)
        desk.reason = f"the venue gave no answer about {failed}" if failed else None
        new = [each.kind for each in outcome.findings if each.new]
        self._meters.account(name).reconciled(cause, _ending(outcome), new)
        served, desk.served = desk.served, []
        for waiter in served:
            waiter.open(outcome)
        if failed:
            self._again(desk, cause)
            return
        desk.pause, desk.compared = 0.0, self._clock.monotonic()
        if outcome.left:
            self._again(desk, cause)
        self._become_ready(desk)

    def _fail(self, desk: Desk, error: NotReconciled) -> None:
        served, desk.served = desk.served, []
        for waiter in served:
            waiter.fail(error)

    async def _write(self, account: str, event: Event) -> None:
        """Record that an account was reconciled; return once that is durable."""
        written: Latch[None] = Latch()

        def done(outcome: CommitOutcome) -> None:
            if isinstance(outcome, Committed):
                written.open(None)

        entry = Entry(account_stream(account), self._clock.now(), event)
        self._recorder.record(Job(prelude=(entry,), done=done))
        await written.wait()

    def _again(self, desk: Desk, cause: str) -> None:
        """Run once more after a pause that grows, and is never quite the same."""
        if desk.is_coming:
            return
        desk.is_coming = True
        least, most = self._settings.reconcile_pause, self._settings.reconcile_longest_pause
        desk.pause = min(max(2 * desk.pause, least), most)
        pause = desk.pause * self._randomness.uniform(0.5, 1)
        name = f"reconcile {desk.account.name} again"
        self._tasks.start(self._later(desk, cause, pause), name=name)

    async def _later(self, desk: Desk, cause: str, pause: float) -> None:
        await self._clock.sleep(pause)
        desk.is_coming = False
        if desk.account.up:
            self.trigger(desk.account.name, cause)

    def _become_ready(self, desk: Desk) -> None:
        desk.is_ready = True
        self._release(desk)
        if not self._all_ready and all(each.is_ready for each in self):
            self._all_ready = True
            self._on_ready()

    def _release(self, desk: Desk) -> None:
        if desk.is_held:
            desk.is_held = False
            self._let_go(desk.account.name)

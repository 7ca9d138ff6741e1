"""An engine over a real journal file and a scripted venue."""

import dataclasses
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import structlog

from fillgate.domain.clock import Clock
from fillgate.domain.events import Event
from fillgate.domain.logger import Logger
from fillgate.domain.order_state import OrderState
from fillgate.domain.signals import Action, Signal
from fillgate.engine.accounts import AccountSetup
from fillgate.engine.arrivals import Admission, Arrival
from fillgate.engine.clock import SystemClock
from fillgate.engine.engine import Engine
from fillgate.engine.settings import EngineSettings
from fillgate.engine.tasks import Tasks
from fillgate.journal.base import JournalUnavailable
from fillgate.journal.sqlite import SqliteJournal
from fillgate.plugins.base import PluginContext
from fillgate.plugins.registry import PluginRegistry
from fillgate.testing.context import plugin_context
from tests.engine.venue import Venue

SETTINGS = EngineSettings(
    submit_deadline=0.2,
    lookup_deadline=0.2,
    lookup_pause=0.01,
    lookup_longest_pause=0.05,
    poll_interval=0.02,
    health_interval=0.02,
)
PATIENCE = 5.0


def replaced(**changes: float) -> EngineSettings:
    return dataclasses.replace(SETTINGS, **changes)  # type: ignore[arg-type]  # all are numbers


def quiet() -> Logger:
    logger: Logger = structlog.wrap_logger(structlog.ReturnLogger(), processors=[lambda *_: ""])
    return logger


def signal(**changes: Any) -> Signal:
    fields: dict[str, Any] = {"action": Action.BUY, "symbol": "BTC/USDT", "quantity": Decimal(1)}
    return Signal(**(fields | changes))


@dataclass
class House:
    """An engine with what it stands on."""

    engine: Engine
    venue: Venue
    clock: SystemClock

    def arrival(
        self, key: str | None = None, *, fingerprint: bool = False, **changes: Any
    ) -> Arrival:
        return Arrival(
            source="test",
            signal=signal(**changes),
            body=b"{}",
            received_at=self.clock.now(),
            key=key,
            fingerprint=fingerprint,
        )

    async def accept(
        self, key: str | None = None, *, fingerprint: bool = False, **changes: Any
    ) -> Admission:
        return await self.engine.intake.accept(
            self.arrival(key, fingerprint=fingerprint, **changes)
        )

    async def outcome(self, admission: Admission) -> OrderState:
        """Wait until the order is no longer merely on its way, and return it."""
        assert await admission.ticket.answered.wait_within(PATIENCE)
        assert admission.ticket.state is not None
        return admission.ticket.state

    async def send(self, **changes: Any) -> OrderState:
        return await self.outcome(await self.accept(**changes))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Let the engine run until the condition holds."""
        end = self.clock.monotonic() + PATIENCE
        while not condition():
            assert self.clock.monotonic() < end, "it never came true"
            await self.clock.sleep(0.002)

    async def settled(self) -> None:
        """Let the engine write down all that is recorded."""
        await self.until(lambda: not self.engine.recorder.in_flight)

    async def told(self, *kinds: type[Event]) -> list[Event]:
        """Return the journal's events of these kinds."""
        await self.settled()
        events = [record.event for record in await self.engine.journal.events(limit=100_000)]
        return [event for event in events if isinstance(event, kinds)]

    def state(self, client_order_id: str) -> OrderState:
        state = self.engine.blotter.order(client_order_id)
        assert state is not None
        return state

    def status(self, client_order_id: str) -> str:
        return self.state(client_order_id).status.value


@contextmanager
def unreadable(house: House) -> Iterator[Callable[[], int]]:
    """Let no order be read from the journal, though it can be written.

    Yields:
        A function that returns how often that was tried.
    """
    tried = 0

    async def refuse(asked: object) -> Any:
        nonlocal tried
        tried += 1
        msg = "an archive is missing"
        raise JournalUnavailable(msg)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(house.engine.journal, "find_order", refuse)
        patch.setattr(house.engine.journal, "story", refuse)
        yield lambda: tried


@asynccontextmanager
async def open_house(
    folder: Path,
    *,
    settings: EngineSettings = SETTINGS,
    prepare: Callable[[Venue], None] = lambda venue: None,
    graceful: bool = True,
    disk: str | None = None,
    clock: Clock | None = None,
    account: str = "main",
    logger: Logger | None = None,
) -> AsyncIterator[House]:
    """Run an engine over the journal in `folder`.

    Args:
        prepare: sets up the venue before the engine starts.
        clock: the engine's; the machine's own without one.
        disk: name of the SQLite VFS that the journal goes through.
        account: name of the only account.
        logger: hears of everything; nobody does without one.
        graceful: False leaves without draining, as a crash would, once the journal is flushed.
    """
    logger = logger or quiet()
    tasks = Tasks(logger, patience=0.2)
    machine = SystemClock()
    clock = clock or machine
    context = plugin_context()
    venue = Venue(account, PluginContext(clock, context.random, logger, tasks.starter))
    prepare(venue)
    registry = PluginRegistry()
    registry.register(venue)
    journal = await SqliteJournal.open(
        folder / "journal.db", logger=logger, vfs=disk, retry_pauses=(0.01,)
    )
    engine = Engine(
        journal,
        registry,
        {account: AccountSetup("test")},
        settings=settings,
        clock=clock,
        tasks=tasks,
        logger=logger,
    )
    await engine.start()
    try:
        yield House(engine, venue, machine)
    finally:
        if graceful:
            await engine.close()
        else:
            # What is recorded from here on never happened: the process is gone.
            engine.recorder.record = lambda job: None  # type: ignore[method-assign]
            engine.dispatcher.stop()
            await tasks.cancel_all()
            await journal.close()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened

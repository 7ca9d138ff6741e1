"""Following the reports that a venue pushes: one task for each account whose plugin streams them.

Invariants:

1. A stream that ends, breaks or cannot be opened is opened again, after pauses that grow, never
   quite the same, until the account's plugin streams no more.
2. After every gap the account is reconciled, once the stream stands again: what was told meanwhile
   nobody heard. So it is after the first opening if orders were open.
3. A stream is up once it has told something, or has stood for a while: venues say nothing on quiet
   days. Polling goes on, more slowly: streams miss things.
4. What cannot be is refused and told in the log; the stream goes on.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from fillgate.domain.clock import Clock
from fillgate.domain.logger import Logger
from fillgate.domain.reports import ExecutionReport
from fillgate.domain.telling import named
from fillgate.engine.accounts import Account, Accounts
from fillgate.engine.blotter import Blotter
from fillgate.engine.questions import is_told_soundly
from fillgate.engine.reports import Channel, Reports
from fillgate.engine.sampler import Sampler
from fillgate.engine.settings import EngineSettings
from fillgate.engine.tasks import Tasks
from fillgate.meters import Meters

__all__ = ["Stream", "Streams"]

_AT_A_STRETCH: Final = 50
"""How many reports are taken before others may go on."""
_CLOSING_SECONDS: Final = 1.0


@dataclass(slots=True)
class Stream:
    """One account's stream of reports."""

    account: Account
    since: int
    """When it last changed between up and down, Unix microseconds."""
    up: bool = False
    reason: str | None = "not opened yet"
    """Why it is down; None when it is up."""
    has_gap: bool = False
    """Whether something may have been told that nobody heard."""
    came_up: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the account comes up."""

    @property
    def is_offered(self) -> bool:
        """Whether the account's plugin streams reports."""
        return self.account.capabilities.stream_reports


class Streams:
    """Follows the streams of all accounts."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        reports: Reports,
        blotter: Blotter,
        reconcile: Callable[[str], None],
        settings: EngineSettings,
        meters: Meters,
        clock: Clock,
        randomness: random.Random,
        tasks: Tasks,
        sampler: Sampler,
        logger: Logger,
    ) -> None:
        """Hand what is told to `reports`.

        Args:
            reconcile: has an account reconciled soon, for there was a gap.
            randomness: spreads the pauses.
        """
        self._reports = reports
        self._blotter = blotter
        self._reconcile = reconcile
        self._settings = settings
        self._meters = meters
        self._clock = clock
        self._randomness = randomness
        self._tasks = tasks
        self._sampler = sampler
        self._logger = logger
        self._streams = {account.name: Stream(account, clock.now()) for account in accounts}
        accounts.on_up(lambda account: self._streams[account.name].came_up.set())

    def of(self, account: str) -> Stream | None:
        """Return an account's stream; None if its plugin does not stream."""
        stream = self._streams[account]
        return stream if stream.is_offered else None

    def is_up(self, account: str) -> bool:
        """Tell whether an account's reports come by a stream now."""
        return self._streams[account].up

    async def follow(self, account: Account) -> None:
        """Follow one account's stream until cancelled."""
        stream, pause = self._streams[account.name], 0.0
        first, longest = self._settings.stream_pause, self._settings.stream_longest_pause
        while True:
            while not (account.up and stream.is_offered):
                stream.came_up.clear()
                await stream.came_up.wait()
            stood = await self._listen(stream)
            pause = first if stood else min(max(2 * pause, first), longest)
            await self._clock.sleep(pause * self._randomness.uniform(0.5, 1))

    async def _listen(self, stream: Stream) -> bool:
        """Open the stream and take what it tells until it breaks; tell whether it was up."""
        name = stream.account.name
        settling = self._tasks.start(self._settle(stream), name=f"stream {name} settles")
        told: Any = None
        try:
            told = stream.account.plugin.stream_reports()
            await self._take_all(stream, told)
            reason = "the stream ended"
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises ends its stream
            reason = named(error)
        finally:
            settling.cancel()
            await _close(told)
        stood = stream.up
        self._break(stream, reason)
        return stood

    async def _take_all(self, stream: Stream, told: Any) -> None:
        count = 0
        async for report in told:
            self._stand(stream)
            await self._hear(stream.account.name, report)
            count += 1
            if not count % _AT_A_STRETCH:
                await asyncio.sleep(0)

    async def _settle(self, stream: Stream) -> None:
        await self._clock.sleep(self._settings.stream_settle)
        self._stand(stream)

    def _stand(self, stream: Stream) -> None:
        if stream.up:
            return
        name = stream.account.name
        stream.up, stream.reason, stream.since = True, None, self._clock.now()
        self._logger.info("stream-up", account=name)
        if stream.has_gap or self._has_open_orders(name):
            self._reconcile(name)
        stream.has_gap = False

    def _break(self, stream: Stream, reason: str) -> None:
        name, known = stream.account.name, stream.reason
        if stream.up:
            stream.since = self._clock.now()
        stream.up, stream.reason, stream.has_gap = False, reason, True
        self._meters.account(name).stream_breaks += 1
        if reason != known:
            self._logger.warning("stream-down", account=name, reason=reason)

    def _has_open_orders(self, account: str) -> bool:
        return any(state.order.account == account for state in self._blotter.open_orders())

    async def _hear(self, account: str, report: object) -> None:
        if not isinstance(report, ExecutionReport) or not is_told_soundly(report):
            kind = {"account": account}
            error = f"nonsense: {type(report).__name__}"
            self._sampler.write("warning", "report-refused", kind, error=error)
            return
        try:
            await self._reports.take(account, report, Channel.STREAM)
        except Exception as error:
            self._logger.error("report-not-taken", account=account, exc_info=error)  # noqa: TRY400 - no logging
            self._reconcile(account)


async def _close(told: Any) -> None:
    close = getattr(told, "aclose", None)
    if close is None:
        return
    try:
        async with asyncio.timeout(_CLOSING_SECONDS):
            await close()
    except Exception:  # noqa: BLE001, S110 - it is over, however it takes it
        pass

"""What a venue tells of orders that are not ours: noted once, counted where it moves the position.

Invariants:

1. An order of others is noted once, while it works; a fill of one is noted once and counted in the
   account's position. What was noted before a restart is not noted again.
2. Fills from before the account was first in the journal are not counted.
3. What a venue places to protect an order of ours is not noted; its fills are.
4. An order with the tag of another fillgate names it, and is warned of once in each process.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from fillgate.domain.clock import Clock
from fillgate.domain.events import Event, ForeignFillSeen, ForeignOrderSeen
from fillgate.domain.fills import Fill
from fillgate.domain.logger import Logger
from fillgate.domain.reports import ExecutionReport
from fillgate.engine.order_finder import OrderFinder
from fillgate.engine.recorder import Job, Recorder
from fillgate.journal.base import Entry, Journal, account_stream
from fillgate.journal.sightings import (
    FIRST_SEEN,
    FOREIGN_FILL,
    FOREIGN_ORDER,
    fill_subject,
    order_subject,
)
from fillgate.plugins.base import VenueFill

__all__ = ["Foreign"]

_REMEMBERED: Final = 10_000

_Sight = tuple[str, str, Event]
"""Kind and subject of a sighting, and the event that leaves it."""


class Foreign:
    """Notes what is not ours."""

    def __init__(
        self,
        journal: Journal,
        recorder: Recorder,
        finder: OrderFinder,
        *,
        clock: Clock,
        logger: Logger,
    ) -> None:
        """Record through `recorder` what `journal` does not know yet."""
        self._journal = journal
        self._recorder = recorder
        self._finder = finder
        self._clock = clock
        self._logger = logger
        self._seen: OrderedDict[tuple[str, str, str], None] = OrderedDict()
        self._first_seen: dict[str, int] = {}
        self.installations: dict[str, set[str]] = {}
        """For each account the tags of other fillgates whose orders were seen since the start."""

    async def first_seen(self, account: str) -> int:
        """Return when an account was first in the journal, Unix milliseconds."""
        known = self._first_seen.get(account)
        if known is None:
            told = await self._journal.sightings(account, FIRST_SEEN, ("",))
            # Not durable yet: it is being written down for the first time.
            known = int(told[""]) if told else self._clock.now() // 1000
            self._first_seen[account] = known
        return known

    async def note(self, account: str, report: ExecutionReport) -> tuple[Event, ...]:
        """Note what a report tells of an order that is not ours; return what is new."""
        told: list[_Sight] = []
        is_news = not self._finder.protects_ours(report.client_order_id)
        if is_news and not report.status.is_final:
            tag = self._finder.other_installation(report.client_order_id)
            seen = ForeignOrderSeen(account=account, report=report, installation=tag)
            told.append((FOREIGN_ORDER, order_subject(report.symbol, report.order_id), seen))
        told += await self._fills(account, report, report.fills)
        self._note_installation(account, report.client_order_id)
        return await self._record_new(account, told)

    async def note_fill(self, account: str, told: VenueFill) -> tuple[Event, ...]:
        """Note a fill of an order that is not ours; return what is new."""
        self._note_installation(account, told.client_order_id)
        return await self._record_new(account, await self._fills(account, told, (told.fill,)))

    async def _fills(
        self, account: str, told: ExecutionReport | VenueFill, fills: Iterable[Fill]
    ) -> list[_Sight]:
        since = await self.first_seen(account)
        return [
            (
                FOREIGN_FILL,
                fill_subject(told.symbol, told.order_id, fill.fill_id),
                _seen(account, told, fill),
            )
            for fill in fills
            if fill.timestamp >= since
        ]

    async def _record_new(self, account: str, told: Iterable[_Sight]) -> tuple[Event, ...]:
        claimed: dict[tuple[str, str], Event] = {}
        for kind, subject, event in told:
            # At once, so that who tells of it meanwhile does not count it too.
            if self._claim((account, kind, subject)):
                claimed[kind, subject] = event
        try:
            known = await self._known(account, claimed)
        except BaseException:
            for key in claimed:
                self._seen.pop((account, *key), None)
            raise
        events = tuple(event for key, event in claimed.items() if key not in known)
        if events:
            at, stream = self._clock.now(), account_stream(account)
            self._recorder.record(Job(prelude=tuple(Entry(stream, at, event) for event in events)))
        return events

    def _claim(self, key: tuple[str, str, str]) -> bool:
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True

    async def _known(self, account: str, sights: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        known: set[tuple[str, str]] = set()
        for kind in (FOREIGN_ORDER, FOREIGN_FILL):
            subjects = [subject for each, subject in sights if each == kind]
            if subjects:
                found = await self._journal.sightings(account, kind, subjects)
                known.update((kind, subject) for subject in found)
        return known

    def _note_installation(self, account: str, client_order_id: str | None) -> None:
        tag = self._finder.other_installation(client_order_id)
        known = self.installations.setdefault(account, set())
        if tag is not None and tag not in known:
            known.add(tag)
            self._logger.warning("another-fillgate", account=account, tag=tag)


def _seen(account: str, told: ExecutionReport | VenueFill, fill: Fill) -> ForeignFillSeen:
    return ForeignFillSeen(
        account=account,
        symbol=told.symbol,
        side=told.side,
        order_id=told.order_id,
        client_order_id=told.client_order_id,
        fill=fill,
    )

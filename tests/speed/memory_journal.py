"""A journal in memory, for measuring what everything but the disk costs. It keeps what it is given.

Only what an engine needs to start and to take signals is there. Events are encoded as the real
journal encodes them; that is work of the engine's side.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence

from fillgate.domain.positions import Position
from fillgate.journal.base import Committed, Done, Head, KeyTaken, Recorded, Write
from fillgate.journal.codec import Encoded, encode
from fillgate.journal.index import OrderRow, SignalRow
from fillgate.meters import JournalMeters

__all__ = ["MemoryJournal"]

IDENTITY = 32 * "0"


class MemoryJournal:
    """Commits what waits once a turn of the loop."""

    identity = IDENTITY
    incarnations = (IDENTITY,)
    hold = None
    last_signal = 0
    fault = None

    def __init__(self) -> None:
        self.meters = JournalMeters()
        self.events: list[Encoded] = []
        self.claims: dict[tuple[str, str], int] = {}
        self._waiting: deque[tuple[Write, list[Encoded], Done]] = deque()
        self._loop = asyncio.get_running_loop()

    def append(self, write: Write, done: Done) -> None:
        if not self._waiting:
            self._loop.call_soon(self._commit)
        self._waiting.append((write, [encode(entry.event) for entry in write.entries], done))

    def _commit(self) -> None:
        batch, self._waiting = self._waiting, deque()
        for write, events, done in batch:
            if write.claim is not None:
                key = (write.claim.source, write.claim.key)
                assert key not in self.claims
                self.claims[key] = write.signal or 0
            self.events += events
            done(Committed(len(self.events)))

    async def close(self) -> None:
        """Keep everything."""

    async def heads(self) -> Mapping[str, Head]:
        return {}

    async def waiting_signals(self) -> Sequence[SignalRow]:
        return ()

    async def open_orders(self) -> Sequence[OrderRow]:
        return ()

    async def absent_orders(self, *, since: int = 0) -> Sequence[OrderRow]:
        return ()

    async def positions(self) -> Sequence[Position]:
        return ()

    async def find_claim(self, source: str, key: str) -> KeyTaken | None:
        return None

    async def find_order(self, client_order_id: str) -> OrderRow | None:
        return None

    async def sightings(
        self, account: str, kind: str, subjects: Sequence[str]
    ) -> Mapping[str, str]:
        return {}

    async def last_event(self) -> Recorded | None:
        return None

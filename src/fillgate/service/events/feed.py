"""The feed: follows the journal for all who read events.

Invariants:

1. What is told is read from the journal, in the order of commits, after it became durable. So it
   is the journal's sequence, exactly.
2. An order pays for being told: the look whether anybody listens, and one flag a commit if so.
3. While much happens, the journal is read in pages at a pace of our own, once for all.
4. Those who have to catch up read pages of their own, one page at a time for all of them.
"""

import asyncio
from collections.abc import Callable, Sequence

from fillgate.domain.clock import Clock
from fillgate.engine.engine import Engine
from fillgate.journal.base import JournalUnavailable
from fillgate.meters import StreamEnding
from fillgate.service.events.limits import StreamLimits
from fillgate.service.events.messages import Message
from fillgate.service.events.places import Place
from fillgate.service.events.stream import CUT_OFF, EventStream
from fillgate.service.events.subjects import Subjects
from fillgate.service.events.tape import Tape
from fillgate.service.events.wanted import Wanted
from fillgate.service.http import Scope
from fillgate.service.problems import Problem

__all__ = ["EventFeed"]

_JOURNAL_PAUSE = 1.0


class EventFeed:
    """All open event streams of a service."""

    def __init__(self, engine: Engine, clock: Clock, limits: StreamLimits) -> None:
        """Tell of what happens to `engine`."""
        self.limits = limits
        self.journal = engine.journal
        self.tape = Tape(limits)
        self.transport_of: Callable[[Scope], asyncio.Transport | None] = lambda _: None
        """Finds the connection of a request."""
        self._recorder = engine.recorder
        self._meters = engine.meters.streams
        self._sampler = engine.sampler
        self._clock = clock
        self._tasks = engine.tasks
        self._subjects = Subjects(engine.blotter, engine.journal)
        self._streams: set[EventStream] = set()
        self._following: asyncio.Task[None] | None = None
        self._dirty = asyncio.Event()
        self._catching_up = asyncio.Semaphore(1)
        self._stopping = False

    def check_room(self) -> None:
        """Check that one more may be told.

        Raises:
            Problem: too many are, or the service stops.
        """
        if self._stopping:
            raise Problem("DRAINING", "the service is stopping")
        if len(self._streams) >= self.limits.streams:
            raise Problem("TOO_MANY_STREAMS", f"{len(self._streams)} follow the events already")

    def open(self, wanted: Wanted, begin: Place, end: Place, *, follow: bool) -> EventStream:
        """Return a stream to one more reader.

        Args:
            wanted: what it wants to hear of.
            begin: told is what comes after it.
            end: of the journal now.
            follow: False to end the stream there.

        Raises:
            Problem: too many read already, or the service stops.
        """
        self.check_room()
        stream = EventStream(self, wanted, begin, until=None if follow else end.position)
        if follow and self._following is None:
            self.tape.restart(end.position)
            self._dirty.set()
            self._recorder.on_commit = self._dirty.set
            self._following = self._tasks.start(self._follow(), name="event feed")
        self._streams.add(stream)
        self._meters.begun += 1
        return stream

    def closed(self, stream: EventStream, reason: str) -> None:
        """Take note that a stream is over."""
        self._streams.discard(stream)
        self._meters.ended[reason] += 1
        if reason in CUT_OFF:
            self._sampler.write("warning", "event-stream-cut-off", {"reason": reason})
        if not self._streams and self._following is not None:
            self._recorder.on_commit = None
            self._following.cancel()
            self._following = None
            self.tape.restart(0)

    def stop(self) -> None:
        """End all streams; who reads comes back to another process."""
        self._stopping = True
        self._end_all(StreamEnding.STOPPING)

    def _end_all(self, reason: str) -> None:
        for stream in self._streams:
            stream.end(reason)

    async def page(self, after: int) -> Sequence[Message]:
        """Return the next events after a position, for one who catches up.

        Raises:
            JournalUnavailable: the journal cannot be read.
        """
        async with self._catching_up:
            return await self._read(after)

    async def _read(self, after: int) -> Sequence[Message]:
        records = await self.journal.events(after=after, limit=self.limits.page)
        return [Message(record, await self._subjects.of(record)) for record in records]

    async def _follow(self) -> None:
        try:
            while True:
                await self._dirty.wait()
                self._dirty.clear()
                await self._read_on()
        except Exception:
            self._following = None
            self._end_all(StreamEnding.BROKEN)
            raise

    async def _read_on(self) -> None:
        """Bring the tape up to what is in the journal, then rest."""
        try:
            while messages := await self._read(self.tape.end):
                self.tape.append(messages)
                for stream in self._streams:
                    stream.wake()
                if len(messages) < self.limits.page:
                    break
        except JournalUnavailable:
            self._dirty.set()
            await self._clock.sleep(_JOURNAL_PAUSE)
        await self._clock.sleep(self.limits.pace)

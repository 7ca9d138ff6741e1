"""A clock that goes when it is told to.

Invariants:

1. Time never goes by itself, and never back.
2. Sleepers wake in the order of the times they wait for; of equal times, in the order in which
   they fell asleep. None wakes early.
3. A sleep that is cancelled leaves nothing behind.
"""

import asyncio
import heapq
import itertools
from typing import Final

__all__ = ["VirtualClock"]

_SECOND: Final = 1_000_000
_TURNS: Final = 20


class VirtualClock:
    """A `Clock` for tests: it stands still until `advance` or `elapse` moves it.

    All of it belongs in one event loop.

    >>> clock = VirtualClock(start=1_000_000)
    >>> clock.advance(2.5)
    >>> clock.now(), clock.monotonic()
    (3500000, 2.5)
    """

    def __init__(self, start: int = 1_767_225_600_000_000) -> None:
        """Stand at a time.

        Args:
            start: Unix microseconds; the beginning of 2026 unless given.
        """
        self._start = start
        self._now = start
        self._order = itertools.count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now(self) -> int:
        """Return the time of day in Unix microseconds."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds since the clock was made."""
        return (self._now - self._start) / _SECOND

    @property
    def sleepers(self) -> int:
        """How many tasks sleep now."""
        return sum(not future.done() for _, _, future in self._sleepers)

    async def sleep(self, seconds: float) -> None:
        """Return once the clock has been moved on by that much; at once for 0 and less."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future = asyncio.get_running_loop().create_future()
        due = self._now + _microseconds(seconds)
        heapq.heappush(self._sleepers, (due, next(self._order), future))
        await future

    def advance(self, seconds: float) -> None:
        """Move on at once and wake all whose time has come.

        They run when the caller next awaits, and see the time moved to. A task that falls asleep
        again then sleeps from that time on; use `elapse` to have it see each time between.

        Raises:
            ValueError: seconds is negative.
        """
        if seconds < 0:
            msg = f"a clock goes forward only; found {seconds} s"
            raise ValueError(msg)
        self._move(self._now + _microseconds(seconds))

    async def elapse(self, seconds: float) -> None:
        """Move on from one sleeper's time to the next, letting tasks run at each.

        After each wake the event loop gets 20 turns, enough for what needs no real time or I/O.
        """
        await _turns()
        end = self._now + _microseconds(seconds)
        while (due := self._next_due()) is not None and due <= end:
            self._move(due)
            await _turns()
        self._move(end)
        await _turns()

    def _next_due(self) -> int | None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def _move(self, to: int) -> None:
        self._now = to
        while (due := self._next_due()) is not None and due <= to:
            _, _, future = heapq.heappop(self._sleepers)
            future.set_result(None)


def _microseconds(seconds: float) -> int:
    return round(seconds * _SECOND)


async def _turns() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)

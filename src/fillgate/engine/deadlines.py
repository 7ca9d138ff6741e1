"""Deadlines of one length, for many at a time, under one timer of the event loop.

A timer of its own for each order and each request is made, sorted in and cancelled again for
nothing: next to none of them ever fires.

Invariants:

1. `overdue` is called once for each that began and did not end in time, at its own moment.
2. All have the same time, so the first to begin is the first to be overdue.
"""

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["Deadlines"]

Who = TypeVar("Who", bound=Hashable)


class Deadlines(Generic[Who]):
    """Who has begun something and has to end it in time."""

    def __init__(self, seconds: float, overdue: Callable[[Who], None]) -> None:
        """Give everyone this many seconds; tell `overdue` who took longer."""
        self.seconds = seconds
        """How long each has."""
        self._overdue = overdue
        self._ends: dict[Who, float] = {}
        self._armed = False

    def begin(self, who: Who) -> None:
        """Count someone's time from now on, in the running loop."""
        loop = asyncio.get_running_loop()
        self._ends[who] = loop.time() + self.seconds
        if not self._armed:
            self._arm(loop)

    def end(self, who: Who) -> bool:
        """Stop counting; False if the time was over before."""
        return self._ends.pop(who, None) is not None

    def _arm(self, loop: asyncio.AbstractEventLoop) -> None:
        first = next(iter(self._ends.values()), None)
        self._armed = first is not None
        if first is not None:
            loop.call_at(first, self._fire, loop)

    def _fire(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        late = []
        for who, end in self._ends.items():
            if end > now:
                break
            late.append(who)
        try:
            for who in late:
                if self.end(who):
                    self._overdue(who)
        finally:
            self._arm(loop)

"""What the mock venue pushes: the reports of one stream, until somebody takes them.

Invariants:

1. Each change of an order is reported once to each open stream, in the order in which it happened;
   each execution is told by name once.
2. A stream whose reader is too slow ends with an error. What was not taken is lost with it, as with
   a connection that broke: the reader has to ask.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Final

from fillgate.domain.reports import ExecutionReport
from fillgate.market.step import Change

__all__ = ["ReportQueue"]

_MOST: Final = 10_000


class ReportQueue:
    """The reports of one stream."""

    def __init__(self, most: int = _MOST) -> None:
        """Hold so many at most."""
        self._most = most
        self._waiting: deque[ExecutionReport] = deque()
        self._overflowed = False
        self.closed = False
        """True when no more come."""
        self.news = asyncio.Event()
        """Set when there is something to take, or to end for."""

    def put(self, changes: Iterable[Change]) -> None:
        """Report orders as they are after a step."""
        if self._overflowed or self.closed:
            return
        self._waiting.extend(change.report() for change in changes)
        self._overflowed = len(self._waiting) > self._most
        self.news.set()

    def close(self) -> None:
        """Let it end once everything is taken."""
        self.closed = True
        self.news.set()

    def take(self) -> list[ExecutionReport]:
        """Return what waits.

        Raises:
            ConnectionError: more came than it may hold.
        """
        self.news.clear()
        if self._overflowed:
            raise ConnectionError(f"the stream's reader is more than {self._most} reports behind")
        taken = list(self._waiting)
        self._waiting.clear()
        return taken

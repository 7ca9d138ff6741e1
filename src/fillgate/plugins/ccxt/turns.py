"""Taking turns at a venue that wants one request after another, each with a higher number.

Invariants:

1. One request is under way at a time; who waits for an order goes before who asks a question.
2. Numbers grow strictly, over all who share them.
"""

from asyncio import Future, get_running_loop
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

__all__ = ["Nonces", "Turns"]


class Nonces:
    """Numbers from the clock, each higher than the one before."""

    def __init__(self) -> None:
        self._last = 0

    def after(self, now: int) -> int:
        """Return `now`, or one more than the last where that is not more."""
        self._last = max(self._last + 1, now)
        return self._last


class Turns:
    """Whose turn it is."""

    def __init__(self) -> None:
        self._taken = False
        self._orders: deque[Future[None]] = deque()
        self._questions: deque[Future[None]] = deque()

    @asynccontextmanager
    async def turn(self, *, order: bool) -> AsyncIterator[None]:
        """Wait for one's turn, and have it inside."""
        await self._take(self._orders if order else self._questions)
        try:
            yield
        finally:
            self._pass_on()

    async def _take(self, queue: deque[Future[None]]) -> None:
        if not self._taken:
            self._taken = True
            return
        waiting = get_running_loop().create_future()
        queue.append(waiting)
        try:
            await waiting
        except BaseException:
            if waiting.done() and not waiting.cancelled():
                # The turn came just then.
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        for queue in (self._orders, self._questions):
            while queue:
                waiting = queue.popleft()
                if not waiting.done():
                    waiting.set_result(None)
                    return
        self._taken = False

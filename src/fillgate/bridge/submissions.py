"""What is sent to the venue: each request once, and how it ended.

Invariants:

1. A request is sent once for its id, however often it comes, while this process lives. A repeat is
   answered with the ending of the first, or waits for it.
2. A request runs in a task of its own: who asked for it may hang up.
3. Another request under the same id is not sent, and is no refusal of the first: Unknown.
4. A request that was signed before this process began may have been sent by the one before it. It
   is not sent again: Unknown.
5. How old a request is counts only if it is new: a late repeat is told what became of the first.
6. What ended is remembered for `_KEPT_SECONDS`, which is longer than any request is young enough.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, NamedTuple

from fillgate.bridge.endings import Ended, conclude
from fillgate.domain.clock import Clock
from fillgate.domain.logger import Logger
from fillgate.plugins.ccxt_http.protocol import Ending

__all__ = ["Key", "Submissions"]

_KEPT_SECONDS: Final = 3600.0
_BEFORE: Final = Ended(
    Ending.UNKNOWN,
    "SIGNED_BEFORE_START",
    "signed before this bridge began: the one before it may have sent it; look it up",
)
_OTHER: Final = Ended(
    Ending.UNKNOWN, "DUPLICATE_ORDER", "another request came under this id before; look it up"
)


class Key(NamedTuple):
    """What tells a request from all others."""

    method: str
    identity: str


class _Sent(NamedTuple):
    asked: object
    task: "asyncio.Task[Ended]"
    at: float


class Submissions:
    """The requests that were sent since this process began."""

    def __init__(self, clock: Clock, logger: Logger, *, deadline: float) -> None:
        """Answer after `deadline` seconds at the latest; what was sent goes on."""
        self._clock = clock
        self._logger = logger
        self._deadline = deadline
        self._began = clock.now()
        self._sent: dict[Key, _Sent] = {}

    async def once(
        self,
        key: Key,
        asked: object,
        signed_at: int,
        *,
        check_time: Callable[[int], None],
        work: Callable[[], Coroutine[Any, Any, object]],
    ) -> tuple[Ended, bool]:
        """Send a request unless it was sent before.

        Args:
            key: the method and the request's own id.
            asked: what is asked for; a repeat asks for the same.
            signed_at: Unix microseconds.
            check_time: raises if a request that is new was signed too long ago.
            work: sends it.

        Returns:
            How it ended, and whether it is a repeat.
        """
        known = self._sent.get(key)
        if known is not None:
            return (await self._ending(known), True) if known.asked == asked else (_OTHER, False)
        if signed_at < self._began:
            return _BEFORE, False
        check_time(signed_at)
        self._forget()
        task = asyncio.create_task(conclude(work()), name=f"{key.method} {key.identity}")
        sent = self._sent[key] = _Sent(asked, task, self._clock.monotonic())
        return await self._ending(sent), False

    async def _ending(self, sent: _Sent) -> Ended:
        await asyncio.wait({sent.task}, timeout=self._deadline)
        if sent.task.done() and not sent.task.cancelled():
            return sent.task.result()
        text = f"no answer of the venue within {self._deadline:g} s"
        return Ended(Ending.UNKNOWN, "TIME_OUT", text)

    def is_under_way(self, key: Key) -> bool:
        """Tell whether a request was sent and has not ended."""
        sent = self._sent.get(key)
        return sent is not None and not sent.task.done()

    def is_at_the_venue(self, key: Key) -> bool:
        """Tell whether a request ended with a result."""
        sent = self._sent.get(key)
        if sent is None or not sent.task.done() or sent.task.cancelled():
            return False
        return sent.task.result().ending is Ending.RESULT

    def _forget(self) -> None:
        oldest = self._clock.monotonic() - _KEPT_SECONDS
        while self._sent:
            first = next(iter(self._sent))
            if self._sent[first].at >= oldest or not self._sent[first].task.done():
                break
            del self._sent[first]

    async def finish(self, seconds: float) -> None:
        """Wait for what is under way; give up after that many seconds."""
        running = {each.task for each in self._sent.values() if not each.task.done()}
        if not running:
            return
        _, stubborn = await asyncio.wait(running, timeout=seconds)
        for task in stubborn:
            self._logger.error("stopped-with-request-under-way", request=task.get_name())
            task.cancel()
        await asyncio.gather(*stubborn, return_exceptions=True)

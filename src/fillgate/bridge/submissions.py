"""What is sent to the venue: each request once, and how it ended.

Invariants:

1. A request is sent once for its id, however often it comes, while this process lives. A repeat is
   answered with the ending of the first, or waits for it.
2. A request runs in a task of its own: who asked for it may hang up.
3. Another request under the same id is not sent, and is no refusal of the first: Unknown.
4. A request that was signed before this process began may have been sent by the one before it. It
   is not sent again: Unknown.
5. How old a request is counts only if it is new: a late repeat is told what became of the first.
6. One that the plugin does not end itself is given up after `_GIVEN_UP_SECONDS`: Unknown.
7. What ended is remembered for `_KEPT_SECONDS`, which is longer than any request is young enough.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from fillgate.bridge.endings import Ended, conclude
from fillgate.domain.clock import Clock
from fillgate.domain.logger import Logger
from fillgate.domain.orders import Order
from fillgate.plugins.ccxt_http.protocol import Ending

__all__ = ["Key", "Submissions"]

_KEPT_SECONDS: Final = 3600.0
_GIVEN_UP_SECONDS: Final = 60.0
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


@dataclass(slots=True)
class _Sent:
    asked: object
    about: frozenset[str]
    task: "asyncio.Task[Ended]"
    at: float
    ended_at: float | None = None

    @property
    def ending(self) -> Ending | None:
        """How it ended; None while it is under way."""
        if not self.task.done():
            return None
        return Ending.UNKNOWN if self.task.cancelled() else self.task.result().ending


class Submissions:
    """The requests that were sent since this process began."""

    def __init__(self, clock: Clock, logger: Logger, *, deadline: float) -> None:
        """Answer after `deadline` seconds at the latest; what was sent goes on."""
        self._clock = clock
        self._logger = logger
        self._deadline = deadline
        self._began = clock.now()
        self._began_at = clock.monotonic()
        self._sent: dict[Key, _Sent] = {}
        self._about: dict[str, list[_Sent]] = {}

    async def once(
        self,
        key: Key,
        asked: object,
        signed_at: int,
        *,
        about: Iterable[str],
        check_time: Callable[[int], None],
        work: Callable[[], Coroutine[Any, Any, object]],
    ) -> tuple[Ended, bool]:
        """Send a request unless it was sent before.

        Args:
            key: the method and the request's own id.
            asked: what is asked for; a repeat asks for the same.
            signed_at: Unix microseconds.
            about: the client order ids of the order that it is about.
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
        sent = self._sent[key] = self._begun(key, asked, frozenset(about), work())
        return await self._ending(sent), False

    def _begun(
        self, key: Key, asked: object, about: frozenset[str], work: Coroutine[Any, Any, object]
    ) -> _Sent:
        name = f"{key.method} {key.identity}"
        task = asyncio.create_task(_given_up(conclude(work)), name=name)
        sent = _Sent(asked, about, task, self._clock.monotonic())
        for identity in about:
            self._about.setdefault(identity, []).append(sent)

        def ended(_: object) -> None:
            sent.ended_at = self._clock.monotonic()

        task.add_done_callback(ended)
        return sent

    async def _ending(self, sent: _Sent) -> Ended:
        await asyncio.wait({sent.task}, timeout=self._deadline)
        if sent.task.done() and not sent.task.cancelled():
            return sent.task.result()
        text = f"no answer of the venue within {self._deadline:g} s"
        return Ended(Ending.UNKNOWN, "TIME_OUT", text)

    def is_being_changed(self, client_order_id: str) -> bool:
        """Tell whether a cancel or a replace of an order is under way."""
        return any(
            sent.ending is None
            for sent in self._about.get(client_order_id, ())
            if not isinstance(sent.asked, Order)
        )

    def may_turn_up(self, client_order_id: str, settle_seconds: float) -> bool:
        """Tell whether a venue that does not find an order may find it yet.

        It may while the order is under way, for a while after its answer was lost, and once it was
        taken for as long as that is remembered. For that while after the start any order may: the
        process before this one may have sent it to its last moment.

        Args:
            client_order_id: the order's.
            settle_seconds: that while.
        """
        if self._clock.monotonic() - self._began_at < settle_seconds:
            return True
        return any(
            sent.ending in {None, Ending.RESULT}
            or (sent.ending is Ending.UNKNOWN and self._seconds_since(sent) < settle_seconds)
            for sent in self._about.get(client_order_id, ())
        )

    def _seconds_since(self, sent: _Sent) -> float:
        ended_at = sent.ended_at
        return 0.0 if ended_at is None else self._clock.monotonic() - ended_at

    def _forget(self) -> None:
        oldest = self._clock.monotonic() - _KEPT_SECONDS
        while self._sent:
            first = next(iter(self._sent))
            if self._sent[first].at >= oldest or not self._sent[first].task.done():
                break
            self._drop(self._sent.pop(first))

    def _drop(self, sent: _Sent) -> None:
        for identity in sent.about:
            left = [each for each in self._about[identity] if each is not sent]
            if left:
                self._about[identity] = left
            else:
                del self._about[identity]

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


async def _given_up(ending: Awaitable[Ended]) -> Ended:
    try:
        async with asyncio.timeout(_GIVEN_UP_SECONDS):
            return await ending
    except TimeoutError:
        text = f"given up after {_GIVEN_UP_SECONDS:g} s without an answer of the venue"
        return Ended(Ending.UNKNOWN, "TIME_OUT", text)

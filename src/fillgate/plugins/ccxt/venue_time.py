"""The time that requests are stamped with: the venue's, once it has refused ours.

Invariants:

1. Our clock is good until the venue refuses a time or a nonce of ours. Then the venue's clock is
   asked for before the next request, of whichever of the account's instances, and all go by it.
2. What was refused is not sent again here.
3. If the venue's clock cannot be asked for, requests go on by the time there was, and it is asked
   for again before the next.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from fillgate.domain.clock import Clock
from fillgate.plugins.ccxt.traffic import noted

__all__ = ["VenueTime"]

_TELLING_MS: Final = 1_000
"""A smaller difference is that of the way to the venue."""


class VenueTime:
    """What time it is at one venue."""

    def __init__(self, clock: Clock, tell: Callable[[int], None]) -> None:
        """Go by our clock.

        Args:
            clock: ours.
            tell: called with by how many milliseconds ours was found to be ahead of the venue's,
                if that is worth telling.
        """
        self._clock = clock
        self._tell = tell
        self._ahead = 0
        self._is_doubted = False
        self._times_asked = 0
        self._asking: asyncio.Task[object] | None = None
        self._turn = asyncio.Lock()

    def microseconds(self) -> int:
        """Return the time at the venue, Unix microseconds."""
        return self._clock.now() - 1000 * self._ahead

    def milliseconds(self) -> int:
        """Return the same in milliseconds."""
        return self.microseconds() // 1000

    def seconds(self) -> int:
        """Return the same in seconds."""
        return self.microseconds() // 1_000_000

    def doubt(self) -> None:
        """Hear that the venue refused our time."""
        self._is_doubted = True

    async def settle(self, ask: Callable[[], Awaitable[object]]) -> None:
        """Ask the venue's clock if ours is in doubt. Never raises.

        Args:
            ask: returns the venue's time, Unix milliseconds.
        """
        if self._is_doubted and self._asking is not asyncio.current_task():
            await self._ask_in_turn(ask)

    async def _ask_in_turn(self, ask: Callable[[], Awaitable[object]]) -> None:
        before = self._times_asked
        async with self._turn:
            # Who waited for an answer that did not come does not wait for another.
            if self._is_doubted and self._times_asked == before:
                self._asking = asyncio.current_task()
                try:
                    await self._measure(ask)
                finally:
                    self._asking = None
                self._times_asked += 1

    async def _measure(self, ask: Callable[[], Awaitable[object]]) -> None:
        try:
            with noted():  # So that it is not taken for the request that waits for it.
                told = await ask()
        except Exception:  # noqa: BLE001 - whatever it is, the time is still in doubt
            return
        if isinstance(told, int):
            # By the time of the answer: at worst behind the venue, never ahead of it.
            self._ahead = self._clock.now() // 1000 - told
            self._is_doubted = False
            if abs(self._ahead) >= _TELLING_MS:
                self._tell(self._ahead)

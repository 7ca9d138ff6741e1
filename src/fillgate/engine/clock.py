"""The machine's own clock."""

import asyncio
import time

__all__ = ["SystemClock"]


class SystemClock:
    """The `Clock` of a running service: the system's time of day."""

    def now(self) -> int:
        """Return Unix microseconds."""
        return time.time_ns() // 1000

    monotonic = staticmethod(time.monotonic)
    """Return seconds that never go back."""

    async def sleep(self, seconds: float) -> None:
        """Return after that many seconds."""
        await asyncio.sleep(seconds)

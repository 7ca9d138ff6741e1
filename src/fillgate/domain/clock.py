"""What a clock is. The domain never reads one: times reach it as arguments."""

from typing import Protocol

__all__ = ["Clock"]


class Clock(Protocol):
    """Where time comes from. Handed in, so that a test can run a day in a second."""

    def now(self) -> int:
        """Return the time of day in microseconds since 1970-01-01T00:00Z."""
        ...

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start that never go back; for durations only."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after that many seconds of this clock."""
        ...

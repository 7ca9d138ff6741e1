"""Lines that others cause as often as they like: a few are written, the rest is counted.

Invariants:

1. Of one kind at most `most` lines are written in a window; when it is over, one more line tells
   how many were not (`suppressed`).
2. Memory is bounded, whatever comes: beyond `_KINDS` kinds at a time all others share one.
3. What happens to an order is never sampled. This is for requests, and for questions to venues.
"""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final, Generic, TypeVar

from fillgate.domain.clock import Clock
from fillgate.domain.logger import Logger
from fillgate.engine.tasks import Tasks

__all__ = ["MOST", "SECONDS", "Quota", "Sampler"]

MOST: Final = 5
"""How many lines of a kind are written in a window."""

SECONDS: Final = 10.0
"""How long a window is."""

_KINDS: Final = 256

# Seconds that a clock cannot tell from none: it counts microseconds.
_GRAIN: Final = 1e-6

Kind = TypeVar("Kind", bound=Hashable)


class Quota(Generic[Kind]):
    """Counts what happens by kind, in windows that each begin with the first of its kind."""

    def __init__(
        self, monotonic: Callable[[], float], *, most: int = MOST, seconds: float = SECONDS
    ) -> None:
        """Let `most` of a kind pass within so many seconds of the clock `monotonic`."""
        self._monotonic = monotonic
        self._most = most
        self._seconds = seconds
        self._windows: dict[Kind | None, tuple[float, int]] = {}

    def passes(self, kind: Kind) -> bool:
        """Count one, and tell whether it may pass."""
        key: Kind | None = kind if kind in self._windows or len(self._windows) < _KINDS else None
        begun, count = self._windows.get(key, (self._monotonic(), 0))
        self._windows[key] = (begun, count + 1)
        return count < self._most

    @property
    def left(self) -> float | None:
        """Seconds until the first window is over; None if there is none."""
        first = next(iter(self._windows.values()), None)
        return None if first is None else self._left_of(first[0], self._monotonic())

    def _left_of(self, begun: float, now: float) -> float:
        left = begun + self._seconds - now
        return left if left > _GRAIN else 0.0

    def ended(self, *, every: bool = False) -> list[tuple[Kind | None, int]]:
        """Forget the windows that are over, or every one.

        Returns:
            For each of which some did not pass: its kind, None for the one that is shared, and how
            many.
        """
        now = self._monotonic()
        over = {
            kind: count
            for kind, (begun, count) in self._windows.items()
            if every or not self._left_of(begun, now)
        }
        for kind in over:
            del self._windows[kind]
        return [(kind, count - self._most) for kind, count in over.items() if count > self._most]


class Sampler:
    """Writes lines, not more than the quota of each kind."""

    def __init__(self, logger: Logger, clock: Clock, tasks: Tasks) -> None:
        """Write to `logger`; windows are closed by `clock`, in a task of `tasks`."""
        self._logger = logger
        self._clock = clock
        self._tasks = tasks
        self._quota: Quota[tuple[str, str, tuple[tuple[str, str], ...]]] = Quota(clock.monotonic)
        self._closing = False

    def write(self, level: str, event: str, kind: Mapping[str, str], **fields: Any) -> None:
        """Write a line, or count it.

        Args:
            level: a method of loggers.
            event: the line's name.
            kind: fields whose values we choose; lines that share them share a quota.
            fields: all other fields.
        """
        if not self._closing:
            self._closing = True
            self._tasks.start(self._close_windows(), name="sampled lines")
        if self._quota.passes((level, event, tuple(kind.items()))):
            getattr(self._logger, level)(event, **kind, **fields)

    async def _close_windows(self) -> None:
        try:
            while (left := self._quota.left) is not None:
                await self._clock.sleep(left)
                self._tell()
        finally:
            # When the service stops, what was counted is told before its time.
            self._closing = False
            self._tell(every=True)

    def _tell(self, *, every: bool = False) -> None:
        for ended, suppressed in self._quota.ended(every=every):
            level, event, kind = ended or ("warning", "lines-of-many-kinds", ())
            getattr(self._logger, level)(event, **dict(kind), suppressed=suppressed)

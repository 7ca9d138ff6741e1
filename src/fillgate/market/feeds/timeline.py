"""How the time of a recording runs: venue time to recorded time and back, in Unix microseconds.

Invariants:

1. Neither way ever goes back: a later time is never mapped to an earlier one.
2. `venue(t)` is the first time at which `recorded` is at t or beyond. So what happened at t in the
   recording has happened at a venue time exactly if that is `venue(t)` or later.
"""

from decimal import Decimal

__all__ = ["Timeline"]


class Timeline:
    """A recording that is played from a venue time on, at some speed."""

    def __init__(self, recorded_start: int, start: int, speed: Decimal = Decimal(1)) -> None:
        """Lay the two times side by side.

        Args:
            recorded_start: a time in the recording.
            start: the venue time at which it is played.
            speed: how many recorded seconds pass in one second; above 0.

        Raises:
            ValueError: the speed is not above 0.
        """
        if speed <= 0:
            raise ValueError(f"expected a speed above 0, found {speed}")
        self._recorded_start = recorded_start
        self._start = start
        self._top, self._bottom = speed.as_integer_ratio()

    def recorded(self, at: int) -> int:
        """Return the time in the recording at a venue time."""
        return self._recorded_start + (at - self._start) * self._top // self._bottom

    def venue(self, at: int) -> int:
        """Return the first venue time at which the recording has come to a time."""
        return self._start - (self._recorded_start - at) * self._bottom // self._top

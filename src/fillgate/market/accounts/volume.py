"""What an account traded in the last days, in worth; for fees that depend on it.

Counted by days of UTC: what is asked for is the day and the thirty before it.
"""

from collections import deque
from decimal import Decimal
from typing import Final

from fillgate.domain.numbers import ZERO, add, subtract

__all__ = ["TradedVolume"]

_DAY: Final = 86_400_000_000


class TradedVolume:
    """Worth of executions by day, and their rolling total."""

    def __init__(self, days: int) -> None:
        """Count over so many days before the current one."""
        self._days = days
        self._by_day: deque[tuple[int, Decimal]] = deque()
        self._total = ZERO

    def count(self, at: int, worth: Decimal) -> None:
        """Add an execution's worth, at a time in Unix microseconds."""
        day = at // _DAY
        self._total = add(self._total, worth)
        if self._by_day and self._by_day[-1][0] >= day:
            newest, known = self._by_day.pop()
            self._by_day.append((newest, add(known, worth)))
        else:
            self._by_day.append((day, worth))

    def at(self, at: int) -> Decimal:
        """Return the total at a time, Unix microseconds."""
        while self._by_day and self._by_day[0][0] < at // _DAY - self._days:
            self._total = subtract(self._total, self._by_day.popleft()[1])
        return self._total

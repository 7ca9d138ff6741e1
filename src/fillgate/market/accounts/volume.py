"""What an account traded in the last days, in worth; for fees that depend on it.

Counted by days of UTC: what is asked for is a day and so many before it.

Invariant: to ask changes nothing, so that the same executions give the same volume. What was too
old when the newest was counted is forgotten.
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
        if self._by_day and self._by_day[-1][0] >= day:
            # Nearly always the same; symbols are brought up to date one by one.
            day, known = self._by_day.pop()
            self._by_day.append((day, add(known, worth)))
        else:
            self._by_day.append((day, worth))
        self._total = add(self._total, worth)
        while self._by_day[0][0] < day - self._days:
            self._total = subtract(self._total, self._by_day.popleft()[1])

    def at(self, at: int) -> Decimal:
        """Return the total at a time, Unix microseconds."""
        total = self._total
        for day, worth in self._by_day:
            if day >= at // _DAY - self._days:
                break
            total = subtract(total, worth)
        return total

"""How fine a number may be at a venue, and the nearest that is.

Invariant: everything is exact; what is between two steps goes down or up as it is asked for, and
never to the nearest.
"""

from decimal import Decimal
from typing import Final

import msgspec

from fillgate.domain.numbers import ZERO, canonical, multiply

__all__ = ["ANY", "Step", "steps_in"]

_ONE: Final = Decimal(1)


class Step(msgspec.Struct, frozen=True):
    """The steps of prices or quantities: of a size, of a number of digits, or both."""

    size: Decimal | None = None
    """What a number has to be a multiple of."""
    digits: int | None = None
    """How many significant digits a number may have."""
    whole: bool = False
    """A whole number may have any number of digits."""

    def at(self, number: Decimal) -> Decimal | None:
        """Return the step that is in force around a positive number; None if any will do."""
        if self.digits is None:
            return self.size
        fine = _ONE.scaleb(number.adjusted() - self.digits + 1)
        if self.whole:
            fine = min(fine, _ONE)
        return fine if self.size is None else max(fine, self.size)

    def down(self, number: Decimal) -> Decimal:
        """Return the largest permitted number that is not above a positive number; perhaps 0."""
        step = self.at(number)
        return number if step is None else _times(steps_in(number, step), step)

    def up(self, number: Decimal) -> Decimal:
        """Return the smallest permitted number that is not below a positive number."""
        down = self.down(number)
        step = self.at(number)
        return down if step is None or down == number else _times(steps_in(number, step) + 1, step)


ANY: Final = Step()
"""No steps are known: the venue refuses what it does not take."""


def steps_in(number: Decimal, step: Decimal) -> int:
    """Return how many whole steps there are in a number that is not negative; step above 0."""
    (top, bottom), (high, low) = number.as_integer_ratio(), step.as_integer_ratio()
    return top * low // (bottom * high)


def _times(count: int, step: Decimal) -> Decimal:
    return canonical(multiply(Decimal(count), step)) if count else ZERO

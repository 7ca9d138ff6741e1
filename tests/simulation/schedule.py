"""Schedules drawn from a seed."""

import random
from typing import Final, Literal

from fillgate.virtual_time import Schedule

__all__ = ["STYLES", "Style", "schedule"]

Style = Literal["in order", "nearly", "any"]
"""First come first served; seldom otherwise; each of those that can go on with the same chance."""

STYLES: Final[tuple[Style, ...]] = ("in order", "nearly", "any", "any")
"""Styles to draw from."""

_OUT_OF_TURN: Final = 0.1
_LATEST: Final = 2e-4


class _Drawn:
    def __init__(self, seed: int, out_of_turn: float) -> None:
        self._random = random.Random(seed).random
        self._out_of_turn = out_of_turn

    def pick(self, ready: int) -> int:
        if ready == 1 or self._random() > self._out_of_turn:
            return 0
        return int(self._random() * ready)

    def lateness(self) -> float:
        return self._random() * _LATEST


def schedule(style: Style, seed: int) -> Schedule | None:
    """Return the schedule of a style; the same seed makes the same choices."""
    if style == "in order":
        return None
    return _Drawn(seed, 1.0 if style == "any" else _OUT_OF_TURN)

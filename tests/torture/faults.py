"""What the venue of the torture does wrong, how often, and by which dice."""

import random
from collections.abc import Mapping
from typing import Final

import msgspec

__all__ = ["ALL_FAULTS", "NO_FAULTS", "Dice", "Faults"]


class Faults(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The chance of each fault, 0 to 1. Without any the venue is a plain one."""

    # One of these may befall a new order; of cancels and replaces those that fit.
    dropped: float = 0.0
    """Read and forgotten; the connection is reset."""
    lost_answer: float = 0.0
    """Accepted; no answer ever comes."""
    reset: float = 0.0
    """Accepted; the connection is reset."""
    truncated: float = 0.0
    """Accepted; the answer ends in its midst."""
    nameless: float = 0.0
    """Accepted; the answer says so and does not name the order."""
    refused: float = 0.0
    """Refused in words."""
    slow: float = 0.0
    """Accepted; the answer takes longer than anybody waits, or almost."""
    early_report: float = 0.0
    """Accepted; reports and fills come before the answer."""

    cancel_dropped: float = 0.0
    cancel_lost: float = 0.0
    """Done; no answer ever comes."""
    cancel_late: float = 0.0
    """Done a moment later; the connection is reset."""
    cancel_not_found: float = 0.0
    """Not done; the venue says that it has no such order, and it has."""
    late_fill: float = 0.0
    """An order that was canceled is filled all the same, a moment later."""
    over_fill: float = 0.0
    """An order that was filled is filled once more, a moment later."""

    replace_dropped: float = 0.0
    replace_lost: float = 0.0
    """Done; no answer ever comes."""
    replace_late: float = 0.0
    """Done a moment later, if it still can be; the connection is reset."""
    replace_refused: float = 0.0

    hidden: float = 0.0
    """The order is not found for a while, within the time that the venue owns up to."""
    lookup_failed: float = 0.0
    """A lookup is not answered."""
    list_failed: float = 0.0
    """A question for open orders, fills or positions is not answered."""

    repeated_report: float = 0.0
    late_report: float = 0.0
    """A report comes after those that came about later."""
    lost_report: float = 0.0
    """A report is never told, and the stream goes on; not at the venue with a ledger."""
    lost_stream: float = 0.0
    """The stream breaks instead of carrying a report."""


NO_FAULTS: Final = Faults()

ALL_FAULTS: Final = Faults(
    dropped=0.03,
    lost_answer=0.04,
    reset=0.04,
    truncated=0.03,
    nameless=0.03,
    refused=0.05,
    slow=0.04,
    early_report=0.06,
    cancel_dropped=0.08,
    cancel_lost=0.12,
    cancel_late=0.08,
    cancel_not_found=0.08,
    late_fill=0.2,
    over_fill=0.05,
    replace_dropped=0.08,
    replace_lost=0.12,
    replace_late=0.08,
    replace_refused=0.08,
    hidden=0.3,
    lookup_failed=0.15,
    list_failed=0.08,
    repeated_report=0.1,
    late_report=0.1,
    lost_stream=0.02,
)

_OF_A_REQUEST: Final[Mapping[str, tuple[str, ...]]] = {
    "new": (
        "dropped",
        "lost_answer",
        "reset",
        "truncated",
        "nameless",
        "refused",
        "slow",
        "early_report",
    ),
    "cancel": ("cancel_dropped", "cancel_lost", "cancel_late", "cancel_not_found"),
    "replace": ("replace_dropped", "replace_lost", "replace_late", "replace_refused"),
}


class Dice:
    """Draws what goes wrong, and when."""

    def __init__(self, seed: str, faults: Faults) -> None:
        self._random = random.Random(seed)
        self.faults = faults

    def fault_of(self, request: str) -> str:
        """Return what goes wrong with a request; empty for nothing."""
        left = self._random.random()
        for name in _OF_A_REQUEST[request]:
            left -= getattr(self.faults, name)
            if left < 0:
                return name
        return ""

    def happens(self, fault: str) -> bool:
        """Tell whether that goes wrong now."""
        chance: float = getattr(self.faults, fault)
        return self._random.random() < chance

    def between(self, least: float, most: float) -> float:
        """Return a number in between."""
        return self._random.uniform(least, most)

    def one_in(self, number: int) -> bool:
        """Tell whether it is the one in so many."""
        return not self._random.randrange(number)

    def whole(self, least: int, most: int) -> int:
        """Return a whole number, both ends included."""
        return self._random.randint(least, most)

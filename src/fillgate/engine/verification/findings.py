"""What a check of a journal found."""

from collections.abc import Awaitable
from typing import Final, TypeVar

import msgspec

from fillgate.journal.base import Head
from fillgate.journal.codec import UnreadableEvent

__all__ = ["UNREADABLE", "Finding", "Findings", "Verification"]

_KEPT: Final = 100

UNREADABLE: Final = (UnreadableEvent, ValueError, msgspec.MsgspecError)
"""What a journal raises whose rows hold what none can."""
_T = TypeVar("_T")


class Finding(msgspec.Struct, frozen=True):
    """One thing that is not as it should be."""

    code: str
    """CHAIN_BROKEN, EVENT_UNREADABLE, ORDER_NEVER_PLANNED, ORDER_ROW_WRONG, ORDER_ROW_SPARE,
    SIGNAL_ROW_WRONG, SIGNAL_ROW_SPARE, POSITION_WRONG, KEY_WRONG, KEY_SPARE, VENUE_ID_WRONG,
    VENUE_ID_SPARE, SIGHTING_WRONG, BODY_CHANGED or INDEX_UNREADABLE."""
    place: str
    """Where, for example `order fg0abc00000100` or `event 12 (account:mock 5)`."""
    text: str
    """What is there and what should be."""


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """How a check of a whole journal ended."""

    events: int
    signals: int
    orders: int
    positions: int
    bodies: int
    """Stored bodies that are what their signals' digests say."""
    erased: int
    """Signals whose body is no longer there; that is allowed."""
    heads: tuple[Head, ...]
    """The last record of each stream, to be noted elsewhere: a later check that is told of them
    finds whether an end was cut off."""
    found: int
    """How many findings there were."""
    findings: tuple[Finding, ...]
    """The first hundred of them."""

    @property
    def ok(self) -> bool:
        """True when there was none."""
        return not self.found


class Findings:
    """Collects findings, the first hundred in full."""

    def __init__(self) -> None:
        """Start without any."""
        self.count = 0
        self.first: list[Finding] = []

    def add(self, code: str, place: str, text: str) -> None:
        """Note one."""
        self.count += 1
        if len(self.first) < _KEPT:
            self.first.append(Finding(code, place, text))

    async def answer(self, question: Awaitable[_T]) -> _T | None:
        """Return the answer of a journal; None, and a finding, where rows hold what none can."""
        try:
            return await question
        except UNREADABLE as error:
            self.add("INDEX_UNREADABLE", "index", f"{type(error).__name__}: {error}")
            return None

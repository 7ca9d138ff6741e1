"""Places in the order of commits, as readers name them: the ids of messages.

Invariants:

1. An id stands for one event of one journal: its position, and the beginning of its hash, by which
   the journal is known again. A journal that lost its end and went on gives other hashes.
2. Ids are opaque; only what was given out is one.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from fillgate.journal.base import Recorded
from fillgate.service.cursors import decode_cursor, encode_cursor
from fillgate.service.problems import Problem

__all__ = ["START", "Place", "find_place", "place_of"]

_MARK_BYTES: Final = 6
_EXPECTED: Final = "expected the `id` of a message that was received, or `start`"


class Events(Protocol):
    """A journal whose events can be read."""

    async def events(self, *, after: int = 0, limit: int = 1000) -> Sequence[Recorded]:
        """Return events after a position, in the order of commits."""
        ...


class Place(NamedTuple):
    """Where reading goes on: after this event."""

    position: int
    mark: int
    """The beginning of the event's hash."""

    @property
    def id(self) -> str:
        """As readers name it."""
        return encode_cursor(self)


START: Final = Place(0, 0)
"""Before the first event."""


def place_of(record: Recorded | None) -> Place:
    """Return the place of an event; the start if there is none."""
    if record is None:
        return START
    return Place(record.position, int.from_bytes(record.hash[:_MARK_BYTES]))


async def find_place(journal: Events, text: str, name: str) -> Place:
    """Return the place that a reader names.

    Args:
        journal: must have the event.
        text: `start`, or the id of a message.
        name: of the header or parameter that it came by.

    Raises:
        Problem: it is no id, or the journal does not have that event.
        JournalUnavailable: the journal cannot be read.
    """
    if text == "start":
        return START
    place = Place(*decode_cursor(text, 2, expected=f"`{name}`: {_EXPECTED}"))
    if place == START:
        return place
    found = await journal.events(after=place.position - 1, limit=1)
    if [place_of(record) for record in found] != [place]:
        raise Problem("EVENT_GONE", f"`{name}`: this journal has no such event")
    return place

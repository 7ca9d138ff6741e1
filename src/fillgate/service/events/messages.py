"""Events as they are sent: the blocks of a stream (text/event-stream, HTML Living Standard).

Invariants:

1. The data of a message is one line of JSON, the event as the stories show it.
2. An event is encoded at most once on the tape, for all who read it.
3. What is no event moves the reader's place, or tells it nothing that it could take for one.
"""

from typing import Any, Final

import msgspec

from fillgate.domain.events import EVENT_TYPES
from fillgate.journal.base import Recorded
from fillgate.service.events.places import Place, place_of
from fillgate.service.events.subjects import Subject
from fillgate.service.plain import plain
from fillgate.service.shown import RecordView, record_types
from fillgate.service.times import time_text

__all__ = ["CUT_OFF", "EventMessage", "Message", "cut_off", "heartbeat", "opening"]

CUT_OFF: Final = "cut-off"
"""The name of the last message to a reader that is cut off; no event is named so."""


class EventMessage(RecordView, frozen=True, kw_only=True):
    """One message's data: an event, with what it is about."""

    signal: int | None
    """Number of the signal behind it; None without one."""
    client_order_id: str | None
    """The order that it happened to; None where it is no order's."""
    account: str | None
    """None where it is about no single account."""
    symbol: str | None
    """None where it is about no single symbol."""

    @classmethod
    def shown_as(cls) -> Any:
        """Return the union of what messages hold, told apart by `event`."""
        return record_types(cls, "Message", EVENT_TYPES)


class Message:
    """An event on its way to readers."""

    __slots__ = ("_frame", "_record", "kind", "position", "subject")

    def __init__(self, record: Recorded, subject: Subject) -> None:
        """Tell of `record`, which is about `subject`."""
        self._record = record
        self._frame: bytes | None = None
        self.position = record.position
        self.kind = record.event.kind
        self.subject = subject

    @property
    def place(self) -> Place:
        """Where who has it goes on."""
        return place_of(self._record)

    @property
    def frame(self) -> bytes:
        """The block that is sent, encoded when it is first asked for."""
        if self._frame is None:
            self._frame = _block(self.place, self.kind, _data(self._record, self.subject))
        return self._frame

    @property
    def view(self) -> EventMessage:
        """What it holds."""
        return _view(self._record, self.subject)

    @property
    def at(self) -> int:
        """When it was recorded, Unix microseconds."""
        return self._record.at


def _data(record: Recorded, subject: Subject) -> bytes:
    return msgspec.json.encode(plain(_view(record, subject)))


def _view(record: Recorded, subject: Subject) -> EventMessage:
    return EventMessage(
        at=time_text(record.at),
        event=record.event.kind,
        stream=record.stream,
        sequence=record.sequence,
        details=record.event,
        signal=record.signal,
        client_order_id=getattr(record.event, "client_order_id", None),
        account=subject.account,
        symbol=subject.symbol,
    )


def _block(place: Place, event: str, data: bytes) -> bytes:
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (place.id.encode(), event.encode(), data)


def opening(place: Place, retry: float) -> bytes:
    """Return how a stream begins: when to come back, and from where on if nothing happens."""
    return b"retry: %d\nid: %b\n\n" % (round(retry * 1000), place.id.encode())


def heartbeat(place: Place) -> bytes:
    """Return a sign of life, with the place of the last event, wanted or not."""
    return b": still here\nid: %b\n\n" % place.id.encode()


def cut_off(place: Place, reason: str, text: str) -> bytes:
    """Return the last message to a reader that is cut off."""
    data = msgspec.json.encode({"reason": reason, "text": text})
    return _block(place, CUT_OFF, data)

"""The base of all events, and of those of one order."""

from typing import ClassVar

import msgspec

__all__ = [
    "Event",
    "OrderEvent",
]


class Event(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """The base of all events."""

    kind: ClassVar[str]
    version: ClassVar[int] = 1


class OrderEvent(Event, frozen=True, kw_only=True):
    """The base of what happens to one order."""

    client_order_id: str

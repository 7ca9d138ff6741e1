"""A signal as it comes in, and what becomes of its delivery."""

from typing import NamedTuple

import msgspec

from fillgate.domain.signals import Signal
from fillgate.engine.tickets import Ticket

__all__ = ["Admission", "Arrival"]


class Arrival(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A signal as it comes in, authenticated and read."""

    source: str
    signal: Signal
    body: bytes
    """As received, credentials cut."""
    repairs: tuple[str, ...] = ()
    """What of it was no JSON and what became of it before it was read."""
    received_at: int
    """Unix microseconds."""
    key: str | None = None
    """The idempotency key, where the source gave one."""
    fingerprint: bool = False
    """Without a key, take an equal reading within a short time for a repeat."""
    began: float | None = None
    """When the last byte came, in seconds of the clock that never goes back."""


class Admission(NamedTuple):
    """A signal that is durable, and whether this delivery was the first of it."""

    ticket: Ticket
    replayed: bool
    """True when the signal was there before under the same key."""
    suspected: bool
    """True when it was only taken for a repeat by its fingerprint."""

"""What sources asked."""

from typing import ClassVar

from fillgate.domain.events.base import Event
from fillgate.domain.signals import Signal

__all__ = [
    "DuplicateSuspected",
    "SignalAccepted",
    "SignalRefused",
]


class SignalAccepted(Event, frozen=True, kw_only=True):
    """A signal was taken: its key is claimed and it will have exactly one outcome."""

    kind: ClassVar[str] = "signal-accepted"
    signal: int
    """The signal's number in this journal."""
    source: str
    key: str | None = None
    """The idempotency key, where the source gave one."""
    reading: Signal
    account: str
    body_digest: str
    """SHA-256 of the stored body, hexadecimal."""
    repairs: tuple[str, ...] = ()
    """What of the body was no JSON and what became of it before it was read."""


class SignalRefused(Event, frozen=True, kw_only=True):
    """An authenticated signal was refused before anything was planned."""

    kind: ClassVar[str] = "signal-refused"
    signal: int
    source: str
    code: str
    reason: str
    body_digest: str
    repairs: tuple[str, ...] = ()
    """As of a signal that was taken."""


class DuplicateSuspected(Event, frozen=True, kw_only=True):
    """A signal without a key equalled one seen shortly before, and was answered as that one."""

    kind: ClassVar[str] = "duplicate-suspected"
    signal: int
    source: str
    duplicate_of: int
    """Number of the signal it was taken for."""
    body_digest: str

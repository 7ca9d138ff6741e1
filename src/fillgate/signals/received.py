"""What reading a body gives: a signal, and what came beside it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from fillgate.domain.signals import Signal
from fillgate.signals.consistency import check_consistent

__all__ = ["Received", "signal_of"]


class Received(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A signal as it was received."""

    signal: Signal
    id: str | None = None
    """The body's own idempotency id."""
    secret: str | None = None
    """The webhook's secret, where the body holds it; its repr does not show it."""
    repairs: tuple[str, ...] = ()
    """What of the body was no JSON and what became of it, a line for each kind."""
    ignored: tuple[str, ...] = ()
    """Names of the fields that were not read, in the order of the body."""


def signal_of(values: Mapping[str, Any]) -> Signal:
    """Return the signal of these values; their names are those of its fields.

    Raises:
        Refusal: they do not fit together.
    """
    signal = Signal(**values)
    check_consistent(signal)
    return signal

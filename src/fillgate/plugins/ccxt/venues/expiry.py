"""How an order is told when it ends by itself, as data."""

from enum import StrEnum

import msgspec

__all__ = ["Expiry", "ExpiryForm"]


class ExpiryForm(StrEnum):
    """How the end of an order is written for a venue; it is never later than the one asked for."""

    SECONDS = "unix-seconds"
    """Whole seconds since 1970."""
    WHOLE_SECONDS_IN_MS = "unix-milliseconds"
    """Milliseconds since 1970, of which the venue keeps whole seconds."""
    ISO_8601 = "iso-8601"
    """A text in UTC, with milliseconds."""
    SECONDS_LEFT = "seconds-left"
    """Whole seconds from when the venue takes the order: how long the order is on its way comes on
    top."""


class Expiry(msgspec.Struct, frozen=True, kw_only=True):
    """How a limit order that is good till a time (GTD) is placed at a venue."""

    time_in_force: str
    """What `create_order`'s `timeInForce` is."""
    param: str
    """Key of `create_order`'s params that carries the end."""
    form: ExpiryForm
    least_seconds: int = 0
    """An end has to be later than so many seconds from now."""
    post_only: bool = True
    """Such an order may be post-only, too."""

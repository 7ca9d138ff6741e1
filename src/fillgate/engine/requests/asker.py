"""Who asks something of an order."""

import msgspec

__all__ = ["OWN", "Asker"]

OWN = "fillgate"
"""Who asks when nobody did: a cancel that had no effect is followed by another."""


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants something of an order."""

    source: str
    """An authenticated source; keys are claimed per source."""
    actor: str
    reason: str | None = None
    key: str | None = None
    """The idempotency key, where one was given."""

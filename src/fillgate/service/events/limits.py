"""How far the event stream goes for those who read it."""

from dataclasses import dataclass

__all__ = ["StreamLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLimits:
    """Limits of event streams; times in seconds."""

    streams: int = 64
    """How many may be open at a time."""
    page: int = 100
    """The most events that are read from the journal, and sent, at once. Orders wait so long."""
    kept_events: int = 10_000
    """How far a reader may be behind before it is cut off; in events,"""
    kept_bytes: int = 8 * 2**20
    """and in bytes. All readers share what is kept."""
    pace: float = 0.02
    """Pause between two looks at the journal while much happens."""
    heartbeat: float = 15.0
    """Silence after which a comment is sent."""
    stall: float = 10.0
    """How long a reader may read nothing before it is cut off."""
    parting: float = 0.5
    """How long a reader has to take the last message."""
    retry: float = 1.0
    """When a reader should come back; told to it."""

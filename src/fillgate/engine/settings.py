"""What can be set about the engine."""

from dataclasses import dataclass

__all__ = ["EngineSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """Limits of the engine; times in seconds."""

    max_age: float = 60.0
    """How old a signal may be when its order is sent. Older ones end DENIED (STALE), or
    LANE_HELD if an UNKNOWN order was in their way."""
    submit_deadline: float = 10.0
    """How long a submission may take before it counts as unanswered."""
    lookup_deadline: float = 5.0
    """How long one lookup may take before it counts as not asked."""
    lookup_pause: float = 0.25
    """Pause before the second lookup of an UNKNOWN order; doubles each time."""
    lookup_longest_pause: float = 30.0
    watch_absent: float = 3600.0
    """How long an ABSENT order's id is looked up now and then."""
    poll_interval: float = 2.0
    """Pause between two looks at the working orders of an account."""
    fingerprint_window: float = 30.0
    """How long a webhook's reading without a key counts as a repeat."""
    max_waiting: int = 10_000
    """How many signals may be under way before new ones are turned away."""
    init_deadline: float = 10.0
    init_longest_pause: float = 60.0
    health_interval: float = 30.0
    remembered_orders: int = 10_000
    """How many finished orders and signals are kept in memory for quick answers."""

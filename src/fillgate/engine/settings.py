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
    streamed_poll_interval: float = 30.0
    """The same where their reports are streamed."""
    stream_settle: float = 1.0
    """How long a stream that has told nothing has to stand to count as up."""
    stream_pause: float = 1.0
    """Pause before a stream is opened again; doubles each time, up to the longest."""
    stream_longest_pause: float = 60.0
    reconcile_interval: float = 300.0
    """Pause between two reconciliations of an account."""
    reconcile_deadline: float = 30.0
    """How long a venue may take to list an account's orders, fills or positions."""
    reconcile_pause: float = 1.0
    """Pause before a reconciliation that failed is run again; doubles each time."""
    reconcile_longest_pause: float = 60.0
    reconcile_lookups: int = 100
    """How many orders one reconciliation looks up one by one."""
    reconcile_spacing: float = 0.05
    """Pause between two of these."""
    fills_overlap: float = 60.0
    """How far back fills are asked for again: venues list some late, and clocks differ."""
    fingerprint_window: float = 30.0
    """How long a webhook's reading without a key counts as a repeat."""
    max_waiting: int = 10_000
    """How many signals may be under way before new ones are turned away."""
    init_deadline: float = 10.0
    init_longest_pause: float = 60.0
    health_interval: float = 30.0
    arrival_quotes: bool = False
    """Ask for a quote beside each order whose plugin does not tell what it found."""
    remembered_orders: int = 10_000
    """How many finished orders and signals are kept in memory for quick answers."""

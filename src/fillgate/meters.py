"""What is counted while orders pass: plain numbers, read when somebody asks for them.

Recording must cost next to nothing, so there is no lock, no library and no label put together on
the way. What stands at a moment (waiting signals, open orders, accounts that are down) is not
recorded at all: whoever asks reads it from the engine.

Invariants:

1. Each meter has one writing thread: those of `JournalMeters` the journal's, all others the event
   loop's. A reader may see a value in the counts and not yet in the sum. A commit is counted before
   anybody hears that it is durable.
2. What callers and venues write never becomes a name: sources are those of our own doors, accounts
   those of the configuration, kinds, statuses and codes those of our tables.
3. Times are differences of a clock that never goes back; what began in an earlier process has none.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from fillgate.domain.events import (
    EVENT_TYPES,
    FillFound,
    ForeignFillSeen,
    ForeignOrderSeen,
    OrderAdopted,
    OrderAnomalous,
    OrderEvent,
    OrderReported,
    PositionDiffered,
)
from fillgate.domain.life_cycle import LIFE_CYCLE, OrderStatus
from fillgate.domain.order_state import OrderState

__all__ = [
    "BATCH_SIZES",
    "CAUSES",
    "DOORS",
    "ENDINGS",
    "FINDINGS",
    "FLUSH_SECONDS",
    "ORDER_EVENTS",
    "ORDER_SECONDS",
    "OUTCOMES",
    "RECONCILED",
    "REMOVED",
    "STREAM_ENDINGS",
    "AccountMeters",
    "Histogram",
    "JournalMeters",
    "Meters",
    "Reconciled",
    "SignalOutcome",
    "SourceMeters",
    "StreamEnding",
    "StreamMeters",
]

ORDER_SECONDS: Final = (
    *(0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05),
    *(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)
"""Buckets for the times of an order: from 100 microseconds (all in memory) to a minute (the longest
that a signal may wait by default)."""

FLUSH_SECONDS: Final = (
    *(0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005),
    *(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0),
)
"""Buckets for flushes: from a disk with a protected cache to one that is failing."""

BATCH_SIZES: Final = tuple(float(2**power) for power in range(10))
"""Buckets for the writes of a commit, up to the 512 that one takes at most."""

DOORS: Final = ("webhook", "api", "other")
"""Where requests come in; `other` are those that found no door, and `/metrics`."""

REMOVED: Final = "(removed)"
"""Stands for all accounts that orders of the journal name and the configuration does not."""


class SignalOutcome:
    """What became of a delivery that came with a valid credential."""

    ACCEPTED: Final = "accepted"
    """The first of its signal: durable, and acted on."""
    REPLAYED: Final = "replayed"
    """A repeat by its key; got the stored answer."""
    DUPLICATE: Final = "duplicate"
    """Without a key, and taken for a repeat because it reads the same."""
    REFUSED: Final = "refused"
    """Could not be acted on; kept with the reason."""
    UNAVAILABLE: Final = "unavailable"
    """Turned away for want of room or of a journal; nothing was taken."""


OUTCOMES: Final = (
    SignalOutcome.ACCEPTED,
    SignalOutcome.REPLAYED,
    SignalOutcome.DUPLICATE,
    SignalOutcome.REFUSED,
    SignalOutcome.UNAVAILABLE,
)
_ON_ITS_WAY: Final = OrderStatus.PENDING_NEW
ENDINGS: Final = tuple(
    status
    for status in dict.fromkeys(LIFE_CYCLE[_ON_ITS_WAY].values())
    if status is not _ON_ITS_WAY
)
CAUSES: Final = ("start", "gap", "interval", "request")
"""What an account is reconciled for; of several the first is told."""


class Reconciled:
    """How a reconciliation ended."""

    AGREED: Final = "agreed"
    """There was no difference."""
    DIFFERED: Final = "differed"
    """There were differences; they are recorded."""
    FAILED: Final = "failed"
    """The venue, or the journal, could not be asked for all of it."""


RECONCILED: Final = (Reconciled.AGREED, Reconciled.DIFFERED, Reconciled.FAILED)
FINDINGS: Final = (
    *(OrderAdopted.kind, OrderReported.kind, FillFound.kind, OrderAnomalous.kind),
    *(ForeignOrderSeen.kind, ForeignFillSeen.kind, PositionDiffered.kind),
)
"""The kinds of differences that a reconciliation can find: events that tell of them."""
ORDER_EVENTS: Final = tuple(kind.kind for kind in EVENT_TYPES if issubclass(kind, OrderEvent))


class Histogram:
    """How often values fell into each bucket, and their sum."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        """Count into buckets with these upper bounds, ascending, and one for all above."""
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        """Of each bucket by itself; the last one is for what exceeds every bound."""
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class JournalMeters:
    """What the journal's thread does. One commit is one flush of the log: see `flush`."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.flush = Histogram(FLUSH_SECONDS)
        """Seconds that each COMMIT took. It writes the batch to the write-ahead log and ends with
        one flush (fdatasync) of it; whoever waits for a write of the batch shares that flush."""
        self.batch = Histogram(BATCH_SIZES)
        """Writes of each commit: a new signal with its order is one, an outcome is one."""
        self.events = 0
        """Events that became durable."""
        self.failed = 0
        """Commits that failed, whether or not their batch turned out to be durable."""
        self.checkpoint = Histogram(FLUSH_SECONDS)
        """Seconds that each move of the log's pages to the database took, with the
        flushes of both."""

    def committed(self, seconds: float, events: Sequence[int]) -> None:
        """Count a commit by the events of each write that it made durable.

        Without any it flushed nothing, and is none.
        """
        if events:
            self.flush.observe(seconds)
            self.batch.observe(len(events))
            self.events += sum(events)


class SourceMeters:
    """What came from one source."""

    __slots__ = ("signals", "to_acknowledgement")

    def __init__(self) -> None:
        """Start with nothing."""
        self.signals = dict.fromkeys(OUTCOMES, 0)
        """Deliveries by what became of them (`SignalOutcome`)."""
        self.to_acknowledgement = Histogram(ORDER_SECONDS)
        """Seconds from the last byte of an accepted signal until it is durable."""

    def accepted(self, seconds: float | None) -> None:
        """Count a signal that became durable so long after its last byte, if that is known."""
        self.signals[SignalOutcome.ACCEPTED] += 1
        if seconds is not None:
            self.to_acknowledgement.observe(seconds)


class AccountMeters:
    """What happened to the orders of one account."""

    __slots__ = (
        "endings",
        "events",
        "findings",
        "reconciliations",
        "stream_breaks",
        "to_outcome",
        "to_send",
    )

    def __init__(self) -> None:
        """Start with nothing."""
        self.endings: dict[str, int] = dict.fromkeys(ENDINGS, 0)
        """Orders by the first durable status after PENDING_NEW; each counts once."""
        self.events = dict.fromkeys(ORDER_EVENTS, 0)
        """Durable events by kind."""
        self.to_send = Histogram(ORDER_SECONDS)
        """Seconds from the last byte of the signal until the plugin was called."""
        self.to_outcome = Histogram(ORDER_SECONDS)
        """Seconds from the last byte of the signal until the ending was durable."""

        self.reconciliations = {(cause, ending): 0 for cause in CAUSES for ending in RECONCILED}
        """Reconciliations by what they were run for and how they ended."""
        self.stream_breaks = 0
        """How often the stream of reports ended, broke or could not be opened."""
        self.findings = dict.fromkeys(FINDINGS, 0)
        """Differences that reconciliations found, by kind; one that stays counts once."""

    def reconciled(self, cause: str, ending: str, findings: Iterable[str] = ()) -> None:
        """Count a reconciliation and what it found that was new."""
        self.reconciliations[cause, ending] += 1
        for kind in findings:
            self.findings[kind] += 1

    def changed(self, kind: str, before: OrderState | None, after: OrderState) -> bool:
        """Count a durable event; True if it ended the order's submission."""
        self.events[kind] += 1
        status = after.status
        if status is _ON_ITS_WAY or not (before is None or before.status is _ON_ITS_WAY):
            return False
        self.endings[status] += 1
        return True


class StreamEnding:
    """Why an event stream ended."""

    LEFT: Final = "left"
    """Whoever read it hung up."""
    COMPLETE: Final = "complete"
    """It was asked for what had happened so far, and that was told."""
    BEHIND: Final = "behind"
    """Cut off: more happened than is kept for those who read too slowly."""
    STALLED: Final = "stalled"
    """Cut off: nothing was read for too long."""
    BROKEN: Final = "broken"
    """Cut off: the journal could not be read."""
    STOPPING: Final = "stopping"
    """The service was stopped."""


STREAM_ENDINGS: Final = tuple(
    value for name, value in vars(StreamEnding).items() if not name.startswith("_")
)


class StreamMeters:
    """What happened to event streams."""

    __slots__ = ("begun", "ended")

    def __init__(self) -> None:
        """Start with nothing."""
        self.begun = 0
        self.ended = dict.fromkeys(STREAM_ENDINGS, 0)
        """Streams by why they ended (`StreamEnding`)."""

    @property
    def open(self) -> int:
        """How many there are now."""
        return self.begun - sum(self.ended.values())


class Meters:
    """All meters of an engine."""

    def __init__(self, accounts: Iterable[str]) -> None:
        """Start with nothing, for these accounts."""
        self._removed = AccountMeters()
        self.accounts: Mapping[str, AccountMeters] = {
            **{name: AccountMeters() for name in accounts},
            REMOVED: self._removed,
        }
        self.sources: dict[str, SourceMeters] = {}
        self.problems: Counter[tuple[str, str]] = Counter()
        """Requests answered with a problem document, by door and code."""
        self.streams = StreamMeters()

    def account(self, name: str) -> AccountMeters:
        """Return the meters of an account; those configured no more share one."""
        return self.accounts.get(name, self._removed)

    def source(self, name: str) -> SourceMeters:
        """Return the meters of a source; for doors, once each, never by what a caller says."""
        meters = self.sources.get(name)
        if meters is None:
            meters = self.sources[name] = SourceMeters()
        return meters

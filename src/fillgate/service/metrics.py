"""What `/metrics` shows: one table of metrics, each with its meaning and how it is read.

Invariants:

1. Nothing is recorded here. Counters and histograms are read from the meters of engine and
   journal, gauges from the engine as it stands at the moment of the scrape.
2. Every label has a known set of values (`LABELS`), and all of them are there from the start: a
   rate needs no first event.
3. Times are in seconds, sizes in bytes.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from fillgate import __version__
from fillgate.domain.life_cycle import OrderStatus
from fillgate.engine.engine import Engine
from fillgate.engine.lanes import Lane
from fillgate.meters import (
    CAUSES,
    DOORS,
    ENDINGS,
    FINDINGS,
    ORDER_EVENTS,
    OUTCOMES,
    RECONCILED,
    REMOVED,
    STREAM_ENDINGS,
    AccountMeters,
    Histogram,
    SourceMeters,
)
from fillgate.service.problems import PROBLEMS

__all__ = ["LABELS", "METRICS", "Metric", "Row", "Value"]

Value = float | Histogram
Row = tuple[tuple[str, ...], Value]
"""The values of the labels, in their order, and what was counted."""
Reader = Callable[[Engine], Iterable[Row]]

_STATUSES: Final = tuple(
    status for status in OrderStatus if not status.is_final or status is OrderStatus.ABSENT
)

_CODES: Final = tuple(code for code in PROBLEMS if code not in OrderStatus.__members__)
"""Of problems with requests; how an order ended is no such problem."""

LABELS: Final[Mapping[str, Sequence[str]]] = {
    "source": ("tradingview", "api"),
    "outcome": OUTCOMES,
    "door": DOORS,
    "code": _CODES,
    "account": ("each of the configuration", REMOVED),
    "ending": ENDINGS,
    "event": ORDER_EVENTS,
    "status": _STATUSES,
    "cause": CAUSES,
    "result": RECONCILED,
    "finding": FINDINGS,
    "file": ("database", "log"),
    "reason": STREAM_ENDINGS,
    "version": ("that of fillgate",),
}
"""The values that each label may have; those with spaces in words."""


class Metric(NamedTuple):
    """One family of metrics."""

    kind: str
    """counter, gauge or histogram."""
    name: str
    """Without `fillgate_` before and `_total` behind it."""
    labels: tuple[str, ...]
    read: Reader
    meaning: str


def _one(read: Callable[[Engine], Value]) -> Reader:
    return lambda engine: [((), read(engine))]


def _by_source(read: Callable[[SourceMeters], Value]) -> Reader:
    return lambda engine: [
        ((source,), read(meters)) for source, meters in engine.meters.sources.items()
    ]


def _by_account(read: Callable[[AccountMeters], Value]) -> Reader:
    return lambda engine: [
        ((account,), read(meters)) for account, meters in engine.meters.accounts.items()
    ]


def _by_account_and(read: Callable[[AccountMeters], Mapping[str, int]]) -> Reader:
    return lambda engine: [
        ((account, name), count)
        for account, meters in engine.meters.accounts.items()
        for name, count in read(meters).items()
    ]


def _signals(engine: Engine) -> Iterator[Row]:
    for source, meters in engine.meters.sources.items():
        for outcome, count in meters.signals.items():
            yield (source, outcome), count


def _problems(engine: Engine) -> Iterator[Row]:
    counts = engine.meters.problems
    for door in DOORS:
        for code in _CODES:
            yield (door, code), counts[door, code]


def _open_orders(engine: Engine) -> Iterator[Row]:
    states = engine.blotter.open_orders()
    counts = Counter((_account(engine, state.order.account), state.status) for state in states)
    for account in engine.meters.accounts:
        for status in _STATUSES:
            yield (account, status), counts[account, status]


def _account(engine: Engine, name: str) -> str:
    return name if name in engine.meters.accounts else REMOVED


def _by_lanes(read: Callable[[Lane], int], fold: Callable[[list[int]], int]) -> Reader:
    """Return what reads a number off every lane and folds those of each account."""

    def rows(engine: Engine) -> Iterator[Row]:
        numbers: dict[str, list[int]] = {account: [0] for account in engine.meters.accounts}
        for lane in engine.dispatcher.lanes:
            numbers[_account(engine, lane.key[0])].append(read(lane))
        for account, each in numbers.items():
            yield (account,), fold(each)

    return rows


def _depth(lane: Lane) -> int:
    return len(lane.waiting)


def _accounts_up(engine: Engine) -> list[Row]:
    return [((account.name,), account.up) for account in engine.accounts]


def _streams_up(engine: Engine) -> list[Row]:
    streams = [engine.streams.of(account.name) for account in engine.accounts]
    return [((stream.account.name,), stream.up) for stream in streams if stream is not None]


def _reconciliations(engine: Engine) -> Iterator[Row]:
    for account, meters in engine.meters.accounts.items():
        for (cause, ending), count in meters.reconciliations.items():
            yield (account, cause, ending), count


def _since_reconciled(engine: Engine) -> list[Row]:
    return [
        ((desk.account.name,), seconds) for desk, seconds in engine.reconciliation.seconds_since()
    ]


def _sizes(engine: Engine) -> list[Row]:
    return [((file,), size) for file, size in engine.journal.sizes().items()]


METRICS: Final[Sequence[Metric]] = (
    Metric(
        "counter",
        "signals",
        ("source", "outcome"),
        _signals,
        "Deliveries that came with a valid credential, by what became of them.",
    ),
    Metric(
        "histogram",
        "signal_acknowledgement_seconds",
        ("source",),
        _by_source(lambda meters: meters.to_acknowledgement),
        "Time from the last byte of an accepted signal until it was durable.",
    ),
    Metric(
        "counter",
        "problems",
        ("door", "code"),
        _problems,
        "Requests that were answered with a problem document; endings of orders are none.",
    ),
    Metric(
        "counter",
        "orders",
        ("account", "ending"),
        _by_account_and(lambda meters: meters.endings),
        "Orders by the first status after PENDING_NEW that was durable; each counts once.",
    ),
    Metric(
        "counter",
        "order_events",
        ("account", "event"),
        _by_account_and(lambda meters: meters.events),
        "Durable events of orders, those after their ending included.",
    ),
    Metric(
        "histogram",
        "order_send_seconds",
        ("account",),
        _by_account(lambda meters: meters.to_send),
        "Time from the last byte of the signal until the plugin was called with its order.",
    ),
    Metric(
        "histogram",
        "order_outcome_seconds",
        ("account",),
        _by_account(lambda meters: meters.to_outcome),
        "Time from the last byte of the signal until the ending of its order was durable.",
    ),
    Metric(
        "gauge",
        "open_orders",
        ("account", "status"),
        _open_orders,
        "Orders that may still change.",
    ),
    Metric(
        "gauge",
        "orders_being_sent",
        ("account",),
        _by_lanes(lambda lane: lane.flying is not None, sum),
        "Orders that are written down and not answered yet.",
    ),
    Metric(
        "gauge",
        "waiting_signals",
        ("account",),
        _by_lanes(_depth, sum),
        "Accepted signals that wait in the lanes of the account.",
    ),
    Metric(
        "gauge",
        "deepest_lane_signals",
        ("account",),
        _by_lanes(_depth, max),
        "Accepted signals that wait in the deepest lane of the account.",
    ),
    Metric(
        "gauge",
        "held_lanes",
        ("account",),
        _by_lanes(lambda lane: bool(lane.holders), sum),
        "Lanes that an UNKNOWN order holds, or an account that was not reconciled yet.",
    ),
    Metric(
        "gauge",
        "signals_under_way",
        (),
        _one(lambda engine: len(engine.dispatcher.under_way)),
        "Accepted signals without a definite outcome.",
    ),
    Metric(
        "gauge",
        "signals_under_way_limit",
        (),
        _one(lambda engine: engine.settings.max_waiting),
        "How many signals may be under way before new ones are turned away.",
    ),
    Metric(
        "gauge",
        "accepting",
        (),
        _one(lambda engine: engine.intake.unavailable is None),
        "1 while signals are taken; 0 while stopping, overloaded or without a journal.",
    ),
    Metric(
        "gauge",
        "account_up",
        ("account",),
        _accounts_up,
        "1 while the account can be used.",
    ),
    Metric(
        "gauge",
        "stream_up",
        ("account",),
        _streams_up,
        "1 while the reports of the account come by a stream, of those whose plugin streams them.",
    ),
    Metric(
        "counter",
        "stream_breaks",
        ("account",),
        _by_account(lambda meters: meters.stream_breaks),
        "How often the stream of reports ended, broke or could not be opened.",
    ),
    Metric(
        "counter",
        "reconciliations",
        ("account", "cause", "result"),
        _reconciliations,
        "Comparisons of the account with its venue.",
    ),
    Metric(
        "counter",
        "reconciliation_findings",
        ("account", "finding"),
        _by_account_and(lambda meters: meters.findings),
        "Differences that comparisons found, by the event that tells of them.",
    ),
    Metric(
        "gauge",
        "reconciliation_age_seconds",
        ("account",),
        _since_reconciled,
        "Time since the last comparison without a failed question, or since the start.",
    ),
    Metric(
        "gauge",
        "journal_up",
        (),
        _one(lambda engine: engine.recorder.fault is None),
        "1 while the journal takes writes.",
    ),
    Metric(
        "counter",
        "journal_commits",
        (),
        _one(lambda engine: sum(engine.journal.meters.flush.counts)),
        "Commits. Each is one flush (fdatasync) of the write-ahead log for all writes in it.",
    ),
    Metric(
        "counter",
        "journal_failed_commits",
        (),
        _one(lambda engine: engine.journal.meters.failed),
        "Commits that failed, whether or not their writes turned out to be durable.",
    ),
    Metric(
        "counter",
        "journal_events",
        (),
        _one(lambda engine: engine.journal.meters.events),
        "Events that became durable.",
    ),
    Metric(
        "histogram",
        "journal_flush_seconds",
        (),
        _one(lambda engine: engine.journal.meters.flush),
        "Time that a commit took to write and flush the write-ahead log.",
    ),
    Metric(
        "histogram",
        "journal_batch_writes",
        (),
        _one(lambda engine: engine.journal.meters.batch),
        "Writes in a commit: a signal with its order is one, an outcome is one.",
    ),
    Metric(
        "histogram",
        "journal_checkpoint_seconds",
        (),
        _one(lambda engine: engine.journal.meters.checkpoint),
        "Time that moving the write-ahead log to the database took, with the flushes of both.",
    ),
    Metric(
        "gauge",
        "journal_bytes",
        ("file",),
        _sizes,
        "Size of the database and of its write-ahead log.",
    ),
    Metric(
        "gauge",
        "event_streams",
        (),
        _one(lambda engine: engine.meters.streams.open),
        "Who follows the events now.",
    ),
    Metric(
        "counter",
        "event_streams_ended",
        ("reason",),
        lambda engine: [
            ((reason,), count) for reason, count in engine.meters.streams.ended.items()
        ],
        "Event streams that ended; `behind`, `stalled` and `broken` were cut off.",
    ),
    Metric(
        "gauge",
        "build_info",
        ("version",),
        lambda _: [((__version__,), 1)],
        "Always 1.",
    ),
)
"""All metrics, in the order in which they are shown."""

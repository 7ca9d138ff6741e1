"""The life of an order: which report may follow which status, as one visible table.

Invariants:

1. A pair that is not in the table is refused by name (`IllegalMove`); nothing moves by accident.
2. Legality says nothing about positions: a fill counts in the position whether or not the order
   may move (see `executions`).
3. UNKNOWN is left only by evidence of the venue, by ABSENT, or by a person's resolution, which
   is recorded as one of these reports.
4. Nothing makes an order undecided again once the venue has spoken of it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from fillgate.domain.errors import IllegalMove

__all__ = ["LIFE_CYCLE", "OrderStatus", "ReportType", "next_status"]


class OrderStatus(StrEnum):
    """What an order is now: FIX OrdStatus (tag 39), and three of our own."""

    PENDING_NEW = "PENDING_NEW"
    """Planned, perhaps on its way; the venue has not answered."""
    NEW = "NEW"
    """At the venue, nothing executed."""
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    """A part is executed, the rest works on."""
    FILLED = "FILLED"
    """All of it is executed."""
    PENDING_CANCEL = "PENDING_CANCEL"
    """It works, and is about to be cancelled."""
    PENDING_REPLACE = "PENDING_REPLACE"
    """It works, and is about to be replaced."""
    CANCELED = "CANCELED"
    """Ended before all was executed; or cancelled here before it left."""
    EXPIRED = "EXPIRED"
    """Ended by its own time limit."""
    REJECTED = "REJECTED"
    """Refused by the venue, in its own words."""
    DENIED = "DENIED"
    """Refused by fillgate, or proven not to have left: the venue never heard of it."""
    UNKNOWN = "UNKNOWN"
    """It may or may not be at the venue; a lookup or a person decides."""
    ABSENT = "ABSENT"
    """Looked up for long enough and not there. Its id stays watched."""

    @property
    def is_final(self) -> bool:
        """True when nothing more is expected of the order. Late fills happen all the same."""
        return self in _FINAL

    @property
    def is_undecided(self) -> bool:
        """True while it is open whether the venue has the order."""
        return self in _UNDECIDED


class ReportType(StrEnum):
    """What a report tells: FIX ExecType (tag 150), and what fillgate itself finds out."""

    SENDING = "SENDING"
    """The order is about to go to the venue; written down before it does."""
    NEW = "NEW"
    """The venue has it."""
    PARTIAL_FILL = "PARTIAL_FILL"
    """A part was executed (FIX Trade)."""
    FILL = "FILL"
    """All was executed (FIX Trade)."""
    PENDING_CANCEL = "PENDING_CANCEL"
    """The venue has begun to cancel it, whoever asked."""
    PENDING_REPLACE = "PENDING_REPLACE"
    """The venue has begun to replace it, whoever asked."""
    CANCELED = "CANCELED"
    """The venue, or fillgate before it left, cancelled it."""
    EXPIRED = "EXPIRED"
    """It ended by its own time limit."""
    REJECTED = "REJECTED"
    """The venue refused it."""
    DENIED = "DENIED"
    """fillgate refused it, or it is proven not to have left."""
    UNANSWERED = "UNANSWERED"
    """The submission ended without a definite answer."""
    ABSENT = "ABSENT"
    """The order was looked up for long enough and is not there."""
    TRADE_CANCEL = "TRADE_CANCEL"
    """The venue takes back a fill; the report's status is taken as a second report."""
    TRADE_CORRECT = "TRADE_CORRECT"
    """The venue corrects a fill; the report's status is taken as a second report."""
    RESTATED = "RESTATED"
    """Found working at the venue though the journal knew it ended, or not at all; the report's
    status is taken as a second report."""


_FINAL: Final = frozenset(
    {
        OrderStatus.FILLED,
        OrderStatus.CANCELED,
        OrderStatus.EXPIRED,
        OrderStatus.REJECTED,
        OrderStatus.DENIED,
        OrderStatus.ABSENT,
    }
)

_UNDECIDED: Final = frozenset({OrderStatus.PENDING_NEW, OrderStatus.UNKNOWN})

_S = OrderStatus
_R = ReportType

LIFE_CYCLE: Final[Mapping[OrderStatus, Mapping[ReportType, OrderStatus]]] = {
    _S.PENDING_NEW: {
        _R.SENDING: _S.PENDING_NEW,
        _R.NEW: _S.NEW,
        _R.PARTIAL_FILL: _S.PARTIALLY_FILLED,
        _R.FILL: _S.FILLED,
        _R.PENDING_CANCEL: _S.PENDING_CANCEL,
        _R.PENDING_REPLACE: _S.PENDING_REPLACE,
        _R.CANCELED: _S.CANCELED,
        _R.EXPIRED: _S.EXPIRED,
        _R.REJECTED: _S.REJECTED,
        _R.DENIED: _S.DENIED,
        _R.UNANSWERED: _S.UNKNOWN,
        _R.TRADE_CANCEL: _S.NEW,
        _R.TRADE_CORRECT: _S.NEW,
        _R.RESTATED: _S.NEW,
    },
    _S.UNKNOWN: {
        _R.NEW: _S.NEW,
        _R.PARTIAL_FILL: _S.PARTIALLY_FILLED,
        _R.FILL: _S.FILLED,
        # Whoever cancels it at the venue: the venue has it.
        _R.PENDING_CANCEL: _S.PENDING_CANCEL,
        _R.PENDING_REPLACE: _S.PENDING_REPLACE,
        _R.CANCELED: _S.CANCELED,
        _R.EXPIRED: _S.EXPIRED,
        _R.REJECTED: _S.REJECTED,
        _R.UNANSWERED: _S.UNKNOWN,
        _R.ABSENT: _S.ABSENT,
        _R.TRADE_CANCEL: _S.NEW,
        _R.TRADE_CORRECT: _S.NEW,
        _R.RESTATED: _S.NEW,
    },
    _S.NEW: {
        _R.NEW: _S.NEW,
        _R.PARTIAL_FILL: _S.PARTIALLY_FILLED,
        _R.FILL: _S.FILLED,
        _R.PENDING_CANCEL: _S.PENDING_CANCEL,
        _R.PENDING_REPLACE: _S.PENDING_REPLACE,
        _R.CANCELED: _S.CANCELED,
        _R.EXPIRED: _S.EXPIRED,
        # Venues that acknowledge first and check afterwards do this.
        _R.REJECTED: _S.REJECTED,
        # A report came before the answer, and then no answer: the venue has the order.
        _R.UNANSWERED: _S.NEW,
        _R.TRADE_CANCEL: _S.NEW,
        _R.TRADE_CORRECT: _S.NEW,
        _R.RESTATED: _S.NEW,
    },
    _S.PARTIALLY_FILLED: {
        # An acknowledgement overtaken by the first fill.
        _R.NEW: _S.PARTIALLY_FILLED,
        _R.PARTIAL_FILL: _S.PARTIALLY_FILLED,
        _R.FILL: _S.FILLED,
        _R.PENDING_CANCEL: _S.PENDING_CANCEL,
        _R.PENDING_REPLACE: _S.PENDING_REPLACE,
        _R.CANCELED: _S.CANCELED,
        _R.EXPIRED: _S.EXPIRED,
        _R.UNANSWERED: _S.PARTIALLY_FILLED,
        # The report of a taken back or corrected fill tells the status too, which follows.
        _R.TRADE_CANCEL: _S.NEW,
        _R.TRADE_CORRECT: _S.NEW,
        _R.RESTATED: _S.PARTIALLY_FILLED,
    },
    # Pending by the venue's word. What the venue says of a working order is how it is: a cancel
    # that it refused is over with the next report; an overtaken report is put right by another.
    _S.PENDING_CANCEL: {
        _R.NEW: _S.NEW,
        _R.PARTIAL_FILL: _S.PARTIALLY_FILLED,
        _R.FILL: _S.FILLED,
        _R.PENDING_CANCEL: _S.PENDING_CANCEL,
        _R.PENDING_REPLACE: _S.PENDING_REPLACE,
        _R.CANCELED: _S.CANCELED,
        _R.EXPIRED: _S.EXPIRED,
        _R.REJECTED: _S.REJECTED,
        _R.UNANSWERED: _S.PENDING_CANCEL,
        _R.TRADE_CANCEL: _S.NEW,
        _R.TRADE_CORRECT: _S.NEW,
        _R.RESTATED: _S.NEW,
    },
    _S.PENDING_REPLACE: {
        _R.NEW: _S.NEW,
        _R.PARTIAL_FILL: _S.PARTIALLY_FILLED,
        _R.FILL: _S.FILLED,
        _R.PENDING_CANCEL: _S.PENDING_CANCEL,
        _R.PENDING_REPLACE: _S.PENDING_REPLACE,
        _R.CANCELED: _S.CANCELED,
        _R.EXPIRED: _S.EXPIRED,
        _R.REJECTED: _S.REJECTED,
        _R.UNANSWERED: _S.PENDING_REPLACE,
        _R.TRADE_CANCEL: _S.NEW,
        _R.TRADE_CORRECT: _S.NEW,
        _R.RESTATED: _S.NEW,
    },
    _S.FILLED: {
        # Reports that were overtaken, repeats, and over-fills: the order stays what it is.
        _R.NEW: _S.FILLED,
        _R.PARTIAL_FILL: _S.FILLED,
        _R.FILL: _S.FILLED,
        _R.PENDING_CANCEL: _S.FILLED,
        _R.PENDING_REPLACE: _S.FILLED,
        _R.UNANSWERED: _S.FILLED,
        # What was filled is not any more: it works on, unless the same report says otherwise.
        _R.TRADE_CANCEL: _S.NEW,
        _R.TRADE_CORRECT: _S.NEW,
        _R.RESTATED: _S.NEW,
    },
    _S.CANCELED: {
        # An acknowledgement overtaken by the end, as of orders that fill at once or not at all.
        _R.NEW: _S.CANCELED,
        # The fill happened at the venue before the cancel did. It happens.
        _R.PARTIAL_FILL: _S.CANCELED,
        _R.FILL: _S.FILLED,
        _R.PENDING_CANCEL: _S.CANCELED,
        _R.PENDING_REPLACE: _S.CANCELED,
        _R.CANCELED: _S.CANCELED,
        # The same end by another name.
        _R.EXPIRED: _S.CANCELED,
        _R.UNANSWERED: _S.CANCELED,
        _R.TRADE_CANCEL: _S.CANCELED,
        _R.TRADE_CORRECT: _S.CANCELED,
        _R.RESTATED: _S.NEW,
    },
    _S.EXPIRED: {
        _R.NEW: _S.EXPIRED,
        _R.PARTIAL_FILL: _S.EXPIRED,
        _R.FILL: _S.FILLED,
        _R.PENDING_CANCEL: _S.EXPIRED,
        _R.PENDING_REPLACE: _S.EXPIRED,
        _R.CANCELED: _S.EXPIRED,
        _R.EXPIRED: _S.EXPIRED,
        _R.UNANSWERED: _S.EXPIRED,
        _R.TRADE_CANCEL: _S.EXPIRED,
        _R.TRADE_CORRECT: _S.EXPIRED,
        _R.RESTATED: _S.NEW,
    },
    _S.REJECTED: {
        # A rejection that was none: the venue trades the order all the same. It happens.
        _R.PARTIAL_FILL: _S.PARTIALLY_FILLED,
        _R.FILL: _S.FILLED,
        _R.REJECTED: _S.REJECTED,
        _R.UNANSWERED: _S.REJECTED,
        _R.TRADE_CANCEL: _S.REJECTED,
        _R.TRADE_CORRECT: _S.REJECTED,
        _R.RESTATED: _S.NEW,
    },
    _S.DENIED: {
        _R.DENIED: _S.DENIED,
        # It was proven not to have left, and the proof was wrong: it works at the venue.
        _R.RESTATED: _S.NEW,
    },
    _S.ABSENT: {
        # Absence is never proof: the id stays watched, and the order may turn up.
        _R.NEW: _S.NEW,
        _R.PARTIAL_FILL: _S.PARTIALLY_FILLED,
        _R.FILL: _S.FILLED,
        _R.PENDING_CANCEL: _S.PENDING_CANCEL,
        _R.PENDING_REPLACE: _S.PENDING_REPLACE,
        _R.CANCELED: _S.CANCELED,
        _R.EXPIRED: _S.EXPIRED,
        _R.REJECTED: _S.REJECTED,
        _R.UNANSWERED: _S.ABSENT,
        _R.ABSENT: _S.ABSENT,
        _R.TRADE_CANCEL: _S.NEW,
        _R.TRADE_CORRECT: _S.NEW,
        _R.RESTATED: _S.NEW,
    },
}
"""For each status, the reports that may follow and the status each leads to.

A pair that is missing is refused: it contradicts what is known, changes nothing, and is raised.
"""


def next_status(status: OrderStatus, report: ReportType) -> OrderStatus:
    """Return the status an order has after a report.

    Raises:
        IllegalMove: the table has no such pair.
    """
    after = LIFE_CYCLE[status].get(report)
    if after is None:
        msg = f"a {status} order cannot take the report {report}"
        raise IllegalMove(msg)
    return after

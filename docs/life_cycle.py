"""The page about the life of an order, made from the table itself."""

from collections.abc import Iterator
from typing import Final

from docs.markdown import table
from docs.members import meanings
from fillgate.domain.life_cycle import LIFE_CYCLE, OrderStatus, ReportType
from fillgate.domain.requests import RequestStatus

__all__ = ["life_cycle"]

_INTRODUCTION: Final = """
What the venue reports, and what fillgate finds out itself, moves an order from status to status.
The names are those of FIX: a status is an OrdStatus (tag 39), a report an ExecType (tag 150);
UNKNOWN, DENIED and ABSENT, and some reports, are fillgate's own.

Every pair of a status and a report is decided here. A report that is *refused* contradicts what is
known: the status stays, and the order has one more *anomaly*, for a person to look at. Legality
says nothing about money: a fill that a report tells counts in the position whether or not the order
may move. A fill after the end of an order, or beyond its quantity, counts too, and is an anomaly.
"""

_REQUESTS: Final = """
A request to cancel or replace an order has an id and an outcome of its own. While one is PENDING,
a working order shows PENDING_CANCEL or PENDING_REPLACE; when it is over, or its answer is missing,
the order is again what its reports say. When the order ends, its open requests end with it: a
cancel is DONE if the order is CANCELED, all else is TOO_LATE.
"""


def life_cycle() -> Iterator[str]:
    """Return the lines of the page."""
    yield from ("# The life of an order", "", "Made from the code by `make docs`.")
    yield from _INTRODUCTION.splitlines()
    yield from ("## Statuses", "")
    yield from table(("status", "", "over?"), _statuses())
    yield from ("## Reports", "")
    yield from table(("report", ""), meanings(ReportType))
    yield from ("## What follows what", "")
    yield "For each report and each status what the order is then. A dot stands for a status that"
    yield "stays."
    yield from ("", *_matrix())
    yield from ("## Requests to cancel and replace", *_REQUESTS.splitlines(), "")
    yield from table(("status of a request", ""), meanings(RequestStatus))


def _statuses() -> Iterator[tuple[str, ...]]:
    said = dict(meanings(OrderStatus))
    for status in OrderStatus:
        yield f"`{status}`", said[f"`{status}`"], "yes" if status.is_final else "no"


def _matrix() -> list[str]:
    head = ("report", *(f"`{status}`" for status in OrderStatus))
    return table(head, (_row(report) for report in ReportType))


def _row(report: ReportType) -> tuple[str, ...]:
    cells = []
    for status in OrderStatus:
        after = LIFE_CYCLE[status].get(report)
        cells.append("refused" if after is None else "·" if after is status else str(after))
    return (f"`{report}`", *cells)

"""Requests to cancel or replace an order, each with an outcome of its own.

Invariants:

1. A request that was concluded stays so, but for one whose outcome is open (`is_open`).
2. When the order has ended, all its open requests are concluded by how it ended.
3. An order shows PENDING_CANCEL or PENDING_REPLACE only while it works and such a request is
   PENDING. A request whose answer is missing leaves the order what it was.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport

__all__ = ["Request", "RequestKind", "RequestStatus"]

Requests = tuple["Request", ...]


class RequestKind(StrEnum):
    """What is asked of the venue about an order that it has."""

    CANCEL = "cancel"
    """FIX OrderCancelRequest."""
    REPLACE = "replace"
    """FIX OrderCancelReplaceRequest."""


class RequestStatus(StrEnum):
    """What became of a request."""

    PENDING = "PENDING"
    """Written down and perhaps on its way; or the venue took it and has not acted yet."""
    DONE = "DONE"
    """The order was canceled or replaced as asked."""
    REJECTED = "REJECTED"
    """Refused by the venue, in its own words; the order is what it was."""
    NOT_SENT = "NOT_SENT"
    """Proven not to have left."""
    UNKNOWN = "UNKNOWN"
    """The answer is missing; looking the order up decides."""
    TOO_LATE = "TOO_LATE"
    """The order had ended otherwise before."""
    INEFFECTIVE = "INEFFECTIVE"
    """Looked up for long enough: the order works on as before."""


_OPEN: Final = frozenset({RequestStatus.PENDING, RequestStatus.UNKNOWN})
_WORKING: Final = frozenset({OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED})
_SHOWN: Final[Mapping[RequestKind, OrderStatus]] = {
    RequestKind.CANCEL: OrderStatus.PENDING_CANCEL,
    RequestKind.REPLACE: OrderStatus.PENDING_REPLACE,
}


class Request(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One request about an order."""

    request: str
    """Its id; for a replace also the client order id that the order has at the venue with it."""
    kind: RequestKind
    status: RequestStatus = RequestStatus.PENDING
    replacement: Order | None = None
    """For a replace the order as it is to be."""
    early: bool = False
    """True when it was open then whether the venue had the order: "not found" says nothing."""
    actor: str
    """Who asked."""
    reason: str | None = None
    at: int
    """When it was asked, Unix microseconds."""
    ended_at: int | None = None
    code: str | None = None
    """Stable reason where it was not done."""
    text: str | None = None
    """The same in words; the venue's own for a rejection."""

    @property
    def is_open(self) -> bool:
        """True while it may still take effect."""
        return self.status in _OPEN

    def concluded(
        self, status: RequestStatus, at: int, *, code: str | None = None, text: str | None = None
    ) -> "Request":
        """Return it with an outcome; the outcome that it has stays unless it is open."""
        if not self.is_open:
            return self
        return msgspec.structs.replace(self, status=status, ended_at=at, code=code, text=text)


def find_request(requests: Requests, identity: str) -> Request | None:
    """Return the request of this id."""
    return next((request for request in requests if request.request == identity), None)


def with_request(requests: Requests, changed: Request) -> Requests:
    """Return the requests with one in place of that of the same id."""
    identity = changed.request
    return tuple(changed if each.request == identity else each for each in requests)


def shown_status(standing: OrderStatus, requests: Requests) -> OrderStatus:
    """Return what an order's status is with its requests; a cancel counts before a replace."""
    if standing not in _WORKING:
        return standing
    pending = {each.kind for each in requests if each.status is RequestStatus.PENDING}
    return next((shown for kind, shown in _SHOWN.items() if kind in pending), standing)


def concluded_by_end(requests: Requests, standing: OrderStatus, at: int) -> Requests:
    """Conclude what is open once the order has ended."""
    if not standing.is_final or not any(each.is_open for each in requests):
        return requests
    canceled = standing is OrderStatus.CANCELED
    return tuple(
        each.concluded(
            RequestStatus.DONE
            if canceled and each.kind is RequestKind.CANCEL
            else RequestStatus.TOO_LATE,
            at,
        )
        for each in requests
    )


def replace_shown_by(requests: Requests, order: Order, report: ExecutionReport) -> Request | None:
    """Return the open replace that a report shows to have taken effect.

    It shows so by the id of the request, or by terms that are the replacement's and not the
    order's.
    """
    for each in requests:
        if each.is_open and each.replacement is not None:
            by_id = report.client_order_id == each.request
            if by_id or (_differs(order, report) and not _differs(each.replacement, report)):
                return each
    return None


def is_shown_done(asked: Request, report: ExecutionReport) -> bool:
    """Tell whether the answer to a request shows that it is a replace that has taken effect.

    It does unless it says that it waits, or tells of terms that are not the replacement's: the
    order may have ended before, or work on as before for a while.
    """
    if asked.replacement is None or report.status is OrderStatus.PENDING_REPLACE:
        return False
    by_id = report.client_order_id == asked.request
    return by_id or not _differs(asked.replacement, report)


def _differs(order: Order, report: ExecutionReport) -> bool:
    pairs = (
        (order.quantity, report.quantity),
        (order.price, report.price),
        (order.stop_price, report.stop_price),
    )
    return any(told is not None and told != own for own, told in pairs)

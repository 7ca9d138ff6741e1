"""What happened to a request to cancel or replace an order."""

from typing import ClassVar

from fillgate.domain.events.base import OrderEvent
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport

__all__ = [
    "CancelRequested",
    "ReplaceRequested",
    "RequestAnswered",
    "RequestEvent",
    "RequestIneffective",
    "RequestNotSent",
    "RequestRejected",
    "RequestUnanswered",
]


class RequestEvent(OrderEvent, frozen=True, kw_only=True):
    """The base of what happens to one request about an order."""

    request: str
    """The request's own id."""


class CancelRequested(RequestEvent, frozen=True, kw_only=True):
    """Somebody wants the order cancelled; written down before the venue hears of it."""

    kind: ClassVar[str] = "cancel-requested"
    actor: str
    reason: str | None = None
    key: str | None = None
    """The idempotency key, where one was given."""


class ReplaceRequested(RequestEvent, frozen=True, kw_only=True):
    """Somebody wants the order to have other terms; written down before the venue hears of it."""

    kind: ClassVar[str] = "replace-requested"
    replacement: Order
    """The order as it is to be. Its client order id is the request's."""
    orig: str
    """The client order id that the venue knew the order by (FIX OrigClOrdID)."""
    actor: str
    reason: str | None = None
    key: str | None = None


class RequestAnswered(RequestEvent, frozen=True, kw_only=True):
    """The venue took the request, and told what the order is now."""

    kind: ClassVar[str] = "request-answered"
    report: ExecutionReport


class RequestRejected(RequestEvent, frozen=True, kw_only=True):
    """The venue refused the request in its own words (FIX OrderCancelReject)."""

    kind: ClassVar[str] = "request-rejected"
    code: str
    text: str


class RequestNotSent(RequestEvent, frozen=True, kw_only=True):
    """The request is proven not to have left."""

    kind: ClassVar[str] = "request-not-sent"
    code: str
    text: str


class RequestUnanswered(RequestEvent, frozen=True, kw_only=True):
    """The request ended without a definite answer: it may have taken effect, or may yet."""

    kind: ClassVar[str] = "request-unanswered"
    code: str
    text: str


class RequestIneffective(RequestEvent, frozen=True, kw_only=True):
    """The order was looked up for long enough, and works on as before the request."""

    kind: ClassVar[str] = "request-ineffective"
    asked: int
    """How often the venue said so."""

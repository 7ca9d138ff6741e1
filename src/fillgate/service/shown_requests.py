"""What the API shows of requests to cancel or replace an order."""

from decimal import Decimal

import msgspec

from fillgate.domain.requests import Request, RequestKind, RequestStatus
from fillgate.service.times import TimeText, time_text

__all__ = ["RequestView", "request_view"]


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request to cancel or replace an order."""

    request: str
    """Its id; for a replace also the client order id that the venue knows the order by then."""
    kind: RequestKind
    status: RequestStatus
    """What became of it. PENDING and UNKNOWN are open: it may still take effect."""
    quantity: Decimal | None
    """For a replace the quantity that was asked for; null for a cancel."""
    price: Decimal | None
    stop_price: Decimal | None
    actor: str
    """Who asked: `api`, or `fillgate` itself where a cancel had no effect."""
    reason: str | None
    code: str | None
    """Stable reason why it was not done; null otherwise."""
    text: str | None
    """The same in words; the venue's own for a rejection."""
    at: TimeText
    """When it was asked."""
    ended_at: TimeText | None


def request_view(request: Request) -> RequestView:
    """Return a request as the API shows it."""
    wanted = request.replacement
    return RequestView(
        request=request.request,
        kind=request.kind,
        status=request.status,
        quantity=None if wanted is None else wanted.quantity,
        price=None if wanted is None else wanted.price,
        stop_price=None if wanted is None else wanted.stop_price,
        actor=request.actor,
        reason=request.reason,
        code=request.code,
        text=request.text,
        at=time_text(request.at),
        ended_at=None if request.ended_at is None else time_text(request.ended_at),
    )

"""What is answered to who cancels or replaces orders."""

import msgspec

from fillgate.domain.life_cycle import OrderStatus
from fillgate.service.shown import OrderView
from fillgate.service.shown_requests import RequestView

__all__ = ["CancelList", "CanceledOrder", "RequestAnswer"]


class RequestAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a request, and the order as it is."""

    request: RequestView
    order: OrderView
    replayed: bool
    """True when the request was there before: by its key, or a cancel that was on its way."""


class CanceledOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the cancel of one order."""

    client_order_id: str
    status: OrderStatus | None = None
    """What the order is; absent where it was not asked for."""
    request: RequestView | None = None
    """The cancel; absent where it was not asked for."""
    code: str | None = None
    """Why the venue was not asked."""
    reason: str | None = None
    """The same in words."""


class CancelList(msgspec.Struct, frozen=True, kw_only=True):
    """The orders that were to be cancelled: those that waited first, then oldest first."""

    orders: tuple[CanceledOrder, ...]

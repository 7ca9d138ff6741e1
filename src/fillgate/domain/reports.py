"""What a venue tells about an order: the answer to a submission, later reports, lookups."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import msgspec

from fillgate.domain.fills import Fee, Fill
from fillgate.domain.life_cycle import OrderStatus, ReportType
from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import Side

__all__ = [
    "ArrivalQuote",
    "ExecutionReport",
    "ExecutionResult",
    "Found",
    "Lookup",
    "NotFound",
    "report_type_of",
]


class ArrivalQuote(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What was bid and asked when an order reached its venue; for reports of what trading cost."""

    bid: Decimal
    ask: Decimal
    timestamp: int
    """When it was so, Unix milliseconds."""


class ExecutionResult(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What `execute_order` answers.

    A result counts only with `success` and the venue's `order_id`; a refusal only with `status`
    REJECTED and the venue's words in `error`. Anything else is treated as Unknown.
    """

    success: bool
    order_id: str | None = None
    """The venue's id of the order."""
    filled_quantity: Decimal = ZERO
    """Executed so far, in the order's unit; a total, not an increment."""
    average_price: Decimal | None = None
    error: str | None = None
    """The venue's own words when it refused."""
    code: str | None = None
    """Stable reason of a refusal, for example `INSUFFICIENT_FUNDS`."""
    timestamp: int
    """When the venue answered, Unix milliseconds."""
    status: OrderStatus | None = None
    """None: derived from `filled_quantity`."""
    fees: tuple[Fee, ...] = ()
    fills: tuple[Fill, ...] = ()
    """The single executions, where the venue names them."""
    arrival: ArrivalQuote | None = None
    """What the order found at the venue, where the plugin knows it without asking for it."""


class ExecutionReport(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """One thing the venue told us about an order after its submission (FIX ExecutionReport).

    An order that was replaced may be told of under the id of the replacing request.
    """

    client_order_id: str | None = None
    order_id: str
    symbol: str
    side: Side
    quantity: Decimal | None = None
    """The order's whole quantity as the venue has it (FIX OrderQty); None where it does not
    tell."""
    price: Decimal | None = None
    """The limit price as the venue has it; None where it does not tell or there is none."""
    stop_price: Decimal | None = None
    status: OrderStatus
    filled_quantity: Decimal = ZERO
    """Executed so far, before a replace too; a total, not an increment (FIX CumQty)."""
    average_price: Decimal | None = None
    fees: tuple[Fee, ...] = ()
    """Total fees so far."""
    fills: tuple[Fill, ...] = ()
    busted: tuple[str, ...] = ()
    """Ids of fills that the venue takes back (FIX ExecType Trade Cancel). With these or with
    `corrected`, `filled_quantity` may be less than before."""
    corrected: tuple[Fill, ...] = ()
    """Known fills as they should have been told (FIX ExecType Trade Correct)."""
    created: int | None = None
    """When the venue took the order, Unix milliseconds."""
    timestamp: int
    """When this became true, Unix milliseconds."""
    text: str | None = None


class Found(msgspec.Struct, frozen=True, gc=False):
    """A lookup's answer: the venue has the order."""

    report: ExecutionReport


class NotFound(msgspec.Struct, frozen=True, gc=False):
    """A lookup's answer: the venue was asked and does not know the order. No proof of absence."""


Lookup = Found | NotFound
"""What `fetch_order` answers; it raises when it could not ask."""


_BY_STATUS: Final[Mapping[OrderStatus | None, ReportType]] = {
    None: ReportType.NEW,
    OrderStatus.NEW: ReportType.NEW,
    OrderStatus.PARTIALLY_FILLED: ReportType.PARTIAL_FILL,
    OrderStatus.FILLED: ReportType.FILL,
    OrderStatus.PENDING_CANCEL: ReportType.PENDING_CANCEL,
    OrderStatus.PENDING_REPLACE: ReportType.PENDING_REPLACE,
    OrderStatus.CANCELED: ReportType.CANCELED,
    OrderStatus.EXPIRED: ReportType.EXPIRED,
    OrderStatus.REJECTED: ReportType.REJECTED,
    OrderStatus.DENIED: ReportType.DENIED,
    OrderStatus.UNKNOWN: ReportType.UNANSWERED,
    OrderStatus.ABSENT: ReportType.ABSENT,
    # A venue that has accepted but not yet placed the order has it all the same.
    OrderStatus.PENDING_NEW: ReportType.NEW,
}


def report_type_of(status: OrderStatus | None, filled: Decimal, quantity: Decimal) -> ReportType:
    """Return what a venue's status and executed total amount to as a report.

    Without a status the executed total decides. A venue that says NEW of an order it has begun to
    fill is taken by its numbers.
    """
    told = _BY_STATUS[status]
    if told is not ReportType.NEW or not filled:
        return told
    return ReportType.FILL if filled >= quantity else ReportType.PARTIAL_FILL

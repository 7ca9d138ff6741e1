"""What a reconciliation found: differences between an account's venue and the journal."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from fillgate.domain.events import (
    Event,
    FillFound,
    ForeignFillSeen,
    ForeignOrderSeen,
    OrderAdopted,
    OrderAnomalous,
    OrderReported,
    PositionDiffered,
)
from fillgate.domain.fills import Fill
from fillgate.domain.numbers import decimal_text
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Side

__all__ = ["Finding", "Outcome", "Question", "finding_of"]


class Question:
    """What is asked of a venue."""

    OPEN_ORDERS: Final = "open-orders"
    FILLS: Final = "fills"
    POSITIONS: Final = "positions"
    ORDERS: Final = "orders"
    """Single orders that should be among the open ones and are not, or are and should not be."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One difference."""

    kind: str
    """The kind of the event that tells of it."""
    text: str
    """What differs, in words."""
    symbol: str
    client_order_id: str | None = None
    """Of the order of ours that it is about; None if it is about none."""
    order_id: str | None = None
    """The venue's id of the order, where one is known."""
    new: bool = True
    """False when it was found before and is still there."""

    def again(self) -> "Finding":
        """Return it as one that was found before."""
        return msgspec.structs.replace(self, new=False)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a reconciliation ended."""

    account: str
    cause: str
    """Why it was run: `start`, `gap`, `interval` or `request`."""
    at: int
    """When it ended, Unix microseconds."""
    asked: tuple[str, ...]
    """What the venue was asked: `open-orders`, `fills`, `positions`, `orders`."""
    failed: tuple[str, ...]
    """What it gave no answer to. Nothing was concluded from that."""
    findings: tuple[Finding, ...]
    left: int
    """Orders that are still to be looked up one by one, by the next run."""


def finding_of(event: Event, before: OrderState | None, after: OrderState | None) -> Finding | None:
    """Return what an event says about the journal: that it missed something.

    None for a fill that was counted by its sum already, and now has a name.

    Args:
        event: what was recorded.
        before: the order that it is about, as it was; None if it is not about a known one.
        after: the order as it is.
    """
    say = _TEXTS.get(type(event))
    if say is None or (isinstance(event, FillFound) and _counts_nothing(before, after)):
        return None
    told: Any = getattr(event, "report", event)
    order = None if after is None else after.order
    return Finding(
        kind=event.kind,
        text=say(event, before, after),
        symbol=told.symbol if order is None else order.symbol,
        client_order_id=None if order is None else order.client_order_id,
        order_id=getattr(told, "order_id", None) or (None if after is None else after.order_id),
    )


def _counts_nothing(before: OrderState | None, after: OrderState | None) -> bool:
    if before is None or after is None or after.anomalies > before.anomalies:
        return False
    return before.executed.total.quantity == after.executed.total.quantity


def _adopted(event: OrderAdopted, before: OrderState | None, _: object) -> str:
    order = event.order
    known = "was not known here" if before is None else f"was {before.status} here"
    what = f"{order.side} {decimal_text(order.quantity)} {order.symbol}"
    return f"{what} {known}, is {event.report.status} at the venue"


def _reported(_: OrderReported, before: OrderState, after: OrderState) -> str:
    return f"was {_status(before)} here, is {_status(after)} at the venue"


def _status(state: OrderState) -> str:
    filled = decimal_text(state.executed.total.quantity)
    return f"{state.standing} ({filled} of {decimal_text(state.order.quantity)} filled)"


def _fill_found(event: FillFound, _: object, after: OrderState) -> str:
    return f"missed a fill: {_fill(after.order.side, event.fill)}"


def _fill(side: Side, fill: Fill) -> str:
    return f"{side} {decimal_text(fill.quantity)} at {decimal_text(fill.price)}"


def _foreign_order(event: ForeignOrderSeen, *_: object) -> str:
    report = event.report
    quantity = "?" if report.quantity is None else decimal_text(report.quantity)
    whose = "not ours" if event.installation is None else f"of the fillgate {event.installation}"
    return f"an order {whose} works there: {report.side} {quantity} {report.symbol}"


def _foreign_fill(event: ForeignFillSeen, *_: object) -> str:
    return f"a fill that is not of our orders: {_fill(event.side, event.fill)}"


def _anomalous(event: OrderAnomalous, *_: object) -> str:
    return f"{event.code}: {event.text}"


def _differed(event: PositionDiffered, *_: object) -> str:
    ours, theirs = decimal_text(event.ours), decimal_text(event.theirs)
    return f"the position is {ours} here and {theirs} at the venue"


_TEXTS: Final[Mapping[type[Event], Callable[..., str]]] = {
    OrderAdopted: _adopted,
    OrderReported: _reported,
    FillFound: _fill_found,
    ForeignOrderSeen: _foreign_order,
    ForeignFillSeen: _foreign_fill,
    OrderAnomalous: _anomalous,
    PositionDiffered: _differed,
}

"""What an order is now: the fold of its events.

Invariants:

1. `OrderState.after` is pure: the same events give the same state, live or replayed.
2. A report that may not follow the status leaves it as it was and is counted as an anomaly;
   the executions that it tells of count all the same.
"""

from typing import Final, Self

import msgspec

from fillgate.domain.errors import IllegalMove
from fillgate.domain.events import (
    OrderAbsent,
    OrderAnomalous,
    OrderDenied,
    OrderEvent,
    OrderIntended,
    OrderNotSent,
    OrderRejected,
    OrderReported,
    OrderResolved,
    OrderSending,
    OrderUnanswered,
    SubmissionAnswered,
)
from fillgate.domain.executions import Executed
from fillgate.domain.life_cycle import OrderStatus, ReportType, next_status
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport, ExecutionResult, report_type_of

__all__ = ["FOLD_VERSION", "OrderState", "fold_orders"]

FOLD_VERSION: Final = 1
"""Raised whenever the same events would give another state; stored states carry it."""


class OrderState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order with what happened to it so far."""

    order: Order
    signal: int
    """Number of the signal behind it."""
    status: OrderStatus = OrderStatus.PENDING_NEW
    sending: bool = False
    """True once it may have left: a SENDING is durable."""
    order_id: str | None = None
    """The venue's id."""
    executed: Executed = Executed()
    code: str | None = None
    """Stable reason of a denial, a rejection or a missing answer."""
    text: str | None = None
    """The same in words; the venue's own for a rejection."""
    anomalies: int = 0
    created_at: int
    """When it was planned, Unix microseconds."""
    updated_at: int

    @classmethod
    def planned(cls, event: OrderIntended | OrderDenied, at: int) -> "OrderState":
        """Return the state of an order that this event tells of for the first time."""
        state = cls(order=event.order, signal=event.signal, created_at=at, updated_at=at)
        return state.after(event, at)

    def after(self, event: OrderEvent, at: int) -> "OrderState":  # noqa: PLR0911 - one arm a kind
        """Return the state after an event of this order, at that time (Unix microseconds)."""
        match event:
            case OrderIntended():
                return self._with(at)
            case OrderSending():
                return self._with(at, sending=True)._moved(ReportType.SENDING)
            case SubmissionAnswered(result=result):
                return self._answered(result, at)
            case OrderDenied(code=code, text=text) | OrderNotSent(code=code, text=text):
                return self._with(at, code=code, text=text)._moved(ReportType.DENIED)
            case OrderRejected(code=code, text=text):
                return self._with(at, code=code, text=text)._moved(ReportType.REJECTED)
            case OrderUnanswered(code=code, text=text):
                return self._with(at, code=code, text=text)._moved(ReportType.UNANSWERED)
            case OrderReported(report=report):
                return self._reported(report, at)
            case OrderAbsent():
                return self._with(at)._moved(ReportType.ABSENT)
            case OrderResolved():
                return self._resolved(event, at)
            case OrderAnomalous():
                return self._with(at, anomalies=self.anomalies + 1)
        msg = f"no rule for the event {type(event).__name__}"
        raise TypeError(msg)

    def _answered(self, result: ExecutionResult, at: int) -> "OrderState":
        filled = result.filled_quantity
        executed = self.executed.with_fills(result.fills).with_evidence(
            filled, result.average_price, result.fees
        )
        report = report_type_of(result.status, filled, self.order.quantity)
        return self._with(at, order_id=result.order_id, executed=executed)._moved(report)

    def _reported(self, report: ExecutionReport, at: int) -> "OrderState":
        executed = self.executed.with_fills(report.fills).with_evidence(
            report.filled_quantity, report.average_price, report.fees
        )
        kind = report_type_of(report.status, report.filled_quantity, self.order.quantity)
        changed = self._with(at, order_id=report.order_id, executed=executed)
        if kind is ReportType.REJECTED:
            changed = changed._with(at, code="REJECTED", text=report.text)
        return changed._moved(kind)

    def _resolved(self, event: OrderResolved, at: int) -> "OrderState":
        if event.report is not None:
            return self._reported(event.report, at)
        kind = report_type_of(event.status, self.executed.total.quantity, self.order.quantity)
        return self._with(at)._moved(kind)

    def _moved(self, report: ReportType) -> "OrderState":
        try:
            status = next_status(self.status, report)
        except IllegalMove:
            return self._with(self.updated_at, anomalies=self.anomalies + 1)
        return self if status is self.status else self._with(self.updated_at, status=status)

    def _with(self, at: int, **changes: object) -> Self:
        return msgspec.structs.replace(self, updated_at=at, **changes)


def fold_orders(
    states: dict[str, OrderState], event: OrderEvent, at: int
) -> tuple[OrderState | None, OrderState]:
    """Apply one event to a table of orders by id, and return the state before and after.

    Raises:
        KeyError: the event is about an order that was never planned.
    """
    before = states.get(event.client_order_id)
    if before is None:
        if not isinstance(event, OrderIntended | OrderDenied):
            raise KeyError(event.client_order_id)
        after = OrderState.planned(event, at)
    else:
        after = before.after(event, at)
    states[event.client_order_id] = after
    return before, after

"""What an order is now: the fold of its events.

Invariants:

1. `OrderState.after` is pure: the same events give the same state, live or replayed.
2. A report that may not follow the status leaves it as it was and is counted as an anomaly;
   the executions that it tells of count all the same.
3. A known fill told with another quantity or price counts as it was first told, and is an anomaly.
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
from fillgate.domain.executions import NOTHING_EXECUTED, Executed
from fillgate.domain.life_cycle import OrderStatus, ReportType, next_status
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport, ExecutionResult, report_type_of

__all__ = ["FOLD_VERSION", "OrderState", "fold_orders", "next_state"]

FOLD_VERSION: Final = 1
"""Raised whenever the same events would give another state; stored states carry it."""


_TRUE_ALL_THE_SAME: Final = ("order_id", "executed")
"""What a report tells that counts although the order may not move."""


class OrderState(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """An order with what happened to it so far."""

    order: Order
    signal: int
    """Number of the signal behind it."""
    status: OrderStatus = OrderStatus.PENDING_NEW
    sending: bool = False
    """True once it may have left: a SENDING is durable."""
    order_id: str | None = None
    """The venue's id."""
    executed: Executed = NOTHING_EXECUTED
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
        sending = isinstance(event, OrderIntended) and event.sending
        state = cls(
            order=event.order, signal=event.signal, sending=sending, created_at=at, updated_at=at
        )
        return state if isinstance(event, OrderIntended) else state.after(event, at)

    def after(self, event: OrderEvent, at: int) -> "OrderState":  # noqa: PLR0911 - one arm a kind
        """Return the state after an event of this order, at that time (Unix microseconds)."""
        match event:
            case SubmissionAnswered(result=result):
                return self._answered(result, at)
            case OrderIntended(sending=sending):
                return self._with(at, sending=self.sending or sending)
            case OrderSending():
                return self._moved(at, ReportType.SENDING, sending=True)
            case OrderDenied(code=code, text=text) | OrderNotSent(code=code, text=text):
                return self._moved(at, ReportType.DENIED, code=code, text=text)
            case OrderRejected(code=code, text=text):
                return self._moved(at, ReportType.REJECTED, code=code, text=text)
            case OrderUnanswered(code=code, text=text):
                return self._moved(at, ReportType.UNANSWERED, code=code, text=text)
            case OrderReported(report=report):
                return self._reported(report, at)
            case OrderAbsent():
                return self._moved(at, ReportType.ABSENT)
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
        clash = bool(self.executed.conflicting(result.fills))
        return self._moved(at, report, clash=clash, order_id=result.order_id, executed=executed)

    def _reported(self, report: ExecutionReport, at: int) -> "OrderState":
        executed = self.executed.with_fills(report.fills).with_evidence(
            report.filled_quantity, report.average_price, report.fees
        )
        kind = report_type_of(report.status, report.filled_quantity, self.order.quantity)
        # What the venue tells replaces the reason why the order was UNKNOWN.
        code = "REJECTED" if kind is ReportType.REJECTED else None
        text = report.text if kind is ReportType.REJECTED else None
        facts = {"order_id": report.order_id, "executed": executed}
        clash = bool(self.executed.conflicting(report.fills))
        return self._moved(at, kind, clash=clash, code=code, text=text, **facts)

    def _resolved(self, event: OrderResolved, at: int) -> "OrderState":
        if event.report is not None:
            return self._reported(event.report, at)
        kind = report_type_of(event.status, self.executed.total.quantity, self.order.quantity)
        return self._moved(at, kind)

    def _moved(
        self, at: int, report: ReportType, *, clash: bool = False, **changes: object
    ) -> Self:
        try:
            status = next_status(self.status, report)
        except IllegalMove:
            stand = {name: changes[name] for name in _TRUE_ALL_THE_SAME if name in changes}
            return self._with(at, anomalies=self.anomalies + 1, **stand)
        anomalies = self.anomalies + clash
        return msgspec.structs.replace(
            self, updated_at=at, status=status, anomalies=anomalies, **changes
        )

    def _with(self, at: int, **changes: object) -> Self:
        return msgspec.structs.replace(self, updated_at=at, **changes)


def next_state(before: OrderState | None, event: OrderEvent, at: int) -> OrderState:
    """Return the state of an order after an event; `before` is None for one not planned yet.

    Raises:
        KeyError: the event is about an order that was never planned.
    """
    if before is not None:
        return before.after(event, at)
    if isinstance(event, OrderIntended | OrderDenied):
        return OrderState.planned(event, at)
    raise KeyError(event.client_order_id)


def fold_orders(
    states: dict[str, OrderState], event: OrderEvent, at: int
) -> tuple[OrderState | None, OrderState]:
    """Apply one event to a table of orders by id, and return the state before and after.

    Raises:
        KeyError: the event is about an order that was never planned.
    """
    before = states.get(event.client_order_id)
    after = next_state(before, event, at)
    states[event.client_order_id] = after
    return before, after

"""From what a plugin returned or raised to the event that is recorded: the four endings.

Invariants:

1. A result counts only with success, the venue's order id and sound values (`soundness`).
2. A rejection counts only in the venue's own words.
3. Whatever is not listed here is Unknown.
"""

from typing import Final

import msgspec

from fillgate.domain.errors import CodedError, Denied, NotSent, Rejected, Unknown
from fillgate.domain.events import (
    OrderEvent,
    OrderNotSent,
    OrderRejected,
    OrderReported,
    OrderUnanswered,
    SubmissionAnswered,
)
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport, ExecutionResult
from fillgate.domain.telling import brief, named
from fillgate.engine.soundness import is_sound
from fillgate.engine.submission import Endings

__all__ = [
    "ORDER_ENDINGS",
    "event_of_error",
    "event_of_result",
    "fills_nothing",
    "late_report",
    "unanswered",
]


_STATUSES_OF_A_TAKEN_ORDER: Final = frozenset(
    {
        None,
        OrderStatus.PENDING_NEW,
        OrderStatus.NEW,
        OrderStatus.PARTIALLY_FILLED,
        OrderStatus.FILLED,
        OrderStatus.CANCELED,
        OrderStatus.EXPIRED,
    }
)

_WITH_A_FILL: Final = frozenset({OrderStatus.PARTIALLY_FILLED, OrderStatus.FILLED})

_ENDINGS: Final[tuple[tuple[type[CodedError], type[OrderRejected | OrderNotSent]], ...]] = (
    (Rejected, OrderRejected),
    (NotSent, OrderNotSent),
    # A local check inside the plugin: nothing left.
    (Denied, OrderNotSent),
)


def event_of_result(order: Order, result: object) -> OrderEvent:
    """Return the event for what `execute_order` returned."""
    if not isinstance(result, ExecutionResult):
        return unanswered(order, "NO_RESULT", f"the plugin returned {type(result).__name__}")
    if not is_sound(result):
        # What is told for reports alone must not cost the order its answer.
        result = msgspec.structs.replace(result, arrival=None)
        if not is_sound(result):
            return unanswered(order, "BROKEN_RESULT", f"values that cannot be: {result!a}")
    if result.success:
        return _event_of_success(order, result)
    if result.status is OrderStatus.REJECTED and result.error and result.error.strip():
        return OrderRejected(
            client_order_id=order.client_order_id,
            code=brief(result.code or "REJECTED"),
            text=brief(result.error),
        )
    words = result.error or "no words of the venue"
    return unanswered(order, result.code or "NO_DEFINITE_REASON", words)


def _event_of_success(order: Order, result: ExecutionResult) -> OrderEvent:
    if result.order_id is None or not result.order_id.strip():
        return unanswered(order, "NO_ORDER_ID", "success without the venue's order id")
    if result.status not in _STATUSES_OF_A_TAKEN_ORDER:
        return unanswered(order, "CONTRADICTION", f"success with the status {result.status}")
    if fills_nothing(result):
        return unanswered(order, "CONTRADICTION", f"{result.status} without a filled quantity")
    return SubmissionAnswered(client_order_id=order.client_order_id, result=result)


def fills_nothing(told: ExecutionResult | ExecutionReport) -> bool:
    """Tell whether an answer says that something was filled and does not say what."""
    return told.status in _WITH_A_FILL and not told.filled_quantity and not told.fills


def event_of_error(order: Order, error: BaseException) -> OrderEvent:
    """Return the event for what `execute_order` raised."""
    for kind, event in _ENDINGS:
        if isinstance(error, kind):
            return event(
                client_order_id=order.client_order_id,
                code=brief(error.code),
                text=brief(error.text),
            )
    if isinstance(error, Unknown):
        return unanswered(order, error.code, error.text)
    return unanswered(order, "PLUGIN_ERROR", named(error))


def late_report(order: Order, answered: SubmissionAnswered) -> OrderReported:
    """Return what is recorded of a result that came after the submission had ended."""
    result = answered.result
    assert result.order_id is not None
    report = ExecutionReport(
        client_order_id=order.client_order_id,
        order_id=result.order_id,
        symbol=order.symbol,
        side=order.side,
        status=result.status or OrderStatus.NEW,
        filled_quantity=result.filled_quantity,
        average_price=result.average_price,
        fees=result.fees,
        fills=result.fills,
        timestamp=result.timestamp,
    )
    return OrderReported(
        client_order_id=order.client_order_id, report=report, channel="late-answer"
    )


def unanswered(order: Order, code: str, text: str) -> OrderUnanswered:
    """Return the event that leaves an order UNKNOWN."""
    return OrderUnanswered(
        client_order_id=order.client_order_id, code=brief(code), text=brief(text)
    )


ORDER_ENDINGS: Final = Endings[Order](event_of_result, event_of_error, unanswered)
"""The endings of an order's submission."""

"""From what a plugin returned or raised to the event that is recorded: the four endings.

Invariants:

1. A result counts only with success, the venue's order id and sound numbers.
2. A rejection counts only in the venue's own words.
3. Whatever is not listed here is Unknown.
"""

from decimal import Decimal
from typing import Final

from fillgate.domain.errors import CodedError, Denied, NotSent, Rejected, Unknown
from fillgate.domain.events import (
    OrderEvent,
    OrderNotSent,
    OrderRejected,
    OrderUnanswered,
    SubmissionAnswered,
)
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionResult

__all__ = ["event_of_error", "event_of_result", "unanswered"]

_LONGEST_TEXT: Final = 500

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
    if result.success:
        return _event_of_success(order, result)
    if result.status is OrderStatus.REJECTED and result.error and result.error.strip():
        return OrderRejected(
            client_order_id=order.client_order_id,
            code=result.code or "REJECTED",
            text=result.error[:_LONGEST_TEXT],
        )
    words = result.error or "no words of the venue"
    return unanswered(order, result.code or "NO_DEFINITE_REASON", words)


def _event_of_success(order: Order, result: ExecutionResult) -> OrderEvent:
    if not isinstance(result.order_id, str) or not result.order_id.strip():
        return unanswered(order, "NO_ORDER_ID", "success without the venue's order id")
    if result.status not in _STATUSES_OF_A_TAKEN_ORDER:
        return unanswered(order, "CONTRADICTION", f"success with the status {result.status}")
    if not _sound(result.filled_quantity, least=0) or not _sound(result.average_price):
        return unanswered(order, "BROKEN_NUMBERS", "the result's numbers are not finite Decimals")
    return SubmissionAnswered(client_order_id=order.client_order_id, result=result)


def _sound(number: object, least: int | None = None) -> bool:
    if number is None:
        return least is None
    if not isinstance(number, Decimal) or not number.is_finite():
        return False
    return least is None or number >= least


def event_of_error(order: Order, error: BaseException) -> OrderEvent:
    """Return the event for what `execute_order` raised."""
    for kind, event in _ENDINGS:
        if isinstance(error, kind):
            return event(
                client_order_id=order.client_order_id,
                code=error.code,
                text=error.text[:_LONGEST_TEXT],
            )
    if isinstance(error, Unknown):
        return unanswered(order, error.code, error.text)
    return unanswered(order, "PLUGIN_ERROR", f"{type(error).__name__}: {error}")


def unanswered(order: Order, code: str, text: str) -> OrderUnanswered:
    """Return the event that leaves an order UNKNOWN."""
    return OrderUnanswered(
        client_order_id=order.client_order_id, code=code, text=text[:_LONGEST_TEXT]
    )

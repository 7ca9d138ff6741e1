"""From what a plugin returned or raised to the event that is recorded: the four endings.

Invariants:

1. A result counts only with success, the venue's order id and sound values: all of the declared
   types, all numbers finite, all of it writable.
2. A rejection counts only in the venue's own words.
3. Whatever is not listed here is Unknown.
"""

from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation
from typing import Final

import msgspec

from fillgate.domain.errors import CodedError, Denied, NotSent, Rejected, Unknown
from fillgate.domain.events import (
    OrderEvent,
    OrderNotSent,
    OrderRejected,
    OrderUnanswered,
    SubmissionAnswered,
)
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import MAX_DIGITS, MAX_EXPONENT
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport, ExecutionResult

__all__ = ["brief", "event_of_error", "event_of_result", "fills_nothing", "is_sound", "unanswered"]

_LONGEST_TEXT: Final = 500

_ENCODER: Final = msgspec.json.Encoder()
_DECODERS: Final = {kind: msgspec.json.Decoder(kind) for kind in (ExecutionResult, ExecutionReport)}

# Averages have more places than parsed numbers; beyond these nothing can be counted exactly.
_PLACES: Final = 2 * MAX_EXPONENT
_FINEST: Final = Decimal(1).scaleb(-_PLACES)
_COUNTED: Final = Context(prec=MAX_DIGITS + _PLACES, traps=[Inexact, InvalidOperation])

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


def is_sound(told: ExecutionResult | ExecutionReport) -> bool:
    """Tell whether a plugin's answer holds what its type declares, and can be written down.

    Structures check nothing when they are built: a float for money, a NaN or a lone surrogate would
    otherwise come to light when the journal is read.
    """
    try:
        again = _DECODERS[type(told)].decode(_ENCODER.encode(told))
    except Exception:  # noqa: BLE001 - what cannot be written down is not sound, whatever it raises
        return False
    numbers = [told.filled_quantity, *(fill.quantity for fill in told.fills)]
    others = [told.average_price, *(fill.price for fill in told.fills)]
    others += [fee.amount for fee in told.fees]
    others += [fee.amount for fill in told.fills for fee in fill.fees]
    return again == told and all(map(_is_amount, numbers)) and all(map(_is_number, others))


def _is_number(number: object) -> bool:
    return number is None or (isinstance(number, Decimal) and _is_countable(number))


def _is_amount(number: object) -> bool:
    return isinstance(number, Decimal) and _is_countable(number) and number >= 0


def _is_countable(number: Decimal) -> bool:
    try:
        return _COUNTED.quantize(number, _FINEST).is_finite()
    except DecimalException:
        return False


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
    return unanswered(order, "PLUGIN_ERROR", f"{type(error).__name__}: {brief(error)}")


def unanswered(order: Order, code: str, text: str) -> OrderUnanswered:
    """Return the event that leaves an order UNKNOWN."""
    return OrderUnanswered(
        client_order_id=order.client_order_id, code=brief(code), text=brief(text)
    )


def brief(text: object) -> str:
    """Return a text that can be written down whatever a plugin put into it."""
    try:
        words = str(text)
    except Exception:  # noqa: BLE001 - an error that cannot be told is one all the same
        words = type(text).__name__
    return words[:_LONGEST_TEXT].encode(errors="backslashreplace").decode()

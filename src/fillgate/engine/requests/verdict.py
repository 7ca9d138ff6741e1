"""From what a plugin answered to a request about an order to the event that is recorded.

Invariants:

1. An answer counts only if it is sound, about this order, and no contradiction.
2. A rejection counts only in the venue's own words. It concludes the request and says nothing of
   the order.
3. Whatever is not listed here is Unknown.
"""

from typing import Final, NamedTuple

from fillgate.domain.errors import CodedError, Denied, NotSent, NotSupported, Rejected, Unknown
from fillgate.domain.events import (
    RequestAnswered,
    RequestEvent,
    RequestNotSent,
    RequestRejected,
    RequestUnanswered,
)
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport
from fillgate.domain.telling import brief, named
from fillgate.engine.identity import mismatch
from fillgate.engine.soundness import is_sound
from fillgate.engine.submission import Endings
from fillgate.engine.verdict import fills_nothing

__all__ = ["REQUEST_ENDINGS", "Asked"]

# What a venue does not say of an order that it took, and what would be a refusal without words.
_NO_ANSWER: Final = frozenset(
    {OrderStatus.DENIED, OrderStatus.UNKNOWN, OrderStatus.ABSENT, OrderStatus.REJECTED}
)

_REFUSALS: Final[tuple[tuple[type[CodedError], type[RequestRejected | RequestNotSent]], ...]] = (
    (Rejected, RequestRejected),
    (NotSent, RequestNotSent),
    # A local check inside the plugin: nothing left.
    (Denied, RequestNotSent),
)


class Asked(NamedTuple):
    """A request on its way."""

    state: OrderState
    """The order as it was with the request."""
    request: str
    """The request's id."""
    replacement: Order | None = None

    @property
    def client_order_id(self) -> str:
        """The order that it is about."""
        return self.state.order.client_order_id


def answered(asked: Asked, report: object) -> RequestEvent:
    """Return the event for what the plugin returned."""
    if not isinstance(report, ExecutionReport):
        return unanswered(asked, "NO_RESULT", f"the plugin returned {type(report).__name__}")
    if not is_sound(report):
        return unanswered(asked, "BROKEN_RESULT", f"values that cannot be: {report!a}")
    if not report.order_id.strip():
        return unanswered(asked, "NO_ORDER_ID", "a report without the venue's order id")
    if report.status in _NO_ANSWER or fills_nothing(report):
        return unanswered(asked, "CONTRADICTION", f"an answer with the status {report.status}")
    different = mismatch(asked.state, report)
    if different is not None:
        return unanswered(asked, "ANSWER_MISMATCH", different)
    return RequestAnswered(
        client_order_id=asked.client_order_id, request=asked.request, report=report
    )


def failed(asked: Asked, error: BaseException) -> RequestEvent:
    """Return the event for what the plugin raised."""
    for kind, event in _REFUSALS:
        if isinstance(error, kind):
            return event(
                client_order_id=asked.client_order_id,
                request=asked.request,
                code=brief(error.code),
                text=brief(error.text),
            )
    if isinstance(error, NotSupported):
        return RequestNotSent(
            client_order_id=asked.client_order_id,
            request=asked.request,
            code="NOT_SUPPORTED",
            text=brief(error),
        )
    if isinstance(error, Unknown):
        return unanswered(asked, error.code, error.text)
    return unanswered(asked, "PLUGIN_ERROR", named(error))


def unanswered(asked: Asked, code: str, text: str) -> RequestEvent:
    """Return the event that leaves a request UNKNOWN."""
    return RequestUnanswered(
        client_order_id=asked.client_order_id,
        request=asked.request,
        code=brief(code),
        text=brief(text),
    )


REQUEST_ENDINGS: Final = Endings[Asked](answered, failed, unanswered)
"""The endings of a request to cancel or replace."""

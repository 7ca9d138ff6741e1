"""From the service's answer to the ending of a submission.

Invariants:

1. A result needs a success status and an order_id.
2. `ignored` and `dry_run` are refusals with these codes, whatever else the answer says.
3. `error` is a refusal only for a definite reason; see `reasons`.
4. HTTP 400, 401, 403 and 422 are refusals only in the service's own words, and not if these leave
   a doubt. A web page or a bare text comes from something in between.
5. An answer that contradicts itself, and whatever is not listed here, is Unknown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

from fillgate.domain.errors import Rejected, Unknown
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionResult
from fillgate.plugins.ccxt_http.answers import (
    BrokenAnswer,
    Json,
    NumberText,
    names_an_order,
    number_of,
    order_id_of,
    read_object,
    words_of,
)
from fillgate.plugins.ccxt_http.reasons import UNDECIDED, definite_reason, doubt_in
from fillgate.plugins.ccxt_http.wire import Answer

__all__ = ["Submitted", "result_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """An order and what its answer is judged by."""

    order: Order
    timestamp: int
    """When the answer came, Unix milliseconds."""
    error_means_rejected: bool
    """See `Options.error_means_rejected`."""


Fields: TypeAlias = dict[str, Json]
_Reading: TypeAlias = Callable[[Submitted, int, Fields], ExecutionResult]


def result_of(submitted: Submitted, answer: Answer) -> ExecutionResult:
    """Return the result that an answer amounts to.

    Raises:
        Rejected: the service refused the order, definitely and in its own words.
        Unknown: everything else.
    """
    reading = _BY_HTTP_STATUS.get(answer.status)
    if reading is None:
        raise Unknown("HTTP_STATUS", f"the service answered HTTP {answer.status}")
    try:
        return reading(submitted, answer.status, read_object(answer.body))
    except BrokenAnswer as error:
        raise Unknown("BROKEN_ANSWER", f"HTTP {answer.status}: {error}") from None


def _outcome(submitted: Submitted, http_status: int, answer: Fields) -> ExecutionResult:
    status = answer.get("status")
    if not isinstance(status, str) or isinstance(status, NumberText):
        raise BrokenAnswer("no status in the answer")
    reading = _BY_STATUS.get(status.strip().lower())
    if reading is None:
        raise Unknown("UNLISTED_STATUS", f"status {status!r} is none that fillgate knows")
    return reading(submitted, http_status, answer)


def _taken(submitted: Submitted, _: int, answer: Fields) -> ExecutionResult:
    order_id = order_id_of(answer.get("order_id"))
    if order_id is None:
        raise Unknown("NO_ORDER_ID", "success without the venue's order_id")
    filled = number_of(answer.get("filled_quantity")) or ZERO
    if filled < 0:
        raise BrokenAnswer(f"a filled_quantity of {filled}")
    return ExecutionResult(
        success=True,
        order_id=order_id,
        filled_quantity=filled,
        # Services write 0 for an order that has no executions yet.
        average_price=number_of(answer.get("average_price")) or None,
        timestamp=submitted.timestamp,
        status=_status(filled, submitted.order.quantity),
    )


def _status(filled: Decimal, quantity: Decimal) -> OrderStatus:
    if filled >= quantity:
        return OrderStatus.FILLED
    return OrderStatus.PARTIALLY_FILLED if filled else OrderStatus.NEW


def _not_executed(_submitted: Submitted, _: int, answer: Fields) -> ExecutionResult:
    code = str(answer["status"]).strip().upper()
    raise Rejected(code, _text(answer) or "the service did not execute the order")


def _error(submitted: Submitted, _: int, answer: Fields) -> ExecutionResult:
    _check_for_doubt(submitted, answer)
    code = definite_reason(words_of(answer))
    if code is None and not submitted.error_means_rejected:
        raise Unknown("NO_DEFINITE_REASON", _text(answer) or "the service gave no reason")
    raise Rejected(code or "ERROR", _text(answer) or "the service gave no reason")


_REFUSALS: Final = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    422: "INVALID_REQUEST",
}

# What a refusal's own `status` may be, besides HTTP's number.
_STATUSES_OF_A_REFUSAL: Final = frozenset(
    {"error", "fail", "failed", "failure", "rejected", "denied", "invalid"}
)


def _refusal(submitted: Submitted, http_status: int, answer: Fields) -> ExecutionResult:
    status = answer.get("status")
    if isinstance(status, str) and status.strip().lower() in _NOT_EXECUTED:
        return _not_executed(submitted, http_status, answer)
    if not _is_refused(status, http_status):
        raise Unknown("CONTRADICTION", f"HTTP {http_status} with another status in the answer")
    texts = words_of(answer)
    if not texts:
        raise Unknown("NO_WORDS", f"HTTP {http_status} without words of the service")
    _check_for_doubt(submitted, answer)
    raise Rejected(definite_reason(texts) or _REFUSALS[http_status], _text(answer))


def _is_refused(status: Json, http_status: int) -> bool:
    if status is None or isinstance(status, NumberText):
        return status in {None, str(http_status)}
    return isinstance(status, str) and status.strip().lower() in _STATUSES_OF_A_REFUSAL


def _check_for_doubt(submitted: Submitted, answer: Fields) -> None:
    if names_an_order(answer):
        raise Unknown("CONTRADICTION", f"a refusal that names an order: {_text(answer)}")
    order = submitted.order
    attached = order.stop_loss is not None or order.take_profit is not None
    doubt = doubt_in(words_of(answer), attached_stops=attached)
    if doubt == UNDECIDED and submitted.error_means_rejected:
        return
    if doubt is not None:
        raise Unknown(doubt, _text(answer))


def _text(answer: Fields) -> str:
    return "; ".join(words_of(answer))


_NOT_EXECUTED: Final = frozenset({"ignored", "dry_run"})

_BY_STATUS: Final[dict[str, _Reading]] = {
    "executed": _taken,
    "ok": _taken,
    "success": _taken,
    "filled": _taken,
    "ignored": _not_executed,
    "dry_run": _not_executed,
    "error": _error,
}

_BY_HTTP_STATUS: Final[dict[int, _Reading]] = {
    200: _outcome,
    201: _outcome,
    202: _outcome,
    400: _refusal,
    401: _refusal,
    403: _refusal,
    422: _refusal,
}

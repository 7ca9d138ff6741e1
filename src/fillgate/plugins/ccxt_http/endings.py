"""From a service's answer in the protocol of the bridge to the ending of what was asked for.

Invariants:

1. An ending counts only as the service itself names it; what names none is no answer of it.
2. A result counts only with what the venue's plugin answered. Everything else is Unknown.
"""

from collections.abc import Mapping
from typing import Final, TypeVar

from fillgate.domain.errors import CodedError, NotSent, Rejected, Unknown
from fillgate.domain.reports import ExecutionReport, ExecutionResult
from fillgate.plugins.ccxt_http.answers import BrokenAnswer, read_object
from fillgate.plugins.ccxt_http.protocol import ActEnding, Ending, OrderEnding, Refused, decode
from fillgate.plugins.ccxt_http.wire import Answer

__all__ = ["names_an_ending", "report_of", "told_result"]

_OK: Final = 200
_RAISED: Final[Mapping[Ending, type[CodedError]]] = {
    Ending.REJECTED: Rejected,
    Ending.NOT_SENT: NotSent,
    Ending.UNKNOWN: Unknown,
}

Told = TypeVar("Told", OrderEnding, ActEnding)


def names_an_ending(answer: Answer) -> bool:
    """Tell whether an answer is one of the protocol, and not of an older service or a proxy."""
    try:
        return "ending" in read_object(answer.body)
    except BrokenAnswer:
        return False


def told_result(answer: Answer) -> ExecutionResult:
    """Return the result of a submission.

    Raises:
        Rejected, NotSent, Unknown: as the service says; Unknown for what says nothing.
    """
    told = _read(OrderEnding, answer)
    if told.result is None:
        raise Unknown("BROKEN_ANSWER", "a result without what the venue answered")
    return told.result


def report_of(answer: Answer) -> ExecutionReport:
    """Return what an order is after a cancel or a replace; raises as `told_result` does."""
    if not names_an_ending(answer):
        raise Unknown("HTTP_STATUS", f"HTTP {answer.status} in words that are none of a bridge")
    told = _read(ActEnding, answer)
    if told.report is None:
        raise Unknown("BROKEN_ANSWER", "a result without what the order is")
    return told.report


def _read(kind: type[Told], answer: Answer) -> Told:
    """Return the ending of a request if it is a result, else raise it."""
    try:
        if answer.status != _OK:
            refused = decode(Refused, answer.body)
            raise _RAISED.get(refused.ending, Unknown)(refused.code, refused.message)
        told = decode(kind, answer.body)
    except BrokenAnswer as error:
        raise Unknown("BROKEN_ANSWER", f"HTTP {answer.status}: {error}") from None
    if told.ending is Ending.RESULT:
        return told
    raise _RAISED[told.ending](told.code or "NO_CODE", told.message)

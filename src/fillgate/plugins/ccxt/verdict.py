"""From what ccxt raised to the ending of a submission, by what went over the wire.

The class of an error alone decides nothing: ccxt raises the same for a connection that was refused
and for one that was reset after the order.

Invariants:

1. NotSent: no request that could have placed the order was given a connection.
2. Rejected: the venue's own JSON came whole, ccxt read an error out of that very answer, and the
   error is listed. HTTP 5xx is no refusal, whatever its body, but where the table says that the
   venue refuses so, in the form in which it does.
3. What is raised after ccxt found no error in the venue's answer is Unknown: the order was taken.
4. "Duplicate" is Unknown: the venue has the order, from before; a lookup adopts it.
5. Whatever is not listed here is Unknown.
"""

import re
from collections.abc import Mapping
from typing import Final

from fillgate.domain.errors import CodedError, NotSent, Rejected, Unknown
from fillgate.plugins.ccxt.answers import (
    is_error_list,
    is_json,
    names_an_order,
    says_one_of,
    spoken,
)
from fillgate.plugins.ccxt.traffic import Call, Traffic
from fillgate.plugins.ccxt.venues import Evidence, Venue

__all__ = ["ending_of", "is_absence", "kinds_of", "placing_method", "refuses_the_time", "told"]

_SERVER_ERRORS: Final = 500
_QUERY: Final = re.compile(r"(https?://[^\s?]*)\?\S*")

# By ccxt's class; the most special one of an error counts.
_REFUSALS: Final[Mapping[str, str]] = {
    "InsufficientFunds": "INSUFFICIENT_FUNDS",
    "OrderNotFound": "UNKNOWN_ORDER",
    "ContractUnavailable": "CONTRACT_UNAVAILABLE",
    "InvalidOrder": "INVALID_ORDER",
    "BadSymbol": "UNKNOWN_SYMBOL",
    "BadRequest": "INVALID_ORDER",
    "AccountNotEnabled": "ACCOUNT_NOT_ENABLED",
    "AccountSuspended": "ACCOUNT_SUSPENDED",
    "AuthenticationError": "AUTHENTICATION_FAILED",
    "MarketClosed": "MARKET_CLOSED",
    "RestrictedLocation": "RESTRICTED_LOCATION",
    "OperationRejected": "INVALID_ORDER",
    "InvalidNonce": "INVALID_NONCE",
    "RateLimitExceeded": "RATE_LIMITED",
    "DDoSProtection": "RATE_LIMITED",
}

_DUPLICATE: Final = "DuplicateOrderId"
# ccxt takes it for a refused key.
_TIME_OF_GATE: Final = "REQUEST_EXPIRED"

# By the class of aiohttp's or the system's error below ccxt's.
_NEVER_LEFT: Final[Mapping[str, str]] = {
    "ConnectionTimeoutError": "CONNECT_TIME_OUT",
    "ClientConnectionError": "CONNECT_FAILED",
    "TimeoutError": "CONNECT_TIME_OUT",
}
_LOST: Final[Mapping[str, str]] = {
    "ServerTimeoutError": "READ_TIME_OUT",
    "TimeoutError": "READ_TIME_OUT",
    "ClientConnectionError": "CONNECTION_LOST",
    "ClientError": "BROKEN_ANSWER",
    "AnswerTooLarge": "ANSWER_TOO_LARGE",
}


def ending_of(
    error: Exception, traffic: Traffic, venue: Venue, method: str | None = None
) -> CodedError:
    """Return the ending of a submission, or of another request, in which ccxt raised this.

    Args:
        error: what was raised.
        traffic: what went over the wire meanwhile.
        venue: the exchange's entry in the table.
        method: HTTP's, by which alone it can have been sent; None if by any.
    """
    if isinstance(error, CodedError):
        return error
    if not traffic.left(method):
        return _not_sent(error, traffic)
    last = traffic.last
    assert last is not None
    if last.read_well:
        return Unknown("BROKEN_ANSWER", f"the venue took it, then {told(error)}")
    if last.status is None or last.body is None:
        return Unknown(_of_cause(error, _LOST, "TRANSPORT_FAILED"), told(error))
    return _of_answer(error, last, venue)


def placing_method(venue: Venue) -> str | None:
    """Return the HTTP method by which orders are placed; None where that is not known."""
    return None if venue.evidence is Evidence.NONE else venue.order_method


def _not_sent(error: Exception, traffic: Traffic) -> NotSent:
    last = traffic.last
    if last is None:
        # ccxt's own checks, before any request.
        return NotSent(_of_kind(error, _REFUSALS) or "NOT_SUPPORTED", told(error))
    if last.left:
        text = f"what has to be asked before an order was not answered well: {told(error)}"
        return NotSent("NOT_PREPARED", text)
    return NotSent(_of_cause(error, _NEVER_LEFT, "CONNECT_FAILED"), told(error))


def _of_answer(error: Exception, last: Call, venue: Venue) -> CodedError:
    assert last.status is not None
    words = spoken(last.body)
    if words is None:
        text = f"HTTP {last.status}: an answer that is not the venue's own"
        return Unknown("HTTP_STATUS", text)
    text = str(words)
    if _DUPLICATE in kinds_of(error) or says_one_of(words, venue.duplicate_codes):
        return Unknown("DUPLICATE_ORDER", text)
    if not _may_refuse(last, venue):
        return Unknown("HTTP_STATUS", f"HTTP {last.status}: {text}")
    code = _of_kind(error, _REFUSALS)
    if code is None:
        return Unknown("NO_DEFINITE_REASON", text)
    if names_an_order(last.body):
        return Unknown("CONTRADICTION", f"a refusal that names an order: {text}")
    return Rejected(code, text)


def _may_refuse(last: Call, venue: Venue) -> bool:
    assert last.status is not None
    if last.status < _SERVER_ERRORS:
        return True
    return last.status in venue.refuses_with and is_error_list(last.body)


def is_absence(error: Exception, traffic: Traffic) -> bool:
    """Tell whether a venue itself said that it does not know an order."""
    last = traffic.last
    if last is None or last.status is None or "OrderNotFound" not in kinds_of(error):
        return False
    if last.status >= _SERVER_ERRORS:
        return False
    # A list of orders in which it is not was read well.
    return is_json(last.body) if last.read_well else spoken(last.body) is not None


def refuses_the_time(error: BaseException) -> bool:
    """Tell whether a venue refused the time, or the nonce, that a request was stamped with."""
    return "InvalidNonce" in kinds_of(error) or _TIME_OF_GATE in str(error)


def kinds_of(error: BaseException) -> tuple[str, ...]:
    """Return the names of an error's classes, the most special one first."""
    return tuple(kind.__name__ for kind in type(error).__mro__)


def _of_kind(error: BaseException, table: Mapping[str, str]) -> str | None:
    return next((table[kind] for kind in kinds_of(error) if kind in table), None)


def _of_cause(error: BaseException, table: Mapping[str, str], default: str) -> str:
    """Return what a table says of an error, or of what lies below it."""
    below: BaseException | None = error
    while below is not None:
        code = _of_kind(below, table)
        if code is not None:
            return code
        below = below.__cause__ or below.__context__
    return default


def told(error: BaseException) -> str:
    """Return what happened, with the words of what lies below, and no signatures."""
    below = error.__cause__ or error.__context__
    words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if below is not None:
        words = f"{words} ({type(below).__name__}: {below})"
    return _QUERY.sub(r"\1?...", words)

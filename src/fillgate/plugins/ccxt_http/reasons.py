"""What a refusal's words prove: the table of definite reasons, and of the words that prove nothing.

Invariants:

1. Words of doubt come first: "insufficient funds" after "timed out, attempt 2" is no refusal.
2. A duplicate is an order that was placed earlier, never a refusal.
3. What stands in neither table proves nothing.

Texts are compared as lower-case words: `InsufficientFunds`, `INSUFFICIENT_FUNDS` and "Insufficient
funds!" are the same.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

__all__ = ["UNDECIDED", "definite_reason", "doubt_in"]

UNDECIDED: Final = "UNDECIDED"
"""The doubt of a service that could not find out itself."""

_SPECIFIC: Final[Mapping[str, tuple[str, ...]]] = {
    "INSUFFICIENT_FUNDS": (
        "insufficient funds",
        "insufficient fund",
        "insufficient balance",
        "insufficient margin",
        "insufficient buying power",
        "insufficient available balance",
        "not enough funds",
        "not enough balance",
        "not enough margin",
        "balance is insufficient",
        "balance not enough",
        "margin is insufficient",
        "exceeds available balance",
    ),
    "UNKNOWN_SYMBOL": (
        "bad symbol",
        "unknown symbol",
        "invalid symbol",
        "symbol not found",
        "symbol is not supported",
        "symbol not supported",
        "unsupported symbol",
        "unknown market",
        "does not have market symbol",
    ),
    "BAD_SIGNATURE": (
        "bad signature",
        "invalid signature",
        "missing signature",
        "wrong signature",
        "signature mismatch",
        "signature is invalid",
        "signature does not match",
        "signature verification failed",
        "signature for this request is not valid",
        "invalid webhook signature",
    ),
    "AUTHENTICATION_FAILED": (
        "authentication error",
        "authentication failed",
        "invalid api key",
        "api key is invalid",
        "permission denied",
        "unauthorized",
    ),
    "INVALID_NONCE": (
        "invalid nonce",
        "outside of the recv window",
        "ahead of the server s time",
    ),
    "MARKET_CLOSED": ("market closed", "market is closed", "trading is halted"),
    "ACCOUNT_SUSPENDED": ("account suspended", "account is suspended"),
    "INVALID_ORDER": (
        "filter failure",
        "lot size",
        "min notional",
        "minimum notional",
        "minimum amount precision",
        "invalid quantity",
        "invalid amount",
        "invalid price",
        "invalid side",
        "invalid order type",
        "unsupported order type",
        "order type not supported",
        "order type is not supported",
        "mandatory parameter",
        "order would immediately trigger",
        "order would trigger immediately",
        "order would immediately match and take",
        "order immediately fillable",
        "order not fillable",
        "reduce only order is rejected",
    ),
}
"""Phrases that are definite wherever they stand in a text."""

_GENERAL: Final[Mapping[str, str]] = {
    "invalid order": "INVALID_ORDER",
    "order rejected": "INVALID_ORDER",
    "operation rejected": "INVALID_ORDER",
    "bad request": "INVALID_ORDER",
    "arguments required": "INVALID_ORDER",
    "not supported": "NOT_SUPPORTED",
    "restricted location": "RESTRICTED_LOCATION",
    "contract unavailable": "CONTRACT_UNAVAILABLE",
    "account not enabled": "ACCOUNT_NOT_ENABLED",
}
"""Definite only as a whole text or before its first colon: a name, not a part of a sentence.

"invalid order id in the exchange's answer" is no refusal.
"""

_DOUBTS: Final[Mapping[str, tuple[str, ...]]] = {
    "DUPLICATE_ORDER": (
        "duplicate",
        "duplicated",
        "already exists",
        "already been",
        "already placed",
        "already processed",
        "already executed",
        "already used",
        "not unique",
        "must be unique",
        "idempotency",
    ),
    UNDECIDED: (
        "timeout",
        "time out",
        "timed out",
        "timedout",
        "etimedout",
        "econnreset",
        "econnaborted",
        "deadline",
        "network",
        "connection",
        "disconnected",
        "socket",
        "dns",
        "rate limit",
        "rate limits",
        "too many",
        "throttle",
        "throttled",
        "ddos",
        "d do s",
        "maintenance",
        "unavailable",
        "not available",
        "overloaded",
        "busy",
        "gateway",
        "internal",
        "unexpected",
        "unknown error",
        "unknown status",
        "status unknown",
        "unclear",
        "unconfirmed",
        "not confirmed",
        "may have",
        "might have",
        "pending",
        "retry",
        "retries",
        "retried",
        "retrying",
        "try again",
        "attempt",
        "attempts",
        "order not found",
        "no response",
        "bad response",
        "null response",
        "invalid response",
    ),
}
"""Phrases that leave open what became of the order, wherever they stand."""

# Where the words speak of something that happened, it may be this order: only a stop that was to
# be attached to it may have failed. "was not placed" speaks of nothing that happened.
_HAPPENED: Final = re.compile(
    r"(?P<negated>\b(?:not|never|cannot|nothing|no order|failed to) (?:(?:be|been|was) )?)?"
    r"\b(?:placed|executed|filled|partially|submitted|created|opened|cancell?ed)\b"
)
_ATTACHED: Final = (
    "stop loss",
    "stoploss",
    "take profit",
    "takeprofit",
    "sl order",
    "tp order",
    "bracket",
    "protective",
)
# "contract unavailable" is definite although something is unavailable.
_NO_DOUBT: Final = re.compile(r"\b(?:contract unavailable|outside of the recv window)\b")

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BETWEEN: Final = re.compile(r"[^a-z0-9]+")


def doubt_in(texts: Iterable[str], *, attached_stops: bool) -> str | None:
    """Return the code of why these words leave it open whether the order is at the venue, or None.

    Args:
        texts: what the service said.
        attached_stops: the order carried a stop loss or a take profit. Then words about one may
            mean that the order was placed and only its stop was not.
    """
    text = " ".join(_NO_DOUBT.sub(" ", _words(text)) for text in texts)
    for code, phrases in _DOUBTS.items():
        if _has(text, phrases):
            return code
    if any(match["negated"] is None for match in _HAPPENED.finditer(text)):
        return "PERHAPS_PLACED"
    return "PERHAPS_PLACED" if attached_stops and _has(text, _ATTACHED) else None


def definite_reason(texts: Iterable[str]) -> str | None:
    """Return the stable code of the definite reason that these words name, or None."""
    for text in texts:
        words = _words(text)
        for code, phrases in _SPECIFIC.items():
            if _has(words, phrases):
                return code
    for text in texts:
        for name in (text, text.partition(":")[0]):
            general = _GENERAL.get(_words(name))
            if general is not None:
                return general
    return None


def _words(text: str) -> str:
    return _BETWEEN.sub(" ", _CAMEL.sub(" ", text).lower()).strip()


def _has(words: str, phrases: Iterable[str]) -> bool:
    return any(f" {phrase} " in f" {words} " for phrase in phrases)

"""Whether a signed request is its sender's, and new enough.

Invariants:

1. What is signed is exactly what was sent: query and body as they came, one behind the other, but
   for the signature itself; of a WebSocket request its parameters, sorted by name.
2. Nothing of a request is looked at before its signature holds.
3. A request is taken from a second ahead of the exchange's clock to `recvWindow` behind it.

Source: Binance Spot API documentation, "Request security" and "Timing security".
"""

import hmac
import re
from collections.abc import Mapping
from typing import Final

from fillgate.practice.errors import Refused, bad_recv_window, invalid_signature, mandatory
from fillgate.practice.parameters import Parameters

__all__ = ["check_signature", "check_time", "signature_of", "signed_fields", "signed_text"]

_SIGNATURE: Final = re.compile(r"(?:^|&)signature=[^&]*")
_AHEAD: Final = 1_000
_WINDOW: Final = 5_000
_LONGEST_WINDOW: Final = 60_000
_MICROSECONDS: Final = 10**15


def signature_of(secret: str, text: str) -> str:
    """Return what a text is signed with: HMAC-SHA256, in hexadecimal."""
    return hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()


def signed_text(query: str, body: str) -> str:
    """Return what of a request is signed, of its raw query and body."""
    return _SIGNATURE.sub("", query) + _SIGNATURE.sub("", body)


def signed_fields(fields: Mapping[str, str]) -> str:
    """Return what of a WebSocket request is signed."""
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "signature")


def check_signature(secret: str, text: str, parameters: Parameters) -> None:
    """Refuse a request that its sender did not sign.

    Raises:
        Refused: it has no signature (-1102), or another one (-1022).
    """
    signature = parameters.needed("signature")
    if not hmac.compare_digest(signature_of(secret, text).encode(), signature.lower().encode()):
        raise invalid_signature()


def check_time(parameters: Parameters, now: int) -> None:
    """Refuse a request that is too old, or too far ahead.

    Args:
        parameters: `timestamp` in Unix milliseconds or microseconds, `recvWindow` in milliseconds.
        now: the time, Unix microseconds.

    Raises:
        Refused: it is (-1021), or does not say (-1102).
    """
    sent = parameters.integer("timestamp")
    if sent is None:
        raise mandatory("timestamp")
    window = parameters.amount("recvWindow") or _WINDOW
    if window > _LONGEST_WINDOW:
        raise bad_recv_window()
    ahead = (sent if sent >= _MICROSECONDS else sent * 1000) - now
    if ahead >= _AHEAD * 1000:
        text = "Timestamp for this request was 1000ms ahead of the server's time."
        raise Refused(-1021, text)
    if -ahead // 1000 > window:
        text = "Timestamp for this request is outside of the recvWindow."
        raise Refused(-1021, text)

"""The headers that requests may have, and those of answers."""

from collections.abc import Mapping
from typing import Any, Final

from fillgate.service.preferences import LONGEST_API_WAIT, LONGEST_WEBHOOK_WAIT

__all__ = ["ANSWER_HEADERS", "HEADERS_OF_STATUS", "REQUEST_HEADERS"]

_KEY: Final[Mapping[str, Any]] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 255,
    "pattern": "^[!-~]([ -~]*[!-~])?$",
}

REQUEST_HEADERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Idempotency-Key": {
        "description": "The same key is the same request, sent again. A bare word, or a text in "
        "quotes as a structured header.",
        "schema": _KEY,
    },
    "webhook-id": {
        "description": "Id of the message, by Standard Webhooks; used like `Idempotency-Key` where "
        "there is none.",
        "schema": _KEY,
    },
    "Prefer": {
        "description": "`wait=N`: how many seconds to wait for the outcome, at most "
        f"{LONGEST_API_WAIT:g} ({LONGEST_WEBHOOK_WAIT:g} on webhooks). `respond-async`: do not "
        "wait. What cannot be read is passed over (RFC 7240).",
        "schema": {"type": "string"},
        "example": "wait=5",
    },
    "Last-Event-ID": {
        "description": "The `id` of the message that was received last: what came after it is "
        "told, without a gap and without a repeat. It wins over `after`.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
    },
    "If-None-Match": {
        "description": "An `ETag` of before: answered with 304 if it is still that.",
        "schema": {"type": "string"},
    },
}
"""Headers of requests by name, besides credentials."""

ANSWER_HEADERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Idempotent-Replayed": {
        "description": "`true` when this delivery was not the first of its signal; else not there.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Location": {
        "description": "Where the outcome will be: the order, or the signal while it waits.",
        "required": True,
        "schema": {"type": "string", "pattern": "^/api/v1/(orders|signals)/.+$"},
    },
    "ETag": {
        "description": "Changes when the content does.",
        "required": True,
        "schema": {"type": "string"},
    },
    "WWW-Authenticate": {
        "description": "The scheme that the API takes.",
        "required": True,
        "schema": {"type": "string", "enum": ["Bearer"]},
    },
    "Retry-After": {
        "description": "Seconds until it makes sense to ask again.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
}
"""Headers of answers by name."""

HEADERS_OF_STATUS: Final[Mapping[int, str]] = {401: "WWW-Authenticate", 503: "Retry-After"}
"""The header that goes with a problem's status."""

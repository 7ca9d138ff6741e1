"""What several operations have in common."""

from typing import Final

__all__ = ["BODY", "ORDERS_PATH", "READ", "READABLE", "TAKING_HEADERS", "WEBHOOK_PATH"]

WEBHOOK_PATH: Final = "/webhook/tradingview"

ORDERS_PATH: Final = "/api/v1/orders"

BODY: Final = ("BODY_TOO_SLOW", "BODY_TOO_LARGE")

READ: Final = ("JOURNAL_UNAVAILABLE",)

READABLE: Final = (
    "NOT_UTF8",
    "MALFORMED_JSON",
    "NOT_AN_OBJECT",
    "TOO_DEEP",
    "DUPLICATE_KEY",
    "UNRESOLVED_PLACEHOLDER",
    "UNKNOWN_FIELD",
    "MISSING_FIELD",
    "INVALID_FIELD",
)

TAKING_HEADERS: Final = ("Idempotency-Key", "webhook-id", "Prefer")

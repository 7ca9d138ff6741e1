"""Times as the API shows them: RFC 3339 in UTC."""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

__all__ = ["TimeText", "time_text"]

TimeText = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$",
        extra_json_schema={"format": "date-time"},
    ),
]


def time_text(microseconds: int) -> str:
    """Return Unix microseconds as RFC 3339 text in UTC."""
    moment = datetime.fromtimestamp(microseconds // 1_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{microseconds % 1_000_000:06d}Z"

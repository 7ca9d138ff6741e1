"""Requests and replies of the hot path: raw ASGI, nothing in between.

Invariant: header names are lower-case bytes; of a repeated header the last counts.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, NamedTuple

__all__ = [
    "MAX_BODY",
    "ClientGone",
    "Receive",
    "Reply",
    "Scope",
    "Send",
    "headers_of",
]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MAX_BODY: Final = 64 * 1024
"""The largest body that is read, in bytes."""


class ClientGone(Exception):
    """The client hung up before its request was complete."""


class Reply(NamedTuple):
    """An answer ready to be sent."""

    status: int
    body: bytes
    content_type: bytes = b"application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()

    async def send(self, send: Send) -> None:
        """Send it."""
        headers = [
            (b"content-type", self.content_type),
            (b"content-length", b"%d" % len(self.body)),
            *self.headers,
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """Return a request's headers by lower-case name."""
    return dict(scope["headers"])

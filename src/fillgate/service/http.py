"""Requests and replies of the hot path: raw ASGI, nothing in between.

Invariants:

1. A body is counted while it is read; what exceeds the limit is never kept.
2. Header names are lower-case bytes; of a repeated header the last counts.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

__all__ = [
    "MAX_BODY",
    "BodyTooLarge",
    "ClientGone",
    "Receive",
    "Reply",
    "Scope",
    "Send",
    "headers_of",
    "read_body",
]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MAX_BODY: Final = 64 * 1024
"""The largest body that is read, in bytes."""

_BODY_SECONDS: Final = 10.0


class BodyTooLarge(Exception):
    """The body exceeds `MAX_BODY`."""


class ClientGone(Exception):
    """The client hung up before its request was complete."""


@dataclass(frozen=True, slots=True)
class Reply:
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


async def read_body(scope_headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """Return the whole body.

    Raises:
        BodyTooLarge: it is, or says it is, larger than `MAX_BODY`.
        ClientGone: the client hung up.
        TimeoutError: it did not arrive in time.
    """
    declared = scope_headers.get(b"content-length", b"0")
    if declared.isdigit() and int(declared[:20]) > MAX_BODY:
        raise BodyTooLarge
    async with asyncio.timeout(_BODY_SECONDS):
        return await _received(receive)


async def _received(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            raise BodyTooLarge
        if not message.get("more_body"):
            return b"".join((*chunks, chunk)) if chunks else chunk
        chunks.append(chunk)

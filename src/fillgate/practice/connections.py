"""One WebSocket: what comes is heard one by one, what is told waits in a queue.

Invariants:

1. Messages leave in the order in which they were told.
2. Nobody waits for a slow reader: one that is too far behind is dropped.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from fillgate.practice.breaking import abort

__all__ = ["Connection"]

_MOST: Final = 10_000
_GOING_AWAY: Final = 1001
_encode: Final = msgspec.json.Encoder().encode


class Connection:
    """A WebSocket that was accepted."""

    def __init__(self, socket: WebSocket) -> None:
        """Begin to hold what is told."""
        self._socket = socket
        self._outbox: asyncio.Queue[str] = asyncio.Queue(_MOST)
        self._ended = asyncio.Event()
        self.is_open = True
        self.address = socket.client.host if socket.client else "127.0.0.1"
        """Of who is on the other side."""

    def tell(self, message: Any) -> None:
        """Send a message, when its turn has come."""
        if not self.is_open:
            return
        try:
            self._outbox.put_nowait(_encode(message).decode())
        except asyncio.QueueFull:
            self.drop()

    def drop(self) -> None:
        """Reset the connection, without a farewell."""
        self.is_open = False
        abort(self._socket.scope)
        self._ended.set()

    def close(self) -> None:
        """Close the connection as the protocol has it."""
        self._ended.set()

    async def run(self, hear: Callable[[str], Awaitable[None]]) -> None:
        """Hear and tell until one side ends it."""
        work = [
            asyncio.ensure_future(self._read(hear)),
            asyncio.ensure_future(self._write()),
            asyncio.ensure_future(self._ended.wait()),
        ]
        try:
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in work:
                each.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            await self._farewell()

    async def _farewell(self) -> None:
        if self.is_open and self._socket.client_state is WebSocketState.CONNECTED:
            await self._socket.close(_GOING_AWAY)
        self.is_open = False

    async def _read(self, hear: Callable[[str], Awaitable[None]]) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect
            await hear(message.get("text") or (message.get("bytes") or b"").decode())

    async def _write(self) -> None:
        while True:
            await self._socket.send_text(await self._outbox.get())

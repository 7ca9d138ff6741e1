"""How an HTTP answer is sent, and how it is broken.

Invariant: a connection that is left hanging is let go when the client leaves or the server stops.
"""

import asyncio
import contextlib
import os
import socket
import struct
from collections.abc import Coroutine, Mapping
from typing import Any, Final, NamedTuple

from starlette.types import Receive, Scope, Send

from fillgate.practice.faults import Fault, FaultKind

__all__ = ["TRANSPORT", "Hanging", "Reply", "abort", "reset", "send_broken", "send_reply"]

TRANSPORT: Final = "fillgate.transport"
"""Where a request's scope holds its connection."""
_LINGER: Final = struct.pack("ii", 1, 0)


class Reply(NamedTuple):
    """An HTTP answer."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    content_type: str = "application/json;charset=UTF-8"


class Hanging:
    """The requests that are left without an answer."""

    def __init__(self) -> None:
        """None so far."""
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Let go of all."""
        self._stopped.set()

    async def hang(self, receive: Receive) -> None:
        """Return when the client has left, or all are let go."""
        await self.let_be(_until_left(receive))

    async def let_be(self, what: Coroutine[Any, Any, None]) -> None:
        """Return when this is done, or all are let go."""
        waits = [asyncio.ensure_future(self._stopped.wait()), asyncio.ensure_future(what)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


async def _until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def send_reply(reply: Reply, send: Send, *, cut: bool = False) -> None:
    """Send an answer; cut: only half of its body."""
    headers = {
        **reply.headers,
        "content-type": reply.content_type,
        "content-length": str(len(reply.body)),
    }
    encoded = [(name.lower().encode(), text.encode()) for name, text in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
    body = reply.body[: len(reply.body) // 2] if cut else reply.body
    await send({"type": "http.response.body", "body": body, "more_body": cut})


async def send_broken(
    fault: Fault, reply: Reply, hanging: Hanging, *, scope: Scope, receive: Receive, send: Send
) -> None:
    """Send an answer as a fault has it."""
    if fault.fault is FaultKind.HANG:
        await hanging.hang(receive)
        await _part(scope, receive)
    elif fault.fault in {FaultKind.RESET, FaultKind.DROP}:
        await _part(scope, receive)
    elif fault.fault is FaultKind.TRUNCATE:
        await send_reply(reply, send, cut=True)
        scope[TRANSPORT].close()
        await _until_left(receive)
    elif fault.fault is FaultKind.CUT_JSON:
        await send_reply(reply._replace(body=reply.body[: len(reply.body) // 2]), send)
    elif (answer := fault.answer) is None:
        await send_reply(reply, send)
    else:
        status, body = answer
        broken = Reply(status, body.encode(), reply.headers, fault.manner.content_type)
        await send_reply(broken, send)


async def _part(scope: Scope, receive: Receive) -> None:
    """Reset the connection, and return once the server knows that it is gone."""
    abort(scope)
    await _until_left(receive)


def abort(scope: Scope) -> None:
    """Reset the connection of a request (TCP RST), once."""
    transport: Any = scope.pop(TRANSPORT, None)
    if transport is not None:
        reset(transport)


def reset(transport: Any) -> None:
    """Reset a connection, unless it is closed."""
    if transport.is_closing():
        return
    connection = transport.get_extra_info("socket")
    # Some event loops hand out sockets without options; a duplicate has them.
    with (
        contextlib.suppress(OSError, ValueError),
        socket.socket(fileno=os.dup(connection.fileno())) as same,
    ):
        same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
    transport.abort()

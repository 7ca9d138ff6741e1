"""The bodies of requests, or the problems with them.

Invariants:

1. A body is counted while it is read; what exceeds the limit is never kept.
2. A body that does not arrive in time ends its request, not its connection's others.
"""

import asyncio
from typing import Any, Final

from fillgate.engine.deadlines import Deadlines
from fillgate.service.http import MAX_BODY, ClientGone, Receive
from fillgate.service.problems import Problem

__all__ = ["Bodies"]

_SECONDS: Final = 10.0


class Bodies:
    """Reads the bodies of requests, each in the request's own task."""

    def __init__(self, seconds: float = _SECONDS) -> None:
        """Give each body this many seconds to arrive."""
        self._deadlines: Deadlines[asyncio.Task[Any]] = Deadlines(seconds, _break_off)

    async def read(self, headers: dict[bytes, bytes], receive: Receive) -> bytes:
        """Return the whole body.

        Raises:
            Problem: it is, or says it is, larger than `MAX_BODY`, or did not arrive in time.
            ClientGone: the client hung up.
        """
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared[:20]) > MAX_BODY:
            raise _too_large()
        task = asyncio.current_task()
        assert task is not None
        self._deadlines.begin(task)
        try:
            body = await _received(receive)
        except BaseException as error:
            in_time = self._deadlines.end(task)
            if in_time or not isinstance(error, asyncio.CancelledError) or task.uncancel():
                raise
            text = f"the body did not arrive within {self._deadlines.seconds:g} s"
            raise Problem("BODY_TOO_SLOW", text) from None
        self._deadlines.end(task)
        return body


def _break_off(task: asyncio.Task[Any]) -> None:
    task.cancel()


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
            raise _too_large()
        if not message.get("more_body"):
            return b"".join((*chunks, chunk)) if chunks else chunk
        chunks.append(chunk)


def _too_large() -> Problem:
    return Problem("BODY_TOO_LARGE", f"expected at most {MAX_BODY} bytes")

"""One event stream: the answer to one who follows the events.

Invariants:

1. Every wanted event after the place where it began is sent, once, in the order of commits, until
   the stream ends; none is skipped. The id of the last one received is where to go on.
2. Nobody waits for a reader: it is handed what the tape or the journal holds, no more than it
   takes, and is cut off when it takes nothing for too long or falls behind the tape.
3. A stream that ends says so if its reader takes that; else the connection is broken.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from fillgate.journal.base import JournalUnavailable
from fillgate.journal.codec import UnreadableEvent
from fillgate.meters import StreamEnding
from fillgate.service.events.connection import make_frugal
from fillgate.service.events.messages import Message, cut_off, heartbeat, opening
from fillgate.service.events.places import Place
from fillgate.service.events.wanted import Wanted
from fillgate.service.http import Receive, Scope, Send

if TYPE_CHECKING:
    from fillgate.service.events.feed import EventFeed

__all__ = ["CUT_OFF", "EVENT_STREAM", "EventStream"]

EVENT_STREAM: Final = "text/event-stream"

_HEADERS: Final = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    # Proxies that gather answers before they pass them on would hold events back.
    (b"x-accel-buffering", b"no"),
)

CUT_OFF: Final[Mapping[str, str]] = {
    StreamEnding.BEHIND: "too much happened since the last message that was taken",
    StreamEnding.STALLED: "nothing was taken for too long",
    StreamEnding.BROKEN: "the journal could not be read",
}
"""What is told to readers that are cut off, by the reason."""

_FAREWELL: Final = b": the service stops\n\n"


class EventStream(Response):
    """Sends what one reader asked for, until it leaves, is cut off, or has all."""

    # Nothing of Starlette's own: what it would prepare is a whole body.
    def __init__(
        self, feed: "EventFeed", wanted: Wanted, begin: Place, *, until: int | None
    ) -> None:
        """Tell of what is wanted after `begin`.

        Args:
            feed: where it comes from.
            wanted: the filter.
            begin: where the reader is.
            until: position with which the stream ends; None to go on.
        """
        self._feed = feed
        self._wanted = wanted
        self._place = begin
        self._until = until
        self._on_tape = False
        self._ending: str | None = None
        self._left = asyncio.Event()
        self._awake = asyncio.Event()
        self._sending: asyncio.Timeout | None = None

    def wake(self) -> None:
        """Look for something to send."""
        self._awake.set()

    def end(self, reason: str) -> None:
        """End, for this reason if there is none yet."""
        if self._ending is not None:
            return
        self._ending = reason
        self._awake.set()
        if self._sending is not None and not self._sending.expired():
            soon = asyncio.get_running_loop().time() + self._feed.limits.parting
            self._sending.reschedule(soon)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request: raw ASGI, for it may go on for days."""
        transport = self._feed.transport_of(scope)
        if transport is not None:
            make_frugal(transport)
        listening = asyncio.create_task(self._listen(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            if scope["method"] == "HEAD":
                self.end(StreamEnding.COMPLETE)
            await self._tell(send)
            await self._part(transport, send)
        finally:
            listening.cancel()
            self._feed.closed(self, self._ending or StreamEnding.LEFT)

    async def _listen(self, receive: Receive) -> None:
        """Wait until the reader hangs up."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self._left.set()
        self.end(StreamEnding.LEFT)

    async def _tell(self, send: Send) -> None:
        await self._put(send, opening(self._place, self._feed.limits.retry))
        while self._ending is None:
            self._awake.clear()
            messages = await self._next()
            if messages:
                await self._send_wanted(send, messages)
            elif self._until is not None:
                self.end(StreamEnding.COMPLETE)
            elif self._ending is None:
                await self._rest(send)

    async def _next(self) -> Sequence[Message]:
        """Return what comes next: from the tape, or from the journal until it is on the tape."""
        if self._until is not None:
            page = await self._page()
            return [message for message in page if message.position <= self._until]
        messages = self._feed.tape.after(self._place.position)
        if messages is not None:
            self._on_tape = True
            return messages
        if self._on_tape:
            self.end(StreamEnding.BEHIND)
            return ()
        return await self._page()

    async def _page(self) -> Sequence[Message]:
        try:
            return await self._feed.page(self._place.position)
        except (JournalUnavailable, UnreadableEvent):
            self.end(StreamEnding.BROKEN)
            return ()

    async def _send_wanted(self, send: Send, messages: Sequence[Message]) -> None:
        wanted = self._wanted.among(messages)
        if not wanted or await self._put(send, b"".join(message.frame for message in wanted)):
            self._place = messages[-1].place

    async def _rest(self, send: Send) -> None:
        """Wait for something to happen; show a sign of life if nothing does."""
        try:
            async with asyncio.timeout(self._feed.limits.heartbeat):
                await self._awake.wait()
        except TimeoutError:
            await self._put(send, heartbeat(self._place))

    async def _put(self, send: Send, body: bytes) -> bool:
        """Send a piece; False if the reader did not take it in time."""
        try:
            async with asyncio.timeout(self._feed.limits.stall) as self._sending:
                await send({"type": "http.response.body", "body": body, "more_body": True})
        except TimeoutError:
            self.end(StreamEnding.STALLED)
            return False
        finally:
            self._sending = None
        return True

    async def _part(self, transport: asyncio.Transport | None, send: Send) -> None:
        """Say goodbye to a reader that takes it; break the connection to one that does not."""
        if self._left.is_set():
            return
        message: dict[str, Any] = {"type": "http.response.body", "body": self._last_words()}
        try:
            async with asyncio.timeout(self._feed.limits.parting):
                await send(message)
        except TimeoutError:
            if transport is not None:
                transport.abort()
                await self._left.wait()

    def _last_words(self) -> bytes:
        reason = self._ending or ""
        if reason == StreamEnding.STOPPING:
            return _FAREWELL
        text = CUT_OFF.get(reason)
        return b"" if text is None else cut_off(self._place, reason, text)

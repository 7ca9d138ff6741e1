"""One who reads an event stream, in this process: takes what is sent, or stops taking it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from tests.service.asgi import scope_of
from tests.service.conftest import Desk, encoded

EVENTS = "/api/v1/events"
PATIENCE = 5.0


class Told(NamedTuple):
    """One message of a stream."""

    id: str
    event: str
    data: Any


def messages(text: str) -> list[Told]:
    """Return the messages of a stream, read as the standard says."""
    found, last = [], ""
    for block in text.split("\n\n")[:-1]:
        fields: dict[str, str] = {}
        for line in block.split("\n"):
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        last = fields.get("id", last)
        if "data" in fields:
            found.append(Told(last, fields["event"], json.loads(fields["data"])))
    return found


class Reader:
    """A client of one stream."""

    def __init__(self) -> None:
        self.status = 0
        self.body = b""
        self.ended = False
        self.takes = asyncio.Event()
        """Cleared while the client reads nothing."""
        self.takes.set()
        self.gone = asyncio.Event()
        self._news = asyncio.Event()

    async def receive(self) -> MutableMapping[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        await self.takes.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.body += message.get("body", b"")
            self.ended = not message.get("more_body", False)
        self._news.set()

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def told(self) -> list[Told]:
        return messages(self.text)

    @property
    def place(self) -> str:
        """The last id, as an EventSource keeps it."""
        ids = [line for line in self.text.splitlines() if line.startswith("id: ")]
        return ids[-1].removeprefix("id: ")

    async def until(self, condition: Callable[[], bool]) -> None:
        """Read until the condition holds."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def many(self, count: int) -> list[Told]:
        """Read until there are so many messages."""
        await self.until(lambda: len(self.told) >= count)
        return self.told

    async def to_the_end(self) -> list[Told]:
        """Read until the service ends the stream."""
        await self.until(lambda: self.ended)
        return self.told


@asynccontextmanager
async def reading(desk: Desk, query: str = "", **headers: str) -> AsyncIterator[Reader]:
    """Read the stream of a desk; hang up at the end."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    scope = scope_of("GET", EVENTS + query, encoded(named))
    reader = Reader()
    answering = asyncio.create_task(_answer(desk, scope, reader))
    try:
        await reader.until(lambda: "\n\n" in reader.text or reader.ended)
        yield reader
    finally:
        reader.takes.set()
        reader.gone.set()
        async with asyncio.timeout(PATIENCE):
            await answering


async def _answer(desk: Desk, scope: Any, reader: Reader) -> None:
    await desk.app(scope, reader.receive, reader.send)

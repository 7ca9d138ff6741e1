"""A sender of requests that is cheap and hides nothing: plain HTTP/1.1 over a socket."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

Headers = Mapping[str, str]


class Reply(NamedTuple):
    """What came back."""

    status: int
    headers: Headers
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.body)
        return content


def request(
    path: str, body: bytes = b"", headers: Headers | None = None, *, method: str = "POST"
) -> bytes:
    """Return the bytes of a request."""
    lines = {"Host": "localhost", "Content-Length": str(len(body))} | dict(headers or {})
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


class Connection:
    """A connection that is kept open. Errors of the socket are raised as OSError or EOFError."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, url: str) -> Self:
        parts = urlsplit(url)
        return cls(*await asyncio.open_connection(parts.hostname, parts.port))

    async def send(self, data: bytes) -> Reply:
        """Send the bytes of a request and return the answer."""
        self.write(data)
        await self.flush()
        return await self.receive()

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self._writer.write(data)

    async def flush(self) -> None:
        """Wait until they are on their way."""
        await self._writer.drain()

    async def read_head(self) -> bytes:
        """Return the head of the next answer."""
        return await self._reader.readuntil(b"\r\n\r\n")

    async def read_all(self) -> bytes:
        """Return all that comes until the other end closes."""
        return await self._reader.read()

    async def receive(self) -> Reply:
        """Return the next answer."""
        head = await self.read_head()
        first, *lines = head.decode("latin-1").split("\r\n")[:-2]
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        body = await self._reader.readexactly(int(headers["content-length"]))
        return Reply(int(first.split(" ")[1]), headers, body)

    async def at_end(self) -> bool:
        """Wait for more bytes; True if the other end has closed instead."""
        return not await self._reader.read(1)

    def close(self) -> None:
        self._writer.close()


async def send_at_once(url: str, requests: list[bytes]) -> list[Reply]:
    """Send all requests at the same moment, each over a connection of its own."""
    connections = await asyncio.gather(*(Connection.open(url) for _ in requests))
    try:
        pairs = zip(connections, requests, strict=True)
        return await asyncio.gather(*(connection.send(data) for connection, data in pairs))
    finally:
        for connection in connections:
            connection.close()

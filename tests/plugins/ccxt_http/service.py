"""A CCXT service on a loopback socket that does as it is told, down to the byte.

Left alone it is an honest one: it checks signatures, takes orders, has tickers and is well. What
it does with an order, a question or a new connection can be replaced by one of the behaviours at
the end.
"""

import asyncio
import hashlib
import hmac
import json
import os
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias
from urllib.parse import unquote

WEBHOOK = "/webhook/tradingview"
SECRET = "a made-up secret: t0p"


@dataclass(frozen=True)
class Request:
    """A request as it was read, to its last byte."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, Any]:
        """The body's JSON, numbers as their texts."""
        fields: dict[str, Any] = json.loads(self.body, parse_float=str, parse_int=str)
        return fields


class Peer:
    """The service's end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def close(self) -> None:
        self.writer.close()

    def reset(self) -> None:
        """Close so that the other end gets a reset."""
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()

    @property
    def closed(self) -> bool:
        return self.writer.transport.is_closing()

    async def read_request(self) -> Request | None:
        """Return the next request, or None if there is no more."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
            first, *lines = head.decode().split("\r\n")[:-2]
            headers = {
                name.strip().lower(): value.strip()
                for name, _, value in (line.partition(":") for line in lines)
            }
            body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        except (asyncio.IncompleteReadError, OSError):
            return None
        method, target, _ = first.split(" ")
        return Request(method, target, headers, body)


Behaviour: TypeAlias = Callable[[Peer, Request], Awaitable[None]]


@dataclass
class Service:
    """The service; a context manager. Start it, set its behaviour, count what arrived."""

    secret: str = SECRET
    tls: ssl.SSLContext | None = None
    on_connect: Callable[[Peer], Awaitable[None]] | None = None
    on_order: Behaviour | None = None
    on_ticker: Behaviour | None = None
    on_health: Behaviour | None = None
    keeps_open: bool = False
    """Do not close a connection when asked to."""
    closes_idle: bool = False
    """Close each connection after an answer, unannounced."""
    connections: int = 0
    requests: list[Request] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when an order has been read."""
    released: asyncio.Event = field(default_factory=asyncio.Event)
    """What `silence` waits for."""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self.tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Close the port and all connections."""
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://localhost:{self.port}"

    @property
    def orders(self) -> list[Request]:
        """The orders that arrived, each as often as it did."""
        return [request for request in self.requests if request.target.endswith(WEBHOOK)]

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(Peer(reader, writer)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, peer: Peer) -> None:
        self.connections += 1
        try:
            if self.on_connect is not None:
                await self.on_connect(peer)
            while not peer.closed and (request := await peer.read_request()):
                self.requests.append(request)
                await self._behaviour(request)(peer, request)
                asked = request.headers.get("connection") == "close" and not self.keeps_open
                if asked or self.closes_idle:
                    break
        except OSError:
            pass
        finally:
            peer.close()

    def _behaviour(self, request: Request) -> Behaviour:
        path = request.target
        if path.endswith(WEBHOOK):
            self.arrived.set()
            return self.on_order or self.take
        if "/ticker/" in path:
            return self.on_ticker or self.quote
        if path.endswith("/health"):
            return self.on_health or answer({"status": "ok"})
        return answer({"detail": "Not Found"}, status=404)

    def is_signed(self, request: Request) -> bool:
        """Tell whether the signature is that of exactly the bytes that arrived."""
        expected = hmac.new(self.secret.encode(), request.body, hashlib.sha256).hexdigest()
        return request.headers.get("x-webhook-signature") == expected

    async def take(self, peer: Peer, request: Request) -> None:
        """Take the order and execute it, if the signature is right."""
        if not self.is_signed(request):
            await answer({"detail": "Invalid signature"}, status=401)(peer, request)
            return
        fields = request.fields
        # By hand: the digits are sent back exactly as they came.
        body = (
            f'{{"status": "executed", "message": "order executed", '
            f'"order_id": "venue-{len(self.orders)}", '
            f'"filled_quantity": {fields["quantity"]}, '
            f'"average_price": {fields["price"] or 100}}}'
        )
        await answer(body.encode())(peer, request)

    async def quote(self, peer: Peer, request: Request) -> None:
        """Answer the same quote for any symbol."""
        symbol = unquote(request.target.rpartition("/ticker/")[2])
        quote = {"symbol": symbol, "bid": 99.5, "ask": 100.5, "last": 100.25, "volume": 12}
        await answer(quote | {"timestamp": 1_767_225_600})(peer, request)

    async def silence(self, peer: Peer, request: Request) -> None:
        """Answer nothing until released, then take the order."""
        await self.released.wait()
        await self.take(peer, request)


def http(body: bytes, *, status: int | str = 200, headers: dict[str, str] | None = None) -> bytes:
    """Return an answer's bytes, with the right Content-Length unless `headers` has one."""
    lines = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in (lines | (headers or {})).items())
    return f"HTTP/1.1 {status} Words\r\n{head}\r\n".encode() + body


def answer(
    content: object, *, status: int = 200, headers: dict[str, str] | None = None
) -> Behaviour:
    """Answer this as JSON, or as it is if it is bytes."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return send(http(body, status=status, headers=headers))


def send(*pieces: bytes) -> Behaviour:
    """Send these bytes."""

    async def behave(peer: Peer, _: Request) -> None:
        for piece in pieces:
            await peer.send(piece)

    return behave


def send_and_close(*pieces: bytes) -> Behaviour:
    """Send these bytes and end the connection."""

    async def behave(peer: Peer, request: Request) -> None:
        await send(*pieces)(peer, request)
        peer.close()

    return behave


def send_and_reset(*pieces: bytes) -> Behaviour:
    """Send these bytes and reset the connection."""

    async def behave(peer: Peer, request: Request) -> None:
        await send(*pieces)(peer, request)
        peer.reset()

    return behave


def send_and_hang(*pieces: bytes) -> Behaviour:
    """Send these bytes and nothing more, for as long as the other end stays."""

    async def behave(peer: Peer, request: Request) -> None:
        await send(*pieces)(peer, request)
        await peer.reader.read()

    return behave


def flood(head: bytes, piece: bytes) -> Behaviour:
    """Send a head, and the piece again and again until the other end closes."""

    async def behave(peer: Peer, _: Request) -> None:
        await peer.send(head)
        while not peer.closed:
            await peer.send(piece)

    return behave


def drip(data: bytes, pause: float) -> Behaviour:
    """Send one byte after each pause, and begin anew at the end, until the other end closes."""

    async def behave(peer: Peer, _: Request) -> None:
        position = 0
        while not peer.closed:
            await peer.send(data[position : position + 1])
            position = (position + 1) % len(data)
            await asyncio.sleep(pause)

    return behave


async def break_tls(peer: Peer, _: Request) -> None:
    """Send bytes that no TLS session can read."""
    record = b"\x17\x03\x03\x00\x20" + bytes(32)
    os.write(peer.writer.get_extra_info("socket").fileno(), record)
    await peer.reader.read()

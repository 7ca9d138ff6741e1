"""The server of the practice exchange: one socket on loopback for all.

Invariants:

1. It listens on loopback addresses only.
2. While it runs the market moves, whether or not anybody asks.
3. While it is to be away nobody can connect, and then at the same address again.
4. Stopping it lets go of what hangs, closes WebSockets, and answers what is being answered.
"""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from fillgate.domain.clock import Clock
from fillgate.practice.absence import Absence
from fillgate.practice.app import Practice
from fillgate.practice.breaking import TRANSPORT

__all__ = ["listening", "running"]

_BEAT_SECONDS: Final = 0.1
_GRACE_SECONDS: Final = 2
_FAREWELL_SECONDS: Final = 0.05
"""Until who asked it to go away has its answer."""


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on loopback; port 0 takes a free one.

    Raises:
        ValueError: the host is no loopback address.
        OSError: the address is in use.
    """
    address = "127.0.0.1" if host == "localhost" else host
    try:
        is_loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise ValueError(f"expected an address of this machine alone, such as 127.0.0.1: {host!r}")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address, port), family=family, backlog=128)


class _Http(HttpToolsProtocol):
    """Lets requests know their connection, to break it, and notes it, to cut it."""

    def __init__(self, absence: Absence, **given: Any) -> None:
        super().__init__(**given)
        self._absence = absence

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._absence.note(transport)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[TRANSPORT] = self.transport  # type: ignore[typeddict-unknown-key]


class _WebSocket(WebSocketsSansIOProtocol):
    """Lets WebSockets know their connection, to break it."""

    async def run_asgi(self) -> None:
        self.scope[TRANSPORT] = self.transport  # type: ignore[typeddict-unknown-key]
        await super().run_asgi()


class _Server(uvicorn.Server):
    """Runs until it is told to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    def stop(self) -> None:
        """Take no new connections, answer those that wait, then end."""
        self.should_exit = True
        self._told.set()

    async def main_loop(self) -> None:
        await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in tuple(self.server_state.connections):
            cycle = getattr(connection, "cycle", None)
            if isinstance(connection, _Http) and (cycle is None or cycle.response_complete):
                # Nobody waits there. TLS would have the client agree first.
                connection.transport.abort()
        await super().shutdown(sockets)
        for connection in tuple(self.server_state.connections):
            connection.transport.abort()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever runs it."""
        yield


def _server(practice: Practice, context: ssl.SSLContext | None) -> _Server:
    return _Server(
        uvicorn.Config(
            practice.app,
            http=partial(_Http, practice.absence),  # type: ignore[arg-type]
            ws=_WebSocket,
            lifespan="off",
            interface="asgi3",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            ssl_context_factory=None if context is None else lambda *_: context,
        )
    )


@contextlib.asynccontextmanager
async def running(
    practice: Practice,
    listener: socket.socket,
    clock: Clock,
    context: ssl.SSLContext | None = None,
) -> AsyncIterator[None]:
    """Serve an exchange until the end of the block.

    Args:
        practice: the exchange.
        listener: where it listens; see `listening`.
        clock: tells when the market is to be looked at.
        context: of TLS; None for plain HTTP.
    """
    server = _server(practice, context)
    work = [
        asyncio.ensure_future(server.serve([listener])),
        asyncio.ensure_future(_beat(practice, clock)),
        asyncio.ensure_future(_come_and_go(practice, server, listener.getsockname(), clock)),
    ]
    try:
        yield
    finally:
        server.stop()
        practice.hanging.stop()
        for hub in practice.hubs:
            for connection in tuple(hub.connections):
                connection.close()
        for each in work[1:]:
            each.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        listener.close()


async def _beat(practice: Practice, clock: Clock) -> None:
    while True:
        await clock.sleep(_BEAT_SECONDS)
        for hub in practice.hubs:
            hub.beat()


async def _come_and_go(
    practice: Practice, server: uvicorn.Server, address: tuple[Any, ...], clock: Clock
) -> None:
    host, port = address[:2]
    while True:
        seconds = await practice.absence.asked()
        await clock.sleep(_FAREWELL_SECONDS)
        for each in server.servers:
            each.close()
        practice.absence.cut()
        await clock.sleep(seconds)
        await server.startup([listening(host, port)])

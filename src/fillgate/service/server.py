"""The HTTP server: uvicorn inside our own event loop, its signal handlers off.

Invariants:

1. The socket is ours: a busy port is one clear error before anything else starts.
2. Stopping takes three steps in order: no new connections, answers to those that wait, then the
   engine is drained and the journal closed (`host`).
"""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

from fillgate.domain.errors import ConfigurationError
from fillgate.service.http import Scope

__all__ = ["HttpServer", "listening_socket", "url_of"]

_BACKLOG = 2048
_GRACE_SECONDS = 15


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens there.

    Raises:
        ConfigurationError: the address is in use, not ours, or unknown.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named: asyncio sets TCP_NODELAY only on sockets that say that they are TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        msg = f"cannot listen on {host}:{port}: {error.strerror or error}"
        raise ConfigurationError(msg) from None
    listener.setblocking(False)
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the address of who listens there, for example `http://127.0.0.1:8005`."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class HttpServer(uvicorn.Server):
    """uvicorn's server, stopped by us and not by signals of its own."""

    def __init__(self, app: Any) -> None:
        """Serve an ASGI application."""
        super().__init__(
            uvicorn.Config(
                app,
                http="httptools",
                ws="none",
                lifespan="off",
                interface="asgi3",
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the host."""
        yield

    def transport_of(self, scope: Scope) -> asyncio.Transport | None:
        """Return the connection that a request came by; None if it is gone."""
        for connection in self.server_state.connections:
            client = getattr(connection, "client", None)
            if client is not None and client == scope["client"]:
                return connection.transport
        return None

    def stop(self) -> None:
        """Take no new connections, answer those that wait, then end."""
        self.should_exit = True

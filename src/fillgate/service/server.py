"""The HTTP server: uvicorn inside our own event loop, its signal handlers off.

Invariants:

1. Stopping takes three steps in order: no new connections, answers to those that wait, then the
   engine is drained and the journal closed (`host`).
2. No new connections means that none is accepted: on an inherited socket they wait for the next
   process. Those that were accepted just before have a moment to send their request.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import uvicorn

from fillgate.service.http import Scope
from fillgate.service.sockets import BACKLOG

__all__ = ["HttpServer"]

_GRACE_SECONDS = 15


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
                backlog=BACKLOG,
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
        for server in getattr(self, "servers", ()):
            server.close()
        self.should_exit = True

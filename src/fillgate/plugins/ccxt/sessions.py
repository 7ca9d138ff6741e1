"""HTTP for ccxt: one session for orders, one for questions, one for streams.

Invariants:

1. An order's connection is its own, and new. A kept one may have been closed at the far end
   unnoticed: the order would be lost in it and end Unknown for nothing.
2. aiohttp repeats a GET or PUT whose kept connection the server dropped. Sessions for orders do
   not: some venues take orders by GET.
3. The environment has no say: no proxy, no certificates but the system's, or those of
   `practice_ca`.
4. In practice only the exchange's own hosts lead anywhere, and only to this machine.
"""

import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from fillgate.plugins.ccxt.hosts import LoopbackResolver, loopback_socket
from fillgate.plugins.ccxt.traffic import Session, note_leaving

__all__ = ["Network", "OpenSession", "Place"]

# How long a connection for questions may idle: less than any server keeps it open.
_IDLE_SECONDS: Final = 2.0
_QUESTIONS_AT_ONCE: Final = 16

Place = tuple[str, int]
"""A loopback address and a port."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session for ccxt, and what has to be closed in the end."""

    session: Session
    client: aiohttp.ClientSession

    async def close(self) -> None:
        """Close all connections."""
        await self.client.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How an account reaches its exchange."""

    tls: ssl.SSLContext
    connect_seconds: float
    practice: Place | None = None
    hosts: Iterable[str] = ()
    """The exchange's hosts, which lead to `practice`."""

    def for_orders(self, seconds: float, connections: int) -> OpenSession:
        """Open a session whose every request has a new connection and is sent once.

        Args:
            seconds: from a sent request to the whole answer.
            connections: how many there may be at once.
        """
        opened = self._open(seconds, limit=connections, force_close=True)
        # aiohttp has no public name for it; the tests count what arrives.
        assert opened.client._retry_connection is True  # noqa: SLF001 - see above
        opened.client._retry_connection = False  # noqa: SLF001 - see above
        return opened

    def for_questions(self, seconds: float) -> OpenSession:
        """Open a session that keeps connections for a while."""
        return self._open(seconds, limit=_QUESTIONS_AT_ONCE, keepalive_timeout=_IDLE_SECONDS)

    def _open(self, seconds: float, **connections: Any) -> OpenSession:
        client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=self.tls, **connections, **self._route()),
            trace_configs=[_trace()],
            trust_env=False,
        )
        timeout = aiohttp.ClientTimeout(
            total=self.connect_seconds + seconds, connect=self.connect_seconds
        )
        return OpenSession(Session(client, timeout), client)

    def _route(self) -> dict[str, Any]:
        if self.practice is None:
            return {}
        resolver = LoopbackResolver(dict.fromkeys(self.hosts, self.practice))
        return {"resolver": resolver, "socket_factory": loopback_socket, "use_dns_cache": False}


def _trace() -> aiohttp.TraceConfig:
    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(_note)
    trace.on_connection_reuseconn.append(_note)
    return trace


async def _note(_session: aiohttp.ClientSession, context: Any, _params: object) -> None:
    note_leaving(context)

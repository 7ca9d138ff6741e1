"""What becomes of an account, by WebSocket: `/private/ws?listenKey=...`, `/private/ws/<key>`.

Invariants:

1. Who has no key that is valid is not let in.
2. A stream ends, with a farewell, once its key is valid no more.
"""

import asyncio
from typing import Final

from starlette.websockets import WebSocket

from fillgate.domain.clock import Clock
from fillgate.practice.connections import Connection
from fillgate.practice.futures.exchange import Futures
from fillgate.practice.futures.protocol.events import key_expired
from fillgate.practice.hub import Hub

__all__ = ["UserStreams"]

_POLICY: Final = 1008
_LOOK_SECONDS: Final = 1.0


class UserStreams:
    """Serves connections that listen to an account."""

    def __init__(self, hub: Hub, exchange: Futures, clock: Clock) -> None:
        """Tell what a hub tells."""
        self._hub = hub
        self._exchange = exchange
        self._clock = clock

    def _account(self, key: str) -> str | None:
        return self._exchange.listen_keys.account_of(key, self._exchange.now())

    async def serve(self, socket: WebSocket) -> None:
        """Serve one connection until it ends."""
        key = socket.query_params.get("listenKey") or socket.path_params.get("key") or ""
        account = self._account(key)
        if account is None:
            await socket.close(_POLICY)
            return
        await socket.accept()
        connection = Connection(socket)
        self._hub.connections.add(connection)
        self._hub.listen_to_user(account, connection)
        watching = asyncio.ensure_future(self._end_with_key(key, connection))
        try:
            await connection.run(_ignore)
        finally:
            watching.cancel()
            self._hub.forget(connection)

    async def _end_with_key(self, key: str, connection: Connection) -> None:
        while self._account(key) is not None:
            await self._clock.sleep(_LOOK_SECONDS)
        connection.tell(key_expired(key, self._exchange.now() // 1000))
        await asyncio.sleep(0)
        connection.close()


async def _ignore(_text: str) -> None:
    """Hear nothing: there is nothing to ask here."""

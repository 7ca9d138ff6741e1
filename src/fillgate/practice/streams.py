"""Market streams by WebSocket: `/ws`, `/ws/<stream>` and `/stream?streams=...`.

Invariant: what is pushed on a path that ends in `/stream` is wrapped in the stream's name, on
`/ws` it is bare.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from starlette.websockets import WebSocket

from fillgate.practice.connections import Connection
from fillgate.practice.hub import Hub
from fillgate.practice.symbols import Symbols

__all__ = ["MarketStreams"]

_INVALID: Final = 2


class _Message(msgspec.Struct):
    method: str
    id: str | int | None = None
    params: list[str] = []


class MarketStreams:
    """Serves connections that listen to markets."""

    def __init__(self, hub: Hub, symbols: Symbols) -> None:
        """Tell what a hub tells."""
        self._hub = hub
        self._symbols = symbols

    async def serve(self, socket: WebSocket) -> None:
        """Serve one connection until it ends."""
        await socket.accept()
        connection = Connection(socket)
        self._hub.connections.add(connection)
        is_combined = socket.url.path.endswith("/stream")
        asked = socket.query_params.get("streams") or socket.path_params.get("names") or ""
        names = [name for name in asked.split("/") if self._is_known(name)]
        try:
            self._listen(connection, names, is_combined=is_combined)
            await connection.run(lambda text: self._hear(connection, text, is_combined=is_combined))
        finally:
            self._hub.forget(connection)

    def _is_known(self, name: str) -> bool:
        symbol, _, kind = name.partition("@")
        listed = symbol.islower() and symbol.upper() in self._symbols.by_name
        return listed and kind in self._hub.speech.streams

    def _listen(self, connection: Connection, names: Sequence[str], *, is_combined: bool) -> None:
        for name in names:
            self._hub.listen(name, connection, is_combined=is_combined)

    async def _hear(self, connection: Connection, text: str, *, is_combined: bool) -> None:
        try:
            message = msgspec.json.decode(text, type=_Message)
        except msgspec.MsgspecError:
            connection.tell(_error(None, "Invalid JSON: expected method, params and id"))
            return
        unknown = [name for name in message.params if not self._is_known(name)]
        if message.method == "LIST_SUBSCRIPTIONS":
            connection.tell({"result": self._hub.listened(connection), "id": message.id})
        elif message.method not in {"SUBSCRIBE", "UNSUBSCRIBE"}:
            connection.tell(_error(message.id, f"Invalid request: unknown method {message.method}"))
        elif unknown:
            told = f"Invalid request: there is no stream {unknown[0]} here"
            connection.tell(_error(message.id, told))
        else:
            self._change(connection, message, is_combined=is_combined)

    def _change(self, connection: Connection, message: _Message, *, is_combined: bool) -> None:
        connection.tell({"result": None, "id": message.id})
        if message.method == "SUBSCRIBE":
            self._listen(connection, message.params, is_combined=is_combined)
        else:
            for name in message.params:
                self._hub.leave(name, connection)


def _error(number: str | int | None, words: str) -> dict[str, Any]:
    return {"error": {"code": _INVALID, "msg": words}, "id": number}

"""A client of an ASGI application in this process: what is sent is exactly what was asked for.

Each answer is one that the published document promises.
"""

import asyncio
import json
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from fillgate.service.app import Application
from fillgate.service.http import Scope
from tests.service.conformity import check_answer

HeaderList = Sequence[tuple[bytes, bytes]]


class Response(NamedTuple):
    """What the application answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.body)
        return content


class Exchange:
    """One request and its answer, as ASGI messages."""

    def __init__(self, chunks: Sequence[bytes], *, gone: bool = False) -> None:
        self._messages: list[MutableMapping[str, Any]] = [
            {"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks
        ]
        if gone:
            self._messages.append({"type": "http.disconnect"})
        else:
            self._messages[-1]["more_body"] = False
        self.taken = 0
        """How many of the messages the application has asked for."""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""

    async def receive(self) -> MutableMapping[str, Any]:
        if self.taken == len(self._messages):
            # The client stays, and sends nothing more.
            await asyncio.Event().wait()
        message = self._messages[self.taken]
        self.taken += 1
        return message

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            assert not self.status, "a second answer"
            self.status = message["status"]
            pairs = ((name.decode().lower(), value.decode()) for name, value in message["headers"])
            self.headers = dict(pairs)
        else:
            self.body += message.get("body", b"")

    @property
    def response(self) -> Response:
        return Response(self.status, self.headers, self.body)


def scope_of(method: str, target: str, headers: HeaderList) -> Scope:
    """Return the scope of a request as uvicorn makes it."""
    path, _, query = target.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"host", b"localhost"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8005),
    }


async def call(
    app: Application, method: str, target: str, *, headers: HeaderList = (), body: bytes = b""
) -> Response:
    """Send a request and return the answer, once it is checked against the document."""
    exchange = Exchange([body])
    scope = scope_of(method, target, headers)
    await app(scope, exchange.receive, exchange.send)
    check_answer(method, scope["path"], exchange.status, exchange.headers, exchange.body)
    return exchange.response

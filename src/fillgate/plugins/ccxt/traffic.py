"""What went over the wire while ccxt did one thing: each request, how far it got, what came back.

ccxt is handed a `Session` in place of aiohttp's. What clients do on their own is not in it.

Invariants:

1. A request leaves at most once: no redirect is followed, no proxy asked, nothing repeated where
   the client was made so (`sessions`).
2. A request has `left` once it was given a connection. Before that not one of its bytes was
   written: names were looked up, TCP and TLS connected.
3. An answer is read up to `MAX_ANSWER_BYTES`, counted after decompression.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import aiohttp

__all__ = ["MAX_ANSWER_BYTES", "AnswerTooLarge", "Call", "Session", "Traffic", "noted", "read_well"]

MAX_ANSWER_BYTES: Final = 32 * 1024 * 1024
"""The largest body that is read; the lists of all markets have some megabytes."""

_PIECE: Final = 65_536


class AnswerTooLarge(Exception):
    """The body has more than `MAX_ANSWER_BYTES`."""


@dataclass(slots=True)
class Call:
    """One HTTP request."""

    method: str
    place: str
    """Host and path, without what may hold a signature."""
    left: bool = False
    """True once bytes of it may have been written."""
    status: int | None = None
    """HTTP's status code; None while nothing was heard."""
    body: str | None = None
    """The whole answer; None if it did not come whole."""
    read_well: bool = False
    """True once ccxt found no error in the answer."""


@dataclass(slots=True)
class Traffic:
    """The requests that were made, oldest first."""

    calls: list[Call] = field(default_factory=list)

    def left(self, method: str | None = None) -> bool:
        """Tell whether a request, or one of this method, may have been written."""
        return any(call.left and method in {None, call.method} for call in self.calls)

    @property
    def last(self) -> Call | None:
        """The last request, if there was one."""
        return self.calls[-1] if self.calls else None


_noted: ContextVar[Traffic | None] = ContextVar("fillgate_ccxt_traffic", default=None)


@contextmanager
def noted() -> Iterator[Traffic]:
    """Note what is requested inside, by this task and those that it starts."""
    traffic = Traffic()
    token = _noted.set(traffic)
    try:
        yield traffic
    finally:
        _noted.reset(token)


def read_well() -> None:
    """Note that ccxt found no error in the last answer."""
    traffic = _noted.get()
    if traffic is not None and traffic.last is not None:
        traffic.last.read_well = True


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, with those of aiohttp's members that ccxt uses."""

    status: int
    reason: str | None
    headers: "aiohttp.typedefs.LooseHeaders"
    body: bytes

    async def text(self, errors: str = "replace") -> str:
        """Return the body as a text."""
        return self.body.decode(errors=errors)

    @property
    def content(self) -> bytes:
        """The body."""
        return self.body


class Session:
    """Stands where ccxt expects an aiohttp session."""

    def __init__(self, client: "aiohttp.ClientSession", timeout: "aiohttp.ClientTimeout") -> None:
        """Send through `client`, whose requests have `timeout` whatever ccxt says."""
        self._client = client
        self._timeout = timeout
        self.cookie_jar = client.cookie_jar
        self.headers = client.headers

    def get(self, url: Any, **given: Any) -> AbstractAsyncContextManager[Answer]:
        """Send a GET."""
        return self._request("GET", url, **given)

    def post(self, url: Any, **given: Any) -> AbstractAsyncContextManager[Answer]:
        """Send a POST."""
        return self._request("POST", url, **given)

    def put(self, url: Any, **given: Any) -> AbstractAsyncContextManager[Answer]:
        """Send a PUT."""
        return self._request("PUT", url, **given)

    def patch(self, url: Any, **given: Any) -> AbstractAsyncContextManager[Answer]:
        """Send a PATCH."""
        return self._request("PATCH", url, **given)

    def delete(self, url: Any, **given: Any) -> AbstractAsyncContextManager[Answer]:
        """Send a DELETE."""
        return self._request("DELETE", url, **given)

    @asynccontextmanager
    async def _request(
        self,
        method: str,
        url: Any,
        *,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> AsyncIterator[Answer]:
        call = Call(method, f"{url.host}{url.path}")
        traffic = _noted.get()
        if traffic is not None:
            traffic.calls.append(call)
        async with self._client.request(
            method,
            url,
            data=data,
            headers=headers,
            timeout=self._timeout,
            allow_redirects=False,
            trace_request_ctx=call,
        ) as response:
            call.status = response.status
            body = await _body_of(response)
            call.body = body.decode(errors="replace")
            yield Answer(response.status, response.reason, response.headers, body)

    def ws_connect(self, url: Any, **given: Any) -> Any:
        """Open a WebSocket as aiohttp does."""
        return self._client.ws_connect(url, **given)


async def _body_of(response: "aiohttp.ClientResponse") -> bytes:
    body = bytearray()
    async for piece in response.content.iter_chunked(_PIECE):
        body += piece
        if len(body) > MAX_ANSWER_BYTES:
            raise AnswerTooLarge(f"an answer of more than {MAX_ANSWER_BYTES} bytes")
    return bytes(body)


def note_leaving(context: Any) -> None:
    """Note that a request was given a connection; for aiohttp's traces."""
    call = context.trace_request_ctx
    if isinstance(call, Call):
        call.left = True

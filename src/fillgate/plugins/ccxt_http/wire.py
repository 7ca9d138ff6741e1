"""One request, one answer. What HTTP clients do on their own is not here.

Invariants:

1. A request leaves at most once: nothing here repeats one, follows a redirect or asks a proxy.
   That is why this is httpx2's transport and not its client: what is not there cannot happen.
   httpx2's pool takes a second connection only if the first refused the request before its first
   byte.
2. An order's connection is its own, and new. A kept one may have been closed at the far end
   unnoticed: the order would be lost in it and end Unknown for nothing.
3. An answer is read up to a size, counted after decompression.
4. A submission is NotSent only for what the table `_ENDINGS` lists as such: errors that httpx2
   raises before the first byte of the request. All others are Unknown.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

import httpx2

from fillgate.domain.errors import FillgateError, NotSent, Unknown

__all__ = [
    "MAX_ANSWER_BYTES",
    "Answer",
    "AnswerTooLarge",
    "ServiceFailure",
    "Timeouts",
    "Wire",
    "ending_of",
    "words_of_error",
]

MAX_ANSWER_BYTES: Final = 1024 * 1024
"""The largest body that is read, unless a wire is made for larger ones."""

_OK: Final = 200
# How long a connection for questions may idle: less than any server keeps it open.
_IDLE_SECONDS: Final = 2.0


class ServiceFailure(FillgateError):
    """The service did not answer a question, or not as it should. The text says why."""


class AnswerTooLarge(Exception):
    """The body has more than is read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    """HTTP's status code."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds for each step of a request."""

    pool: float
    """Waiting for one of the connections."""
    connect: float
    """The name look-up and TCP, and once more for TLS."""
    answer: float
    """Each pause until the service takes or sends the next bytes."""
    whole: float
    """All of it, so that an answer that drips does not last for ever."""

    def extension(self) -> Mapping[str, float | None]:
        """The time-outs of the steps as httpx2's transport takes them."""
        return httpx2.Timeout(self.answer, connect=self.connect, pool=self.pool).as_dict()


class Wire:
    """Connections to one service for one purpose, so that orders never wait behind questions."""

    def __init__(
        self,
        base_url: str,
        tls: ssl.SSLContext,
        timeouts: Timeouts,
        *,
        connections: int,
        keep: int,
        largest: int = MAX_ANSWER_BYTES,
    ) -> None:
        """Open nothing yet.

        Args:
            base_url: without a slash at its end.
            tls: which certificates to trust.
            timeouts: for each request.
            connections: how many there may be at once.
            keep: how many of them may idle for the next request; 0 for a new one each time.
            largest: how many bytes of an answer, or of a line, are read.
        """
        self._base_url = base_url
        self._timeouts = timeouts
        self._largest = largest
        self._headers = {"User-Agent": "fillgate", "Accept": "application/json"}
        self._headers["Accept-Encoding"] = "identity"
        if not keep:
            self._headers["Connection"] = "close"
        self._transport = httpx2.AsyncHTTPTransport(
            verify=tls,
            trust_env=False,
            retries=0,
            limits=httpx2.Limits(
                max_connections=connections,
                max_keepalive_connections=keep,
                keepalive_expiry=_IDLE_SECONDS,
            ),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send these bytes, once; raises what the transport raises, see `ending_of`."""
        return await self._exchange("POST", path, body, headers)

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask.

        Raises:
            ServiceFailure: no answer; the text says where and why.
        """
        try:
            return await self._exchange("GET", path, None, headers or {})
        except Exception as error:
            raise self._failure(path, error) from error

    async def lines(self, path: str, headers: Mapping[str, str]) -> AsyncGenerator[bytes]:
        """Ask for lines, and give each as it comes, for as long as they do.

        Raises:
            ServiceFailure: there are none, or no more; the text says where and why. Silence for
                as long as an answer may take is such an end.
        """
        request = self._request("GET", path, None, headers)
        try:
            response = await self._transport.handle_async_request(request)
            async with aclosing(response):
                self._check_taken(path, response)
                async with aclosing(_lines_of(response, self._largest)) as lines:
                    async for line in lines:
                        yield line
        except ServiceFailure:
            raise
        except Exception as error:
            raise self._failure(path, error) from error

    def _check_taken(self, path: str, response: httpx2.Response) -> None:
        if response.status_code != _OK:
            raise ServiceFailure(f"GET {self._base_url}{path}: HTTP {response.status_code}")

    def _failure(self, path: str, error: Exception) -> ServiceFailure:
        return ServiceFailure(f"GET {self._base_url}{path}: {words_of_error(error)}")

    async def _exchange(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        request = self._request(method, path, body, headers)
        async with asyncio.timeout(self._timeouts.whole):
            response = await self._transport.handle_async_request(request)
            try:
                return Answer(response.status_code, await _body_of(response, self._largest))
            finally:
                await response.aclose()

    def _request(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> httpx2.Request:
        return httpx2.Request(
            method,
            self._base_url + path,
            content=body,
            headers={**self._headers, **headers},
            extensions={"timeout": self._timeouts.extension()},
        )


async def _lines_of(response: httpx2.Response, largest: int) -> AsyncGenerator[bytes]:
    rest = b""
    async with aclosing(response.aiter_bytes()) as pieces:
        async for piece in pieces:
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                yield line
            if len(rest) > largest:
                raise AnswerTooLarge(f"a line of more than {largest} bytes")


async def _body_of(response: httpx2.Response, largest: int) -> bytes:
    body = bytearray()
    async with aclosing(response.aiter_bytes()) as pieces:
        async for piece in pieces:
            body += piece
            if len(body) > largest:
                raise AnswerTooLarge(f"an answer of more than {largest} bytes")
    return bytes(body)


_ENDINGS: Final[tuple[tuple[type[Exception], type[NotSent | Unknown], str], ...]] = (
    (httpx2.ConnectTimeout, NotSent, "CONNECT_TIME_OUT"),
    # Refused, unreachable, an unknown host, and all that fails within the TLS handshake.
    (httpx2.ConnectError, NotSent, "CONNECT_FAILED"),
    (httpx2.PoolTimeout, NotSent, "POOL_TIME_OUT"),
    (httpx2.ReadTimeout, Unknown, "READ_TIME_OUT"),
    (httpx2.WriteTimeout, Unknown, "WRITE_TIME_OUT"),
    (TimeoutError, Unknown, "TIME_OUT"),
    (httpx2.NetworkError, Unknown, "CONNECTION_LOST"),
    # LocalProtocolError is among these. Today it comes before the first byte, but nothing promises
    # that it always will.
    (httpx2.ProtocolError, Unknown, "BROKEN_ANSWER"),
    (httpx2.DecodingError, Unknown, "BROKEN_ANSWER"),
    (AnswerTooLarge, Unknown, "ANSWER_TOO_LARGE"),
)


def ending_of(error: Exception) -> NotSent | Unknown:
    """Return the ending of a submission whose request raised this."""
    for kind, ending, code in _ENDINGS:
        if isinstance(error, kind):
            return ending(code, words_of_error(error))
    return Unknown("TRANSPORT_FAILED", words_of_error(error))


def words_of_error(error: BaseException) -> str:
    """Return what happened, with the operating system's or TLS's own words where there are any."""
    name, words = type(error).__name__, str(error)
    # What lies below a time-out is only how it was carried out.
    cause = None if isinstance(error, httpx2.TimeoutException) else error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno is not None:
            words = str(cause)
        cause = cause.__cause__ or cause.__context__
    return f"{name}: {words}" if words else name

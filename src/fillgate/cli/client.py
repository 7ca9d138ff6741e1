"""Asking a service over HTTP.

Invariants:

1. A request is sent once: no retries, no redirects, a new connection each time.
2. It is told apart whether a request surely never left (`NotReached`) or may have arrived
   (`NoAnswer`).
3. On this machine no proxy is used, whatever the environment says.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, cast
from urllib.parse import urlsplit

from fillgate.cli.output import Exit, fail
from fillgate.config import is_loopback

if TYPE_CHECKING:
    import httpx2

__all__ = ["NoAnswer", "NotReached", "Reply", "Service", "Streamed"]

_CONNECT_SECONDS = 2.0
_ANSWER_SECONDS = 10.0
_OK = 200
_HTTP_ERROR = 400
_SERVER_ERROR = 500


class NotReached(Exception):
    """There was no connection: nothing was sent."""


class NoAnswer(Exception):
    """The request may have arrived; no answer came."""


class Reply(NamedTuple):
    """An answer of the service."""

    status: int
    document: dict[str, Any]
    source: str
    """Who answered."""

    @property
    def exit_code(self) -> Exit:
        """What the answer means for a command that asked for an order."""
        if self.status >= _SERVER_ERROR:
            return Exit.NO_ANSWER
        if self.status >= _HTTP_ERROR:
            return Exit.REFUSED
        return Exit.OPEN if self.status == 202 else Exit.OK  # noqa: PLR2004 - Accepted

    @property
    def refusal(self) -> str:
        """Why it was refused, in one line."""
        code, detail = self.document.get("code"), self.document.get("detail")
        return f"{self.status} {code}: {detail}" if code else f"HTTP status {self.status}"

    def check(self, *members: str) -> None:
        """End the command if one of these is not in the document: no fillgate answered."""
        if not all(member in self.document for member in members):
            fail_foreign(self.source, self.status)


class Streamed(NamedTuple):
    """An answer that comes in pieces."""

    refusal: Reply | None
    """The whole answer, where it is none of those."""
    pieces: Iterator[bytes]


def fail_foreign(source: str, status: int) -> NoReturn:
    """End the command: what answers is something else."""
    fail(f"what answers at {source} (HTTP status {status}) is no fillgate", Exit.NO_ANSWER)


class Service:
    """A service at an address."""

    def __init__(self, url: str) -> None:
        """Ask the service at `url`. Ends the command if that is no address."""
        self.url = url.rstrip("/")
        try:
            address = urlsplit(self.url)
            self._host = address.hostname if address.port != 0 else None
        except ValueError:
            self._host = None
        if not self._host or address.scheme not in {"http", "https"}:
            fail(
                f"--url: expected an address such as http://127.0.0.1:8005, found {url!r}",
                Exit.USAGE,
            )

    def request(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        wait: float = 0.0,
    ) -> Reply:
        """Send one request and return the answer, whatever it says.

        Args:
            method: of HTTP.
            path: where.
            body: JSON.
            headers: besides those that every request has.
            params: of the query.
            wait: how many seconds the service was asked to take, at most.

        Raises:
            NotReached: nothing was sent.
            NoAnswer: it may have arrived.
        """
        with self._client(_ANSWER_SECONDS + wait) as client:
            response = client.request(
                method,
                self.url + path,
                content=body,
                params=params,
                headers=_headers(body, headers or {}),
            )
        return Reply(response.status_code, self._document(response), self.url)

    @contextmanager
    def _client(self, patience: float) -> "Iterator[httpx2.Client]":
        """Give a client whose failures are told apart by what was sent."""
        import httpx2

        timeout = httpx2.Timeout(patience, connect=_CONNECT_SECONDS)
        local = is_loopback(cast("str", self._host))
        # Certificates are loaded only where they are needed: it takes longer than a request.
        secure = self.url.startswith("https")
        try:
            with httpx2.Client(timeout=timeout, trust_env=not local, verify=secure) as client:
                yield client
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise NotReached(str(error) or type(error).__name__) from None
        except httpx2.HTTPError as error:
            raise NoAnswer(str(error) or type(error).__name__) from None

    @contextmanager
    def stream(
        self,
        path: str,
        *,
        params: Sequence[tuple[str, str]],
        headers: Mapping[str, str],
        silence: float,
    ) -> "Iterator[Streamed]":
        """Ask for an answer that comes in pieces.

        Args:
            path: what to get.
            params: of the query.
            headers: besides those that every request has.
            silence: seconds without a piece after which it counts as lost.

        Raises:
            NotReached: nothing was sent.
            NoAnswer: no answer came, or it broke off.
        """
        with (
            self._client(silence) as client,
            client.stream(
                "GET", self.url + path, params=list(params), headers=_headers(None, headers)
            ) as response,
        ):
            refusal = None
            if response.status_code != _OK:
                response.read()
                refusal = Reply(response.status_code, self._document(response), self.url)
            elif not response.headers.get("content-type", "").startswith("text/event-stream"):
                fail_foreign(self.url, response.status_code)
            yield Streamed(refusal, response.iter_bytes())

    def _document(self, response: "httpx2.Response") -> dict[str, Any]:
        try:
            document = response.json()
        except ValueError:
            document = None
        # fillgate never redirects.
        if not isinstance(document, dict) or response.is_redirect:
            fail_foreign(self.url, response.status_code)
        return document

    def get(self, path: str, *members: str, **params: Any) -> dict[str, Any]:
        """Return what the service answers. Ends the command if it refuses or does not answer.

        Args:
            path: what to get.
            members: what the answer must have.
            params: of the query; those that are None are left out.
        """
        given = {name: value for name, value in params.items() if value is not None}
        reply = self.tried("GET", path, params=given)
        document = self.done(reply)
        reply.check(*members)
        return document

    def tried(self, method: str, path: str, **request: Any) -> Reply:
        """Return the answer to a request that may be repeated; ends the command without one."""
        try:
            return self.request(method, path, **request)
        except NotReached:
            self.fail_unreached()
        except NoAnswer as error:
            fail(f"{self.url} gave no answer: {error}", Exit.NO_ANSWER)

    def done(self, reply: Reply) -> dict[str, Any]:
        """Return the document of an answer. Ends the command if it is a refusal."""
        if reply.status >= _HTTP_ERROR:
            code = Exit.NO_ANSWER if reply.status >= _SERVER_ERROR else Exit.REFUSED
            fail(f"refused: {reply.refusal}", code)
        return reply.document

    def fail_unreached(self) -> NoReturn:
        """End the command: no service listens."""
        fail(
            f"no service answers at {self.url}; start one with: fillgate serve "
            "(or name another with --url)",
            Exit.NO_ANSWER,
        )


def _headers(body: bytes | None, more: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    headers = {} if body is None else {"content-type": "application/json"}
    key = os.environ.get("FILLGATE_API_KEY", "").strip()
    if key:
        headers["authorization"] = f"Bearer {key}"
    return [(name.encode(), value.encode()) for name, value in {**headers, **more}.items()]

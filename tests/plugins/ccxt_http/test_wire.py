"""What is known of a submission when the wire fails, against a service that fails it."""

import asyncio
import gzip
import json
import socket
import ssl
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from fillgate.domain.errors import CodedError, NotSent
from fillgate.domain.reports import ExecutionResult
from fillgate.plugins.ccxt_http import CcxtHttpPlugin
from fillgate.plugins.ccxt_http.wire import (
    MAX_ANSWER_BYTES,
    AnswerTooLarge,
    Timeouts,
    Wire,
    ending_of,
    words_of_error,
)
from tests.plugins.ccxt_http.conftest import Certificate, an_order, config_of, opened
from tests.plugins.ccxt_http.service import (
    SECRET,
    Behaviour,
    Peer,
    Request,
    Service,
    answer,
    break_tls,
    drip,
    flood,
    http,
    send,
    send_and_close,
    send_and_hang,
    send_and_reset,
)

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", params=[False, True], ids=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    """Both loops, as each has its own way of telling that a connection broke."""
    return "asyncio", {"use_uvloop": request.param}


TAKEN = json.dumps({"status": "executed", "order_id": "77", "filled_quantity": 0.5}).encode()
ELSEWHERE = {"Location": "/webhook/elsewhere"}
AGAIN = {"Location": "/webhook/tradingview"}
CHUNKED = {"Transfer-Encoding": "chunked"}


def chunked(data: bytes, *, last: bytes = b"0\r\n\r\n") -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + f"{len(data):x}\r\n".encode() + data + b"\r\n" + last


def zipped(data: bytes) -> bytes:
    return http(gzip.compress(data), headers={"Content-Encoding": "gzip"})


BOMB = gzip.compress(b" " * (8 * MAX_ANSWER_BYTES) + TAKEN)
FULL = b" " * (MAX_ANSWER_BYTES - len(TAKEN)) + TAKEN

ENDINGS: list[tuple[str, Behaviour, str]] = [
    # The answer comes, one way or another.
    ("plain", answer(TAKEN), "result"),
    ("in two pieces", send(http(TAKEN)[:60], http(TAKEN)[60:]), "result"),
    ("chunked", send(chunked(TAKEN)), "result"),
    ("ended by the end", send_and_close(b"HTTP/1.1 200 OK\r\n\r\n", TAKEN), "result"),
    ("HTTP/1.0", send_and_close(b"HTTP/1.0 200 OK\r\n\r\n", TAKEN), "result"),
    ("gzip, though not asked for", send(zipped(TAKEN)), "result"),
    ("as text/html", answer(TAKEN, headers={"Content-Type": "text/html"}), "result"),
    ("after 100 Continue", send(b"HTTP/1.1 100 Continue\r\n\r\n", http(TAKEN)), "result"),
    ("after 103 Early Hints", send(b"HTTP/1.1 103 Hints\r\n\r\n", http(TAKEN)), "result"),
    ("followed by a reset", send_and_reset(http(TAKEN)), "result or Unknown"),
    ("followed by garbage", send(http(TAKEN) + b"\x00garbage"), "result"),
    ("as large as may be", answer(FULL), "result"),
    # The connection breaks.
    ("closed without a word", send_and_close(), "Unknown CONNECTION_LOST BROKEN_ANSWER"),
    ("reset without a word", send_and_reset(), "Unknown CONNECTION_LOST"),
    ("closed in the head", send_and_close(http(TAKEN)[:30]), "Unknown BROKEN_ANSWER"),
    ("closed in the body", send_and_close(http(TAKEN)[:-9]), "Unknown BROKEN_ANSWER"),
    ("reset in the body", send_and_reset(http(TAKEN)[:-9]), "Unknown"),
    ("closed in a chunk", send_and_close(chunked(TAKEN)[:-20]), "Unknown BROKEN_ANSWER"),
    ("closed before the last chunk", send_and_close(chunked(TAKEN, last=b"")), "Unknown"),
    (
        "cut, and ended by the end",
        send_and_close(b"HTTP/1.1 200 OK\r\n\r\n", TAKEN[:-9]),
        "Unknown",
    ),
    ("reset after 100 Continue", send_and_reset(b"HTTP/1.1 100 Continue\r\n\r\n"), "Unknown"),
    # What comes is no HTTP, or not what it says.
    ("garbage", send_and_close(b"\x00\x01 garbage\r\n\r\n"), "Unknown BROKEN_ANSWER"),
    ("another protocol", send_and_close(b"SSH-2.0-OpenSSH_9.2\r\n"), "Unknown BROKEN_ANSWER"),
    (
        "no chunks",
        send_and_close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        "Unknown",
    ),
    (
        "Content-Length too long",
        send_and_close(http(TAKEN, headers={"Content-Length": "999"})),
        "Unknown",
    ),
    ("Content-Length too short", answer(TAKEN, headers={"Content-Length": "9"}), "Unknown"),
    ("Content-Length no number", answer(TAKEN, headers={"Content-Length": "many"}), "Unknown"),
    ("an endless head", flood(b"HTTP/1.1 200 OK\r\n", b"X-More: of the same\r\n" * 99), "Unknown"),
    ("no gzip", answer(TAKEN, headers={"Content-Encoding": "gzip"}), "Unknown BROKEN_ANSWER"),
    (
        "gzip cut off",
        send(http(gzip.compress(TAKEN)[:-20], headers={"Content-Encoding": "gzip"})),
        "Unknown",
    ),
    (
        "an unknown coding",
        answer(b"\x1b\x03" + TAKEN, headers={"Content-Encoding": "br"}),
        "Unknown",
    ),
    # Too much of it.
    ("one byte too large", answer(b" " + FULL), "Unknown ANSWER_TOO_LARGE"),
    (
        "endless chunks",
        flood(chunked(b" ", last=b""), b"1000\r\n" + b" " * 4096 + b"\r\n"),
        "Unknown ANSWER_TOO_LARGE",
    ),
    ("a gzip bomb", answer(BOMB, headers={"Content-Encoding": "gzip"}), "Unknown ANSWER_TOO_LARGE"),
    (
        "a bomb in a bomb",
        answer(gzip.compress(BOMB), headers={"Content-Encoding": "gzip, gzip"}),
        "Unknown ANSWER_TOO_LARGE",
    ),
    (
        "six codings",
        answer(TAKEN, headers={"Content-Encoding": "gzip, " * 6}),
        "Unknown BROKEN_ANSWER",
    ),
    # Other statuses, whatever the body says.
    *[
        (f"HTTP {status}", answer(TAKEN, status=status), "Unknown HTTP_STATUS")
        for status in (203, 206, 404, 408, 409, 410, 418, 425, 429, 500, 502, 503, 504, 599)
    ],
    ("HTTP 101", answer(TAKEN, status=101), "Unknown BROKEN_ANSWER"),
    ("HTTP 204", send(b"HTTP/1.1 204 No Content\r\n\r\n"), "Unknown HTTP_STATUS"),
    ("HTTP 304", send(b"HTTP/1.1 304 Not Modified\r\n\r\n"), "Unknown HTTP_STATUS"),
    *[
        (
            f"HTTP {status} to {to}",
            answer(TAKEN, status=status, headers={"Location": to}),
            "Unknown HTTP_STATUS",
        )
        for status in (300, 301, 302, 303, 307, 308)
        for to in ("/webhook/elsewhere", "/webhook/tradingview", "http://[broken", "")
    ],
    # Web pages of something in between.
    *[
        (
            f"a web page with HTTP {status}",
            answer(b"<html>executed</html>", status=status),
            "Unknown",
        )
        for status in (200, 400, 401, 403, 422)
    ],
    ("a refusal", answer({"detail": "Invalid signature"}, status=401), "Rejected BAD_SIGNATURE"),
    ("dry run", answer({"status": "dry_run", "order_id": "1"}), "Rejected DRY_RUN"),
]


async def submit(plugin: CcxtHttpPlugin, **order: Any) -> ExecutionResult | CodedError:
    try:
        return await plugin.execute_order(an_order(**order))
    except CodedError as ending:
        return ending


def matches(found: ExecutionResult | CodedError, expected: str) -> bool:
    if isinstance(found, ExecutionResult):
        return "result" in expected
    kind, *codes = expected.split()
    return type(found).__name__ in expected and (
        kind == "result" or not codes or found.code in codes
    )


@pytest.mark.parametrize(
    ("behaviour", "expected"), [case[1:] for case in ENDINGS], ids=[case[0] for case in ENDINGS]
)
async def test_how_a_submission_ends(
    service: Service, plugin: CcxtHttpPlugin, behaviour: Behaviour, expected: str
) -> None:
    service.on_order = behaviour
    found = await submit(opened(plugin, config_of(service)))
    assert matches(found, expected), found
    # It arrived once, whole and signed, and nothing else was asked.
    assert len(service.requests) == service.connections == 1
    assert service.is_signed(service.requests[0])


async def silent(peer: Peer, _: Request) -> None:
    await peer.reader.read()


@pytest.mark.parametrize(
    "behaviour",
    [
        silent,
        send_and_hang(http(TAKEN)[:30]),
        send_and_hang(http(TAKEN)[:-9]),
        send_and_hang(b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["no answer", "half a head", "half a body", "100 Continue and no more"],
)
async def test_no_answer_in_time_is_unknown(
    service: Service, plugin: CcxtHttpPlugin, behaviour: Behaviour
) -> None:
    service.on_order = behaviour
    found = await submit(opened(plugin, config_of(service, answer_timeout=0.2)))
    assert matches(found, "Unknown READ_TIME_OUT"), found
    assert len(service.requests) == 1


async def test_a_service_that_reads_nothing_is_unknown(plugin: CcxtHttpPlugin) -> None:
    """The request is larger than the buffers between."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        opened(plugin, {"base_url": url, "webhook_secret": SECRET, "answer_timeout": 0.2})
        found = await submit(plugin, symbol="X" * 20_000_000)
    assert matches(found, "Unknown WRITE_TIME_OUT READ_TIME_OUT"), found


@pytest.mark.parametrize("data", [http(TAKEN), b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 99])
async def test_an_answer_that_drips_has_an_end(service: Service, data: bytes) -> None:
    service.on_order = drip(data, 0.02)
    timeouts = Timeouts(pool=5, connect=5, answer=5, whole=0.3)
    wire = Wire(
        service.url, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), timeouts, connections=1, keep=0
    )
    with pytest.raises(TimeoutError) as caught:
        await wire.post("/webhook/tradingview", b"{}", {})
    await wire.close()
    assert matches(ending_of(caught.value), "Unknown TIME_OUT")


async def test_a_reset_before_anything_was_read_is_unknown(
    service: Service, plugin: CcxtHttpPlugin
) -> None:
    async def reset(peer: Peer) -> None:
        peer.reset()

    service.on_connect = reset
    found = await submit(opened(plugin, config_of(service)))
    # A reset can overtake the connect; then not even that succeeded.
    assert matches(found, "Unknown") or matches(found, "NotSent CONNECT_FAILED"), found
    assert service.orders == []
    assert service.connections == 1


async def test_a_reset_in_the_middle_of_the_request_is_unknown(
    service: Service, plugin: CcxtHttpPlugin
) -> None:
    async def reset(peer: Peer) -> None:
        await peer.reader.readexactly(20)
        peer.reset()

    service.on_connect = reset
    found = await submit(opened(plugin, config_of(service)))
    assert matches(found, "Unknown"), found
    assert service.connections == 1


# Not sent.


async def test_a_refused_connection_is_not_sent(plugin: CcxtHttpPlugin) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # Held, but nobody listens.
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        found = await submit(opened(plugin, {"base_url": url, "webhook_secret": SECRET}))
    assert matches(found, "NotSent CONNECT_FAILED"), found
    assert "refused" in str(found) or "Connect call failed" in str(found)


async def test_an_unknown_host_is_not_sent(plugin: CcxtHttpPlugin) -> None:
    config = {"base_url": "http://service.invalid", "webhook_secret": SECRET}
    found = await submit(opened(plugin, config))
    assert matches(found, "NotSent CONNECT_FAILED CONNECT_TIME_OUT"), found


async def test_waiting_for_a_connection_in_vain_is_not_sent(
    service: Service, plugin: CcxtHttpPlugin
) -> None:
    service.on_order = service.silence
    opened(plugin, config_of(service, max_connections=1, pool_timeout=0.1))
    first = asyncio.create_task(submit(plugin))
    await service.arrived.wait()
    second = await submit(plugin)
    assert matches(second, "NotSent POOL_TIME_OUT"), second
    # Questions have connections of their own.
    await plugin.fetch_data("BTC/USDT")
    service.released.set()
    assert matches(await first, "result")
    assert len(service.orders) == 1


async def refuse(peer: Peer) -> None:
    await send_and_close(http(b"this is no TLS", status=400))(peer, Request("", "", {}, b""))


async def test_https_to_a_service_without_tls_is_not_sent(
    service: Service, plugin: CcxtHttpPlugin
) -> None:
    service.on_connect = refuse
    url = service.url.replace("http:", "https:")
    found = await submit(opened(plugin, config_of(service, base_url=url)))
    assert matches(found, "NotSent CONNECT_FAILED"), found
    assert service.connections == 1, "not even a connection is tried again"
    assert service.orders == []


async def test_a_handshake_that_does_not_go_on_is_not_sent(plugin: CcxtHttpPlugin) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"https://127.0.0.1:{listening.getsockname()[1]}"
        config = {"base_url": url, "webhook_secret": SECRET, "connect_timeout": 0.2}
        found = await submit(opened(plugin, config))
    assert matches(found, "NotSent CONNECT_TIME_OUT"), found


async def test_a_certificate_that_nobody_trusts_is_not_sent(
    plugin: CcxtHttpPlugin, certificate: Certificate
) -> None:
    async with Service(tls=certificate[1]) as service:
        found = await submit(opened(plugin, config_of(service)))
    assert matches(found, "NotSent CONNECT_FAILED"), found
    assert "certificate" in str(found).lower()
    assert service.orders == []


async def test_a_certificate_of_another_host_is_not_sent(
    plugin: CcxtHttpPlugin, certificate: Certificate
) -> None:
    path, context = certificate
    async with Service(tls=context) as service:
        url = service.url.replace("localhost", "127.0.0.1")
        config = config_of(service, base_url=url, ca_file=str(path))
        found = await submit(opened(plugin, config))
    assert matches(found, "NotSent CONNECT_FAILED"), found
    assert service.orders == []


# TLS once it stands.


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (None, "result"),
        (send_and_reset(), "Unknown"),
        (send_and_close(), "Unknown"),
        (break_tls, "Unknown"),
    ],
    ids=["honest", "reset", "closed", "broken record"],
)
async def test_after_the_handshake_a_failure_is_unknown(
    plugin: CcxtHttpPlugin, certificate: Certificate, behaviour: Behaviour | None, expected: str
) -> None:
    path, context = certificate
    async with Service(tls=context, on_order=behaviour) as service:
        found = await submit(opened(plugin, config_of(service, ca_file=str(path))))
    assert matches(found, expected), found
    assert len(service.orders) == 1


# Connections.


@pytest.mark.parametrize("closes", [True, False])
async def test_an_order_never_meets_a_connection_that_idled(
    service: Service, plugin: CcxtHttpPlugin, closes: bool
) -> None:
    """The service closes unannounced, or keeps all open although asked not to."""
    service.closes_idle, service.keeps_open = closes, not closes
    opened(plugin, config_of(service))
    for _ in range(3):
        assert matches(await submit(plugin), "result")
    assert len(service.orders) == service.connections == 3
    assert {order.headers["connection"] for order in service.orders} == {"close"}


async def test_a_question_survives_a_connection_closed_meanwhile(
    service: Service, plugin: CcxtHttpPlugin
) -> None:
    await plugin.init(config_of(service))
    await plugin.fetch_data("A")
    assert service.connections == 1, "questions share one"
    service.closes_idle = True
    await plugin.fetch_data("B")
    await plugin.fetch_data("C")
    assert service.connections == 2


async def test_the_environments_proxies_hear_nothing(
    service: Service, plugin: CcxtHttpPlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Service() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.lower(), proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        await plugin.init(config_of(service))
        assert matches(await submit(plugin), "result")
        await plugin.fetch_data("BTC/USDT")
    assert proxy.connections == 0


async def test_a_cookie_is_not_kept(service: Service, plugin: CcxtHttpPlugin) -> None:
    service.on_order = answer(TAKEN, headers={"Set-Cookie": "session=1"})
    opened(plugin, config_of(service))
    await submit(plugin)
    await submit(plugin)
    assert [order.headers.get("cookie") for order in service.orders] == [None, None]


async def test_cancelling_passes_through(service: Service, plugin: CcxtHttpPlugin) -> None:
    service.on_order = service.silence
    task = asyncio.create_task(submit(opened(plugin, config_of(service))))
    await service.arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(service.orders) == 1


# The table of errors.


def test_an_error_is_told_in_the_systems_own_words() -> None:
    error = httpx2.ConnectError("all attempts failed")
    assert words_of_error(error) == "ConnectError: all attempts failed"
    error.__cause__ = OSError("no number, no words of the system")
    assert words_of_error(error) == "ConnectError: all attempts failed"
    error.__cause__.__context__ = ConnectionRefusedError(111, "nobody listens")
    assert words_of_error(error) == "ConnectError: [Errno 111] nobody listens"
    assert words_of_error(RuntimeError()) == "RuntimeError"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (httpx2.ConnectError("x"), "NotSent CONNECT_FAILED"),
        (httpx2.ConnectTimeout("x"), "NotSent CONNECT_TIME_OUT"),
        (httpx2.PoolTimeout("x"), "NotSent POOL_TIME_OUT"),
        (httpx2.ReadTimeout("x"), "Unknown READ_TIME_OUT"),
        (httpx2.WriteTimeout("x"), "Unknown WRITE_TIME_OUT"),
        (httpx2.ReadError("x"), "Unknown CONNECTION_LOST"),
        (httpx2.WriteError("x"), "Unknown CONNECTION_LOST"),
        (httpx2.CloseError("x"), "Unknown CONNECTION_LOST"),
        (httpx2.RemoteProtocolError("x"), "Unknown BROKEN_ANSWER"),
        (httpx2.LocalProtocolError("x"), "Unknown BROKEN_ANSWER"),
        (httpx2.DecodingError("x"), "Unknown BROKEN_ANSWER"),
        (httpx2.ProxyError("x"), "Unknown TRANSPORT_FAILED"),
        (httpx2.UnsupportedProtocol("x"), "Unknown TRANSPORT_FAILED"),
        (httpx2.TooManyRedirects("x"), "Unknown TRANSPORT_FAILED"),
        (httpx2.InvalidURL("x"), "Unknown TRANSPORT_FAILED"),
        (AnswerTooLarge("x"), "Unknown ANSWER_TOO_LARGE"),
        (TimeoutError(), "Unknown TIME_OUT"),
        (ConnectionRefusedError("x"), "Unknown TRANSPORT_FAILED"),
        (ssl.SSLError("x"), "Unknown TRANSPORT_FAILED"),
        (RuntimeError(), "Unknown TRANSPORT_FAILED"),
    ],
    ids=repr,
)
def test_what_an_error_proves(error: Exception, expected: str) -> None:
    found = ending_of(error)
    assert matches(found, expected)
    assert type(error).__name__ in found.text


def every_error(kind: type[Exception]) -> list[type[Exception]]:
    return [kind, *(deeper for inner in kind.__subclasses__() for deeper in every_error(inner))]


def test_of_all_errors_of_httpx2_only_these_prove_that_nothing_was_sent() -> None:
    make: Callable[[type[Exception]], Exception] = lambda kind: kind.__new__(kind)  # noqa: E731
    proof = {
        kind for kind in every_error(httpx2.HTTPError) if isinstance(ending_of(make(kind)), NotSent)
    }
    assert proof == {httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout}

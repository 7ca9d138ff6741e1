"""The listening socket."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvloop

from fillgate.domain.errors import ConfigurationError
from fillgate.service.sockets import handed_over, inherited_socket, listening_socket, url_of


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_socket_that_listens(host: str) -> None:
    with listening_socket(host, 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
        assert not listener.getblocking()
        with socket.create_connection(listener.getsockname()[:2]):
            pass


def test_an_address_in_use_is_refused_by_name() -> None:
    with listening_socket("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"127.0.0.1:{port}.*in use"):
            listening_socket("127.0.0.1", port)


def test_an_address_that_is_not_ours_is_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match=r"cannot listen on 192\.0\.2\.1"):
        listening_socket("192.0.2.1", 0)


@pytest.mark.parametrize(
    ("host", "start"), [("127.0.0.1", "http://127.0.0.1:"), ("::1", "http://[::1]:")]
)
def test_the_address_of_a_listener_as_a_url(host: str, start: str) -> None:
    with listening_socket(host, 0) as listener:
        assert url_of(listener) == f"{start}{listener.getsockname()[1]}"


@pytest.fixture
def handed() -> Iterator[socket.socket]:
    """A socket as systemd makes one: it was not asked for TCP by name."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0) as made:
        made.bind(("127.0.0.1", 0))
        made.listen()
        yield made


def copy_of(made: socket.socket) -> int:
    """Return the number of a copy, as a child gets it."""
    return os.dup(made.fileno())


def test_an_inherited_socket_listens_and_outlives_who_inherited_it(handed: socket.socket) -> None:
    with inherited_socket(copy_of(handed), with_key=False) as listener:
        assert listener.proto == socket.IPPROTO_TCP
        assert not listener.getblocking()
        assert not listener.get_inheritable()
        assert url_of(listener) == f"http://127.0.0.1:{handed.getsockname()[1]}"
    with socket.create_connection(handed.getsockname()):
        pass


class Answering(asyncio.Protocol):
    """Tells what the server's side of its connection has set."""

    def __init__(self, told: "asyncio.Future[int]") -> None:
        self._told = told

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        connection = transport.get_extra_info("socket")
        self._told.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        transport.close()


async def no_delay(listener: socket.socket) -> int:
    loop = asyncio.get_running_loop()
    told: asyncio.Future[int] = loop.create_future()
    server = await loop.create_server(lambda: Answering(told), sock=listener)
    address = listener.getsockname()
    with socket.create_connection(address):
        found = await told
    server.close()
    return found


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
@pytest.mark.parametrize("inherited", [False, True])
def test_connections_send_at_once(
    handed: socket.socket, loop: Callable[[], asyncio.AbstractEventLoop], inherited: bool
) -> None:
    """Without TCP_NODELAY an answer can wait 40 ms."""
    if inherited:
        listener = inherited_socket(copy_of(handed), with_key=False)
    else:
        listener = listening_socket("127.0.0.1", 0)
    with asyncio.Runner(loop_factory=loop) as runner, listener:
        assert runner.run(no_delay(listener)) != 0


def test_what_is_no_listening_tcp_socket_is_refused(tmp_path: Path) -> None:
    with (
        socket.socket() as deaf,
        socket.socket(socket.AF_UNIX) as local,
        (tmp_path / "file").open("wb") as file,
    ):
        local.bind(str(tmp_path / "socket"))
        local.listen()
        for number, words in (
            (deaf.fileno(), "does not listen"),
            (local.fileno(), "none of TCP"),
            (file.fileno(), "is no socket"),
            (10**6, "is not open"),
            (2**40, "is not open"),
        ):
            with pytest.raises(ConfigurationError, match=f"file descriptor {number} .*{words}"):
                inherited_socket(number, with_key=False)
        assert deaf.fileno() >= 0
        os.fstat(deaf.fileno())


def test_an_inherited_socket_reaches_no_further_than_a_configured_one() -> None:
    with listening_socket("0.0.0.0", 0) as wide:
        with pytest.raises(ConfigurationError, match=r"0\.0\.0\.0, beyond this machine"):
            inherited_socket(copy_of(wide), with_key=False)
        with inherited_socket(copy_of(wide), with_key=True):
            pass


@pytest.mark.parametrize(
    ("environ", "number"),
    [
        ({}, None),
        ({"LISTEN_FDS": "1"}, None),
        ({"LISTEN_FDS": "1", "LISTEN_PID": "8"}, None),
        ({"LISTEN_PID": "7"}, None),
        ({"LISTEN_FDS": "1", "LISTEN_PID": "7", "LISTEN_FDNAMES": "fillgate.socket"}, 3),
    ],
)
def test_what_systemd_hands_over(environ: dict[str, str], number: int | None) -> None:
    given = environ | {"OTHER": "stays"}
    assert handed_over(given, 7) == number
    assert given == {"OTHER": "stays"}


@pytest.mark.parametrize("count", ["0", "2", "x"])
def test_one_socket_is_expected(count: str) -> None:
    with pytest.raises(ConfigurationError, match=f"one socket from systemd, found {count}"):
        handed_over({"LISTEN_FDS": count, "LISTEN_PID": "7"}, 7)

"""The listening socket."""

import socket

import pytest

from fillgate.domain.errors import ConfigurationError
from fillgate.service.server import listening_socket, url_of


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_socket_that_listens(host: str) -> None:
    with listening_socket(host, 0) as listener:
        # asyncio sets TCP_NODELAY only on sockets that say that they are TCP.
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

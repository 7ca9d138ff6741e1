"""Addresses to listen on."""

import pytest

from fillgate.config import is_loopback, parse_listen


@pytest.mark.parametrize(
    ("listen", "place"),
    [
        ("127.0.0.1:8005", ("127.0.0.1", 8005)),
        ("[::1]:0", ("::1", 0)),
        ("localhost:65535", ("localhost", 65535)),
    ],
)
def test_addresses(listen: str, place: tuple[str, int]) -> None:
    assert parse_listen(listen) == place


@pytest.mark.parametrize(
    "port", ["", "x", "-1", "65536", "1.5", "٣", "9" * 5000, " 1", "+1", "1_0"]
)
def test_ports_that_are_none(port: str) -> None:
    with pytest.raises(ValueError, match="expected HOST:PORT") as caught:
        parse_listen(f"127.0.0.1:{port}")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("host", ["", "::1", "[::1", "::1]", "[]", "[127.0.0.1]", "[localhost]"])
def test_hosts_that_are_none(host: str) -> None:
    with pytest.raises(ValueError, match="expected HOST:PORT"):
        parse_listen(f"{host}:8005")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "localhost.far.example", "127.1x"])
def test_others(host: str) -> None:
    assert not is_loopback(host)

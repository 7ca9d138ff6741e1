import asyncio
import socket

import pytest

from fillgate.plugins.ccxt.hosts import LoopbackResolver, loopback_socket

PLACES = {"api.example.com": ("127.0.0.1", 1), "*.example.com": ("::1", 2)}


@pytest.mark.parametrize(
    ("host", "address", "port", "family"),
    [
        ("api.example.com", "127.0.0.1", 1, socket.AF_INET),
        ("API.Example.com.", "127.0.0.1", 1, socket.AF_INET),
        ("ws.example.com", "::1", 2, socket.AF_INET6),
        ("a.b.example.com", "::1", 2, socket.AF_INET6),
    ],
)
def test_a_named_host_leads_to_its_place(
    host: str, address: str, port: int, family: socket.AddressFamily
) -> None:
    [found] = asyncio.run(LoopbackResolver(PLACES).resolve(host, 443))
    assert (found["hostname"], found["host"], found["port"], found["family"]) == (
        host,
        address,
        port,
        family,
    )


@pytest.mark.parametrize("host", ["example.com", "localhost", "api.example.com.evil.org", ""])
def test_any_other_host_is_refused_by_name(host: str) -> None:
    with pytest.raises(OSError, match=rf"{host} is refused: only hosts .*\*\.example\.com"):
        asyncio.run(LoopbackResolver(PLACES).resolve(host, 443))


@pytest.mark.parametrize("address", ["8.8.8.8", "0.0.0.0", "localhost", "::"])
def test_no_host_can_be_led_beyond_this_machine(address: str) -> None:
    with pytest.raises(ValueError, match="expected a loopback address"):
        LoopbackResolver({"a": (address, 1)})


def test_a_socket_leads_to_this_machine_only() -> None:
    kind = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
    with pytest.raises(OSError, match=r"192\.0\.2\.1 is refused"):
        loopback_socket((*kind, ("192.0.2.1", 443)))
    loopback_socket((*kind, ("127.0.0.1", 443))).close()

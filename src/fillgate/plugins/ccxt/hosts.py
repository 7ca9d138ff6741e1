"""Host names that lead to an exchange on this machine, and to nothing else.

For practice and tests: a client of a real exchange keeps its addresses, certificates and error
tables, and talks to `fillgate venue` all the same.

Invariants:

1. Only hosts that were named lead anywhere, and only to loopback addresses. Every other host is
   refused with an `OSError` that says which one it was, before a socket is opened.
2. The port is the mapping's, whatever the URL has; the certificate is asked for the URL's host.
3. A URL with an address for a host is no exception: aiohttp resolves nothing there, so
   `loopback_socket` refuses what is beyond this machine.
"""

import errno
import fnmatch
import ipaddress
import socket
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["LoopbackResolver", "loopback_socket"]

_FAMILIES: Final = {4: socket.AF_INET, 6: socket.AF_INET6}


class LoopbackResolver:
    """A resolver for `aiohttp.TCPConnector(resolver=...)`, without aiohttp's base class.

    >>> import asyncio
    >>> resolver = LoopbackResolver({"*.binance.com": ("127.0.0.1", 8443)})
    >>> [found] = asyncio.run(resolver.resolve("api.binance.com", 443))
    >>> found["host"], found["port"]
    ('127.0.0.1', 8443)
    """

    def __init__(self, places: Mapping[str, tuple[str, int]]) -> None:
        """Lead hosts to places.

        Args:
            places: by pattern of host names (`*` stands for any characters, case does not matter),
                the loopback address and port. The first pattern that fits counts.

        Raises:
            ValueError: an address is not a loopback address.
        """
        for pattern, (address, _) in places.items():
            if not _is_loopback(address):
                raise ValueError(f"{pattern!r}: expected a loopback address, found {address!r}")
        self._places = {pattern.lower(): place for pattern, place in places.items()}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[dict[str, Any]]:
        """Return where a host leads, in aiohttp's form.

        Args:
            host: of the URL.
            port: of the URL; the mapping's counts.
            family: does not matter; the mapping's address has its own.

        Raises:
            OSError: the host leads nowhere.
        """
        address, port = self._place(host)
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": _FAMILIES[ipaddress.ip_address(address).version],
                "proto": socket.IPPROTO_TCP,
                "flags": socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            }
        ]

    def _place(self, host: str) -> tuple[str, int]:
        name = host.lower().rstrip(".")
        for pattern, place in self._places.items():
            if fnmatch.fnmatchcase(name, pattern):
                return place
        known = ", ".join(sorted(self._places)) or "none"
        raise OSError(
            errno.EHOSTUNREACH,
            f"{host} is refused: only hosts of this machine may be reached here ({known})",
        )

    async def close(self) -> None:
        """Let go of nothing."""


def loopback_socket(info: tuple[Any, ...]) -> socket.socket:
    """Return a socket for an address of this machine: `aiohttp.TCPConnector(socket_factory=...)`.

    Args:
        info: the address, as `socket.getaddrinfo` tells it.

    Raises:
        OSError: it is beyond this machine.
    """
    family, kind, protocol, _, address = info
    if not _is_loopback(address[0]):
        text = f"{address[0]} is refused: only addresses of this machine may be reached here"
        raise OSError(errno.EHOSTUNREACH, text)
    return socket.socket(family, kind, protocol)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False

"""Where the service listens."""

import ipaddress
import re
from typing import Final

from fillgate.domain.settings import shown

__all__ = ["FORM", "is_loopback", "parse_listen"]

FORM: Final = "HOST:PORT such as 127.0.0.1:8005"
_PORT: Final = re.compile("[0-9]{1,5}")
_LAST_PORT: Final = 65_535


def parse_listen(listen: str) -> tuple[str, int]:
    """Return host and port of `HOST:PORT`; an IPv6 host stands in brackets.

    Raises:
        ValueError: it is no such text.
    """
    host, _, port = listen.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if bracketed else host
    is_host = bool(host) and bracketed == (":" in host)
    if not is_host or _PORT.fullmatch(port) is None or int(port) > _LAST_PORT:
        raise ValueError(f"expected {FORM}, found {shown(listen)}")
    return host, int(port)


def is_loopback(host: str) -> bool:
    """Return whether a host name or address means this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"

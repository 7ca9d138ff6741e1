"""What is asked of the connection of an event stream.

Invariants:

1. A reader that takes nothing costs little memory of the system's, and that is noticed soon: its
   send buffer does not grow.
2. A peer that is gone without a word is noticed by what it does not acknowledge.
"""

import asyncio
import contextlib
import socket
from typing import Final

__all__ = ["make_frugal"]

_SEND_BUFFER: Final = 128 * 1024
_SILENCE_MS: Final = 30_000


def make_frugal(transport: asyncio.Transport) -> None:
    """Bound what the system keeps and how long it tries; where it cannot, it goes on as it is."""
    connection = transport.get_extra_info("socket")
    with contextlib.suppress(OSError, AttributeError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _SILENCE_MS)

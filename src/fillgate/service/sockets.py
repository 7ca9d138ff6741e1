"""The socket that the service listens on: one of its own, or one that it inherits.

Invariants:

1. The socket is there before anything else starts: what is wrong with it is one clear error.
2. Connections send at once (TCP_NODELAY): without it an answer may wait 40 ms for the client to
   acknowledge what was sent before. Event loops set it only on sockets that say that they are TCP;
   here the listener has it, and what it accepts inherits it.
3. An inherited socket outlives the process: who connects while nobody serves waits in it.
4. Beyond this machine nobody is served without an API key, whoever opened the socket.
"""

import os
import socket
import stat
from collections.abc import MutableMapping

from fillgate.config import is_loopback
from fillgate.domain.errors import ConfigurationError

__all__ = ["BACKLOG", "handed_over", "inherited_socket", "listening_socket", "url_of"]

BACKLOG = 2048
"""How many connections may wait to be accepted."""

_FIRST_FD = 3


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens there.

    Raises:
        ConfigurationError: the address is in use, not ours, or unknown.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        msg = f"cannot listen on {host}:{port}: {error.strerror or error}"
        raise ConfigurationError(msg) from None
    return _prepared(listener)


def inherited_socket(number: int, *, with_key: bool) -> socket.socket:
    """Return the listening socket that this process was given under a number.

    Args:
        number: of the file descriptor.
        with_key: whether an API key is asked for.

    Raises:
        ConfigurationError: there is no listening TCP socket under that number, or it can be reached
            from beyond this machine and there is no API key.
    """
    where = f"file descriptor {number}"
    try:
        if not stat.S_ISSOCK(os.fstat(number).st_mode):
            raise ConfigurationError(f"{where} is no socket")
        listener = socket.socket(fileno=number)
    except (OSError, OverflowError, ValueError):
        raise ConfigurationError(f"{where} is not open in this process") from None
    try:
        _check(listener, where, with_key=with_key)
    except BaseException:
        listener.detach()
        raise
    listener.set_inheritable(False)
    return _prepared(listener)


def _check(listener: socket.socket, where: str, *, with_key: bool) -> None:
    if listener.family not in {socket.AF_INET, socket.AF_INET6}:
        raise ConfigurationError(f"{where} is a socket, but none of TCP")
    if not listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        raise ConfigurationError(f"{where} is a socket that does not listen")
    host = listener.getsockname()[0]
    if not with_key and not is_loopback(host):
        raise ConfigurationError(
            f"{where} listens on {host}, beyond this machine: set `service.api_key`"
        )


def _prepared(listener: socket.socket) -> socket.socket:
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setblocking(False)
    return listener


def handed_over(environ: MutableMapping[str, str], pid: int) -> int | None:
    """Return the number of the socket that systemd handed over; None if it did not.

    Args:
        environ: what tells of it is taken out, for it is of no child of ours.
        pid: of this process.

    Raises:
        ConfigurationError: it handed over none, or several.
    """
    meant = environ.pop("LISTEN_PID", None) == str(pid)
    count = environ.pop("LISTEN_FDS", None)
    environ.pop("LISTEN_FDNAMES", None)
    if not meant or count is None:
        return None
    if count != "1":
        raise ConfigurationError(f"expected one socket from systemd, found {count}")
    return _FIRST_FD


def url_of(listener: socket.socket) -> str:
    """Return the address of who listens there, for example `http://127.0.0.1:8005`."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

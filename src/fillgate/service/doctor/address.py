"""The listening address: free, or held by this fillgate, or by something else."""

import errno
import socket
from collections.abc import Iterator, Sequence

from fillgate.config import is_loopback, parse_listen
from fillgate.service.doctor.diagnosis import Diagnosis, fine, problem, warning
from fillgate.service.doctor.journal import writer_of
from fillgate.service.doctor.patient import Patient

__all__ = ["check_address"]

_ANOTHER = "stop it, or choose another address with `listen` in [service]"


async def check_address(patient: Patient) -> Sequence[Diagnosis]:
    """Look whether the service can listen, and who could reach it."""
    return [_held(patient), *_reach(patient)]


def _held(patient: Patient) -> Diagnosis:
    listen = patient.configuration.service.listen
    fault = _fault_of(*parse_listen(listen))
    if fault is None:
        return fine(f"{listen} is free")
    if fault.errno != errno.EADDRINUSE:
        return problem(
            f"cannot listen on {listen}: {fault.strerror or fault}",
            "choose an address of this machine with `listen` in [service]; ports below 1024 need "
            "rights of their own",
        )
    if patient.running is None:
        return problem(f"another program listens on {listen}", _ANOTHER)
    if patient.journal.exists() and writer_of(patient.journal) is None:
        return problem(f"a fillgate with another data folder listens on {listen}", _ANOTHER)
    health = patient.running.health
    text = f"fillgate {health['version']} runs on {listen}"
    if health.get("status") == "ok":
        return fine(text)
    return warning(
        f"{text}; it says it is {health.get('status')}",
        f"see {listen}/health, the accounts below, and the log",
    )


def _fault_of(host: str, port: int) -> OSError | None:
    """Return why one cannot listen there; None if one can.

    The socket is bound and never listens, so it is in nobody's way.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None


def _reach(patient: Patient) -> Iterator[Diagnosis]:
    host, _ = parse_listen(patient.configuration.service.listen)
    if is_loopback(host):
        yield fine(
            "only this machine reaches it; TradingView comes in by a proxy on port 80 or 443"
        )
    else:
        yield warning(
            f"other machines reach {host}, over plain HTTP: who reads on the way can send orders",
            "listen on 127.0.0.1 behind a proxy with TLS; TradingView sends to ports 80 and 443",
        )

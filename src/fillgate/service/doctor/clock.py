"""The clock: orders are refused for their age, and venues refuse what is too old."""

import asyncio
import ctypes
import struct
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from typing import Final

import httpx2

from fillgate.config import AccountConfig
from fillgate.domain.clock import Clock
from fillgate.domain.errors import ConfigurationError
from fillgate.plugins.ccxt_http.options import read_settings, tls_context
from fillgate.service.doctor.diagnosis import Diagnosis, fine, problem, warning
from fillgate.service.doctor.patient import Patient

__all__ = ["check_clock", "compared", "disciplined", "kernel_state", "not_set_back"]

_MICROSECONDS: Final = 1_000_000
_TIMEX_BYTES: Final = 512
"""More than `struct timex` has on any machine."""
_STATE: Final = struct.Struct("@Illlli")
"""Its first fields: modes, offset, freq, maxerror, esterror, status."""
_UNSYNCHRONISED: Final = 0x40
_DEADLINE: Final = 5.0
_DOUBTFUL: Final = 2.0
"""Seconds; a Date header has no fractions, and the answer takes a while."""
_WRONG: Final = 10.0

_SYNCHRONISE: Final = (
    "let the machine keep time by NTP: `timedatectl set-ntp true`, or install chrony"
)


async def check_clock(patient: Patient) -> Sequence[Diagnosis]:
    """Look at the clock: kept by NTP, like the services' clocks, not before the journal's end."""
    services = [
        _of_service(name, account, patient.clock)
        for name, account in patient.configuration.accounts.items()
        if account.type == "ccxt-http"
    ]
    return [
        disciplined(kernel_state()),
        *not_set_back(patient),
        *filter(None, await asyncio.gather(*services)),
    ]


def kernel_state() -> tuple[int, int] | None:
    """Return the kernel's bound for the clock's error (microseconds) and its status bits.

    None where the kernel cannot be asked.
    """
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return None
    # No mode is set: nothing is adjusted.
    state = ctypes.create_string_buffer(_TIMEX_BYTES)
    if adjtimex(state) < 0:
        return None
    _, _, _, largest_error, _, status = _STATE.unpack_from(state.raw)
    return largest_error, status


def disciplined(state: tuple[int, int] | None) -> Diagnosis:
    """Judge whether something keeps the clock right, by the kernel's state."""
    if state is None:
        return warning("the kernel does not tell whether NTP keeps the clock", _SYNCHRONISE)
    largest_error, status = state
    if status & _UNSYNCHRONISED:
        return warning(
            "nothing keeps the clock right: the kernel calls it unsynchronised", _SYNCHRONISE
        )
    return fine(f"NTP keeps the clock, right within {largest_error / _MICROSECONDS:.3f} s")


def not_set_back(patient: Patient) -> Sequence[Diagnosis]:
    """Judge whether the journal was written in what is now the future."""
    written = [
        path.stat().st_mtime
        for path in (patient.journal, patient.journal.with_name(f"{patient.journal.name}-wal"))
        if path.exists()
    ]
    ahead = max(written, default=0.0) - patient.clock.now() / _MICROSECONDS
    if ahead <= _DOUBTFUL:
        return []
    text = f"the journal was last written {ahead:.0f} s from now: the clock was set back"
    return [problem(text, "set the clock right before the service starts")]


async def _of_service(name: str, account: AccountConfig, clock: Clock) -> Diagnosis | None:
    """Compare the clock with the Date header of an account's service; None without an answer."""
    where = f"accounts.{name}"
    try:
        options, _ = read_settings(account.options, where)
        async with httpx2.AsyncClient(
            verify=tls_context(options, where), trust_env=False, timeout=_DEADLINE
        ) as client:
            answer = await client.get(f"{options.base_url}/health")
        told = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (ConfigurationError, httpx2.HTTPError, KeyError, ValueError):
        # Whether it can be reached is the accounts' check.
        return None
    return compared(name, clock.now() / _MICROSECONDS - told)


def compared(name: str, ahead: float) -> Diagnosis:
    """Judge how many seconds this clock is ahead of the clock of an account's service."""
    side = "ahead of" if ahead > 0 else "behind"
    text = f"the clock is {abs(ahead):.0f} s {side} that of the service of {name}"
    if abs(ahead) <= _DOUBTFUL:
        return fine(f"the clock agrees with that of the service of {name}")
    advice = f"find out which of the two is wrong; {_SYNCHRONISE}"
    return problem(text, advice) if abs(ahead) > _WRONG else warning(text, advice)

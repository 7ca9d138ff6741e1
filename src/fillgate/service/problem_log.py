"""Requests that were answered with a problem: counted all, logged sampled.

Anybody who reaches the port can cause these, so a line of the log has nothing of what was sent: the
door, the code, and where it came from. Signals that were refused are logged as such, by the engine.
"""

from typing import Any, Final

from fillgate.engine.sampler import Sampler
from fillgate.meters import Meters
from fillgate.service.http import Scope
from fillgate.service.problems import PROBLEMS, Problem

__all__ = ["API", "OTHER", "WEBHOOK", "ProblemLog"]

WEBHOOK: Final = "webhook"
API: Final = "api"
OTHER: Final = "other"
"""Doors, as metrics and log name them; see `meters.DOORS`."""

_DOORS: Final = {"webhook": WEBHOOK, "api": API}
"""Doors by how their paths begin."""

_UNFORESEEN: Final = "INTERNAL_ERROR"
_WARNED_OF: Final = frozenset({401, 403, 503})
"""Statuses of which an operator should know; others are mistakes of those who asked."""


class ProblemLog:
    """Takes note of problems."""

    def __init__(self, meters: Meters, sampler: Sampler) -> None:
        """Count in `meters`, write through `sampler`."""
        self._meters = meters
        self._sampler = sampler

    def note(self, problem: Problem, scope: Scope) -> None:
        """Take note of a request that was answered with a problem."""
        door = _door(scope)
        code = problem.code if problem.code in PROBLEMS else _UNFORESEEN
        self._meters.problems[door, code] += 1
        if problem.extra.get("signal") is None:
            level = "warning" if problem.kind.status in _WARNED_OF else "info"
            kind = {"door": door, "code": code}
            self._sampler.write(level, "request-refused", kind, client=_client(scope))

    def fail(self, error: Exception, scope: Scope) -> None:
        """Take note of a request whose handling raised."""
        door = _door(scope)
        self._meters.problems[door, _UNFORESEEN] += 1
        kind = {"door": door, "code": _UNFORESEEN}
        self._sampler.write("error", "request-failed", kind, client=_client(scope), exc_info=error)


def _door(scope: Scope) -> str:
    """Return the door that a request came to."""
    first = scope["path"].split("/", 2)[1:2]
    return _DOORS.get("".join(first), OTHER)


def _client(scope: Scope) -> Any:
    """Return the address of the other end; a proxy's, where there is one."""
    client = scope.get("client")
    return client[0] if client else None

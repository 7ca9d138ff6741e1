"""The system: versions and limits."""

import platform
import resource
from collections.abc import Sequence
from typing import Final

import apsw

from fillgate import __version__
from fillgate.service.doctor.diagnosis import Diagnosis, fine, problem, warning
from fillgate.service.doctor.patient import Patient

__all__ = ["check_system", "judge_limit", "judge_sqlite"]

_LEAST_SQLITE: Final = (3, 51, 3)
_FEW_FILES: Final = 1024


async def check_system(_patient: Patient) -> Sequence[Diagnosis]:
    """Look at the versions of what fillgate stands on, and at the system's limits."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return [
        fine(f"fillgate {__version__}, Python {platform.python_version()}"),
        judge_sqlite(apsw.sqlite_lib_version()),
        judge_limit(soft),
    ]


def judge_sqlite(version: str) -> Diagnosis:
    """Judge the version of SQLite: older ones can damage a journal that is read while written."""
    numbers = tuple(int(number) for number in version.split("."))
    if numbers >= _LEAST_SQLITE:
        return fine(f"SQLite {version}")
    least = ".".join(map(str, _LEAST_SQLITE))
    return problem(
        f"SQLite {version} can damage a journal", f"install apsw with SQLite {least} or newer"
    )


def judge_limit(files: int) -> Diagnosis:
    """Judge how many files and connections the process may have open; below 0 there is no limit."""
    if files < 0 or files >= _FEW_FILES:
        return fine(f"{'any number of' if files < 0 else files} open files are allowed")
    return warning(
        f"only {files} open files are allowed, connections among them",
        "raise the limit: LimitNOFILE in a systemd unit, `ulimit -n` in a shell",
    )

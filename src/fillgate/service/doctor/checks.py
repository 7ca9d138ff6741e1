"""The table of checks, and the round through them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from fillgate.config import Configuration
from fillgate.domain.clock import Clock
from fillgate.engine.clock import SystemClock
from fillgate.service.doctor.accounts import check_accounts
from fillgate.service.doctor.address import check_address
from fillgate.service.doctor.clock import check_clock
from fillgate.service.doctor.diagnosis import Diagnosis, fine, problem, warning
from fillgate.service.doctor.disk import check_disk
from fillgate.service.doctor.files import check_files
from fillgate.service.doctor.journal import check_journal, writer_of
from fillgate.service.doctor.patient import Patient
from fillgate.service.doctor.running import find_running
from fillgate.service.doctor.system import check_system
from fillgate.service.files import JOURNAL_FILE
from fillgate.service.warnings import warnings

__all__ = ["CHECKS", "examine"]

Check = Callable[[Patient], Awaitable[Sequence[Diagnosis]]]


async def _configuration(patient: Patient) -> Sequence[Diagnosis]:
    path = patient.configuration.path
    found = [
        warning(text, "see `fillgate config show`") for text in warnings(patient.configuration)
    ]
    return found or [fine("no configuration file is used" if path is None else f"{path} is sound")]


CHECKS: Final[Mapping[str, Check]] = {
    "configuration": _configuration,
    "system": check_system,
    "clock": check_clock,
    "files": check_files,
    "disk": check_disk,
    "journal": check_journal,
    "address": check_address,
    "accounts": check_accounts,
}
"""What is looked at, in this order."""


async def examine(
    configuration: Configuration, *, clock: Clock | None = None
) -> AsyncIterator[tuple[str, Diagnosis]]:
    """Go through all checks and give what they say, each with the check's name.

    Args:
        configuration: a sound one.
        clock: to be compared with others; the system's by default.
    """
    is_ours = writer_of(Path(configuration.service.data) / JOURNAL_FILE) is not None
    running = await find_running(configuration, is_ours=is_ours)
    patient = Patient(configuration, clock or SystemClock(), running)
    for name, check in CHECKS.items():
        try:
            found = await check(patient)
        except OSError as error:
            advice = "run this as the user that runs the service"
            found = [problem(f"cannot look: {error}", advice)]
        for diagnosis in found:
            yield name, diagnosis

"""Patients: configurations on this machine, and what is made of them."""

from collections.abc import Sequence
from pathlib import Path

from fillgate.domain.clock import Clock
from fillgate.engine.clock import SystemClock
from fillgate.service.configuration import load
from fillgate.service.doctor.diagnosis import Diagnosis, Level
from fillgate.service.doctor.patient import Patient
from fillgate.service.doctor.running import Running
from tests.configuration import SECRET


def patient(
    folder: Path,
    text: str = "",
    *,
    clock: Clock | None = None,
    running: Running | None = None,
    **environ: str,
) -> Patient:
    """Return a patient with its data in `folder / "data"`, and the rest as this text says."""
    path = folder / "fillgate.toml"
    path.write_text(text)
    given = {"S": SECRET, "FILLGATE_SERVICE_DATA": str(folder / "data"), **environ}
    return Patient(load(path, environ=given), clock or SystemClock(), running)


def ccxt(url: str, **options: str) -> str:
    """Return an account `real` of a service there."""
    lines = "".join(f"{key} = {value}\n" for key, value in options.items())
    service = f'base_url = "{url}"\nwebhook_secret = "env:S"\n'
    return f'[accounts.real]\ntype = "ccxt-http"\n{service}{lines}'


def levels(found: Sequence[Diagnosis]) -> list[Level]:
    return [each.level for each in found]


def told(found: Sequence[Diagnosis]) -> str:
    """Return all texts, a line each; what is not fine says what to do, and none shows a secret."""
    for each in found:
        assert (each.advice != "") == (each.level is not Level.OK)
        assert SECRET not in each.text + each.advice
    return "\n".join(f"{each.level}: {each.text} -> {each.advice}" for each in found)

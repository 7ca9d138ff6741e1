"""The round through all checks."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from fillgate.service.doctor import Diagnosis, examine
from fillgate.service.doctor.checks import CHECKS
from fillgate.service.doctor.patient import Patient
from tests.configuration import SECRET
from tests.service.doctor.conftest import patient, told


async def examined(subject: Patient) -> list[tuple[str, Diagnosis]]:
    return [each async for each in examine(subject.configuration, clock=subject.clock)]


async def test_every_check_says_something_and_no_secret(tmp_path: Path) -> None:
    text = '[service]\nlisten = "127.0.0.1:0"\napi_key = "env:S"\n[webhook]\nsecret = "env:S"'
    found = await examined(patient(tmp_path, text))
    assert list(dict.fromkeys(name for name, _ in found)) == list(CHECKS)
    assert SECRET not in told([each for _, each in found])
    assert os.listdir(tmp_path) == ["fillgate.toml"]  # noqa: PTH208 - blocks no longer than a name


async def test_a_doubtful_configuration_is_told(tmp_path: Path) -> None:
    text = 'default_account = "mock"\n[service]\nlisten = "127.0.0.1:0"\n[accounts.a]\n'
    text += 'type = "ccxt-http"\nbase_url = "http://127.0.0.1:1"\nwebhook_secret = "env:S"'
    found = await examined(patient(tmp_path, text))
    words = told([each for name, each in found if name == "configuration"])
    assert "warning: `default_account` is 'mock', a simulated venue" in words


async def test_what_cannot_be_looked_at_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def blind(_patient: Patient) -> Sequence[Diagnosis]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setitem(CHECKS, "files", blind)
    found = dict(await examined(patient(tmp_path, '[service]\nlisten = "127.0.0.1:0"')))
    assert "problem: cannot look: [Errno 13] Permission denied" in told([found["files"]])
    assert "system" in found

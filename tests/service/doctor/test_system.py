"""Versions and limits."""

from pathlib import Path

import pytest

from fillgate.service.doctor.diagnosis import Level
from fillgate.service.doctor.system import check_system, judge_limit, judge_sqlite
from tests.service.doctor.conftest import patient, told


@pytest.mark.parametrize(
    ("version", "level"),
    [
        ("3.51.3", Level.OK),
        ("3.100.0", Level.OK),
        ("3.51.2", Level.PROBLEM),
        ("3.40", Level.PROBLEM),
    ],
)
def test_sqlite(version: str, level: Level) -> None:
    assert judge_sqlite(version).level is level
    assert version in told([judge_sqlite(version)])


@pytest.mark.parametrize(
    ("files", "level"), [(256, Level.WARNING), (1024, Level.OK), (-1, Level.OK)]
)
def test_open_files(files: int, level: Level) -> None:
    assert judge_limit(files).level is level
    assert "open files" in told([judge_limit(files)])


async def test_this_system_is_fit(tmp_path: Path) -> None:
    assert "problem" not in told(await check_system(patient(tmp_path)))

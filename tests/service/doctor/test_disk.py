"""The disk: its kind, its room, and how long a flush takes."""

from pathlib import Path
from typing import NamedTuple

import pytest

from fillgate.service.doctor.diagnosis import Level
from fillgate.service.doctor.disk import (
    check_disk,
    file_system,
    flush_times,
    judge_file_system,
    judge_flushes,
)
from tests.service.doctor.conftest import levels, patient, told


def test_file_systems_are_told_apart(tmp_path: Path) -> None:
    assert file_system(Path("/proc/self")) == "proc"
    link = tmp_path / "link"
    link.symlink_to("/proc")
    assert file_system(link) == "proc"
    assert file_system(tmp_path) not in {"", "proc"}


@pytest.mark.parametrize(
    ("kind", "level", "words"),
    [
        ("ext4", Level.OK, "type ext4"),
        ("", Level.OK, "type unknown"),
        ("nfs4", Level.PROBLEM, "over a network"),
        ("cifs", Level.PROBLEM, "local disk"),
        ("fuse.sshfs", Level.PROBLEM, "over a network"),
        ("9p", Level.PROBLEM, "over a network"),
        ("tmpfs", Level.WARNING, "lost with the power"),
        ("overlay", Level.WARNING, "on a volume"),
    ],
)
def test_a_kind_is_judged(kind: str, level: Level, words: str) -> None:
    found = judge_file_system(Path("/data"), kind)
    assert found.level is level
    assert words in told([found])


class Slow:
    """A disk whose flushes take these times."""

    def __init__(self, *seconds: float) -> None:
        self.now = 0.0
        self.times = iter(seconds)

    def flush(self, _file: int) -> None:
        self.now += next(self.times)

    def clock(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("times", "level"),
    [
        ([0.003] * 30, Level.OK),
        ([0.003] * 29 + [0.9], Level.OK),
        ([0.003] * 29 + [1.5], Level.WARNING),
        ([0.08] * 30, Level.WARNING),
    ],
)
def test_flushes_are_timed_and_judged(tmp_path: Path, times: list[float], level: Level) -> None:
    disk = Slow(*times)
    measured = flush_times(tmp_path, flush=disk.flush, clock=disk.clock)
    assert measured == pytest.approx(times)
    assert judge_flushes(measured).level is level
    assert list(tmp_path.iterdir()) == []


def test_nothing_stays_of_a_disk_that_fails(tmp_path: Path) -> None:
    def flush(_file: int) -> None:
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        flush_times(tmp_path, flush=flush)
    assert list(tmp_path.iterdir()) == []


async def test_the_folder_that_it_will_be_made_in(tmp_path: Path) -> None:
    found = await check_disk(patient(tmp_path))
    assert f"{tmp_path} is on a file system" in told(found)
    assert "a flush to disk takes" in told(found)
    assert not (tmp_path / "data").exists()


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    # Not even by root.
    found = await check_disk(patient(tmp_path, FILLGATE_SERVICE_DATA="/proc/data"))
    assert "problem: /proc cannot be written: " in told(found)


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(
    ("mebibytes", "level"), [(50, Level.PROBLEM), (500, Level.WARNING), (5000, Level.OK)]
)
async def test_room_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mebibytes: int, level: Level
) -> None:
    usage = Usage(0, 0, mebibytes * 1024 * 1024)
    monkeypatch.setattr("fillgate.service.doctor.disk.shutil.disk_usage", lambda _: usage)
    found = await check_disk(patient(tmp_path))
    assert levels(found)[1] is level
    assert f"{mebibytes} MiB" in told(found)

"""The clock, judged by the kernel, by services and by the journal."""

import os
from email.utils import formatdate
from pathlib import Path

import pytest

from fillgate.service.doctor.clock import (
    check_clock,
    compared,
    disciplined,
    kernel_state,
    not_set_back,
)
from fillgate.service.doctor.diagnosis import Level
from fillgate.testing.clock import VirtualClock
from tests.plugins.ccxt_http.service import Service, answer, send_and_close
from tests.service.doctor.conftest import ccxt, patient, told

NOW = 1_767_225_600


def test_the_kernel_tells_its_state() -> None:
    state = kernel_state()
    assert state is not None
    largest_error, status = state
    assert largest_error >= 0
    assert status >= 0


@pytest.mark.parametrize(
    ("state", "level", "words"),
    [
        ((1500, 0x2001), Level.OK, "right within 0.002 s"),
        ((16_000_000, 0x40), Level.WARNING, "unsynchronised"),
        ((0, 0x2041), Level.WARNING, "timedatectl set-ntp true"),
        (None, Level.WARNING, "does not tell"),
    ],
)
def test_its_state_is_judged(state: tuple[int, int] | None, level: Level, words: str) -> None:
    found = disciplined(state)
    assert found.level is level
    assert words in told([found])


@pytest.mark.parametrize(
    ("ahead", "level", "words"),
    [
        (0.4, Level.OK, "agrees"),
        (-2.0, Level.OK, "agrees"),
        (2.1, Level.WARNING, "2 s ahead of"),
        (-9.0, Level.WARNING, "9 s behind"),
        (3600.0, Level.PROBLEM, "3600 s ahead of"),
        (-11.0, Level.PROBLEM, "11 s behind"),
    ],
)
def test_a_difference_is_judged(ahead: float, level: Level, words: str) -> None:
    found = compared("real", ahead)
    assert found.level is level
    assert words in told([found])


@pytest.mark.parametrize(
    ("date", "words"),
    [
        (formatdate(NOW, usegmt=True), "ok: the clock agrees with that of the service of real"),
        (formatdate(NOW + 5, usegmt=True), "warning: the clock is 5 s behind that of the service"),
        (formatdate(NOW - 90, usegmt=True), "problem: the clock is 90 s ahead of that"),
    ],
)
async def test_a_services_clock_is_read_from_its_answer(
    tmp_path: Path, date: str, words: str
) -> None:
    async with Service(on_health=answer({"status": "ok"}, headers={"Date": date})) as service:
        clock = VirtualClock(start=NOW * 1_000_000)
        found = await check_clock(patient(tmp_path, ccxt(service.url), clock=clock))
    assert words in told(found)


@pytest.mark.parametrize("headers", [{}, {"Date": "yesterday"}, {"Date": "Mon, 99 Foo 2026"}])
async def test_a_service_without_a_date_says_nothing(
    tmp_path: Path, headers: dict[str, str]
) -> None:
    async with Service(on_health=answer({}, headers=headers)) as service:
        assert "real" not in told(await check_clock(patient(tmp_path, ccxt(service.url))))


async def test_a_service_that_does_not_answer_says_nothing(tmp_path: Path) -> None:
    async with Service(on_health=send_and_close(b"what?")) as service:
        text = ccxt(service.url)
        assert "real" not in told(await check_clock(patient(tmp_path, text)))
    assert "real" not in told(await check_clock(patient(tmp_path, text)))


@pytest.mark.parametrize("name", ["journal.db", "journal.db-wal"])
def test_a_journal_from_the_future(tmp_path: Path, name: str) -> None:
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / name
    file.touch()
    subject = patient(tmp_path, clock=VirtualClock(start=NOW * 1_000_000))
    for written, words in ((NOW - 5, ""), (NOW + 1, ""), (NOW + 60, "last written 60 s from now")):
        os.utime(file, (written, written))
        found = told(not_set_back(subject))
        assert words in found
        assert bool(found) == bool(words)

"""The listening address: free, held, not ours, or reached by others."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from fillgate.journal.sqlite import SqliteJournal
from fillgate.service.doctor.address import check_address
from fillgate.service.doctor.patient import Patient
from fillgate.service.doctor.running import Running
from fillgate.testing.context import RecordingLogger
from tests.configuration import SECRET
from tests.service.doctor.conftest import patient, told


@pytest.fixture
def held() -> Iterator[int]:
    """A port on which something listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def at(folder: Path, listen: str, running: Running | None = None) -> Patient:
    return patient(folder, running=running, FILLGATE_SERVICE_LISTEN=listen, FILLGATE_API_KEY=SECRET)


async def test_a_free_one(tmp_path: Path, held: int) -> None:
    assert told(await check_address(at(tmp_path, "127.0.0.1:0"))).startswith(
        "ok: 127.0.0.1:0 is free"
    )


async def test_one_that_something_else_holds(tmp_path: Path, held: int) -> None:
    words = told(await check_address(at(tmp_path, f"127.0.0.1:{held}")))
    assert f"problem: another program listens on 127.0.0.1:{held} -> stop it" in words


async def test_one_that_is_not_ours(tmp_path: Path) -> None:
    words = told(await check_address(at(tmp_path, "203.0.113.1:8005")))
    assert "problem: cannot listen on 203.0.113.1:8005: " in words


async def test_one_that_others_reach(tmp_path: Path) -> None:
    words = told(await check_address(at(tmp_path, "0.0.0.0:0")))
    assert "warning: other machines reach 0.0.0.0, over plain HTTP" in words
    assert "a proxy with TLS; TradingView sends to ports 80 and 443" in words


def running(status: str) -> Running:
    return Running({"version": "1.2", "accepting": True, "status": status}, ())


@pytest.mark.parametrize(("status", "level"), [("ok", "ok"), ("degraded", "warning")])
async def test_our_own_service(tmp_path: Path, held: int, status: str, level: str) -> None:
    subject = at(tmp_path, f"127.0.0.1:{held}", running(status))
    journal = await SqliteJournal.open(subject.journal, logger=RecordingLogger())
    words = told(await check_address(subject))
    assert words.startswith(f"{level}: fillgate 1.2 runs on 127.0.0.1:{held}")
    await journal.close()
    assert "a fillgate with another data folder listens" in told(await check_address(subject))

"""The accounts, asked for their health; nothing else is asked of them, and nothing stays."""

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fillgate.plugins.mock import MockPlugin
from fillgate.service.doctor.accounts import check_accounts
from fillgate.service.doctor.running import Running
from tests.plugins.ccxt_http.service import Service, answer, send_and_hang
from tests.service.doctor.conftest import ccxt, patient, told


async def said(folder: Path, text: str, running: Running | None = None) -> str:
    return told(await check_accounts(patient(folder, text, running=running)))


async def test_those_that_are_well(tmp_path: Path) -> None:
    async with Service() as service:
        words = await said(tmp_path, ccxt(service.url))
    assert words.splitlines() == [
        "ok: real (ccxt-http) is well -> ",
        "ok: mock (mock) is well -> ",
    ]
    assert {request.target for request in service.requests} == {"/health"}
    assert service.orders == []


async def test_a_service_that_is_stopped(tmp_path: Path) -> None:
    async with Service() as service:
        text = ccxt(service.url)
    words = await said(tmp_path, text)
    assert "problem: real (ccxt-http): GET " in words
    assert "Connect call failed" in words
    assert "ok: mock" in words


async def test_a_service_that_is_not_well(tmp_path: Path) -> None:
    async with Service(on_health=answer({"status": "down", "detail": "no keys"})) as service:
        words = await said(tmp_path, ccxt(service.url))
    assert "problem: real (ccxt-http): GET /health: status down no keys" in words


async def test_a_service_that_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fillgate.service.doctor.accounts._DEADLINE", 0.05)
    async with Service(on_health=send_and_hang()) as service:
        words = await said(tmp_path, ccxt(service.url))
    assert "problem: real (ccxt-http): no answer within 0.05 seconds" in words


class Broken(MockPlugin):
    async def init(self, config: Mapping[str, Any]) -> None:
        raise RuntimeError("a plugin's own fault")

    async def close(self) -> None:
        raise RuntimeError("and again")


class Unwell(MockPlugin):
    async def health_check(self) -> bool:
        return False


@pytest.mark.parametrize(
    ("plugin", "words"),
    [(Broken, "a plugin's own fault"), (Unwell, "says that orders cannot be sent now")],
)
async def test_a_plugin_with_faults_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plugin: type[MockPlugin], words: str
) -> None:
    subject = patient(tmp_path)
    monkeypatch.setattr("fillgate.service.doctor.accounts.plugin_type", lambda *_: plugin)
    assert words in told(await check_accounts(subject))


def ledger(path: Path) -> str:
    return f'[accounts.mock]\ntype = "mock"\nledger_path = "{path}"'


async def test_a_ledger_is_neither_made_nor_locked(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    assert "ok: mock (mock) is well" in await said(tmp_path, ledger(path))
    assert not path.exists()


async def test_a_ledger_in_use(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        words = await said(tmp_path, ledger(path))
    assert f"its ledger {path} is in use by the process {os.getpid()}" in words


@pytest.mark.parametrize(("name", "words"), [("text", "no ledger record"), ("no/x", "no folder")])
async def test_a_ledger_that_cannot_be_one(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "text").write_text("text\n")
    assert words in await said(tmp_path, ledger(tmp_path / name))


async def test_a_running_service_speaks_for_its_accounts(tmp_path: Path) -> None:
    accounts = (
        {"name": "real", "up": False, "reason": "no keys"},
        {"name": "mock", "up": True, "reason": None},
    )
    async with Service() as service:
        words = await said(tmp_path, ccxt(service.url), Running({}, accounts))
    assert "problem: real is down, says the running service: no keys" in words
    assert "ok: mock is up, says the running service" in words
    assert service.requests == []


async def test_an_account_that_the_running_service_does_not_know_is_asked(tmp_path: Path) -> None:
    accounts = ({"name": "mock", "up": True, "reason": None},)
    async with Service() as service:
        words = await said(tmp_path, ccxt(service.url), Running({}, accounts))
    assert "ok: mock is up, says the running service" in words
    assert "ok: real (ccxt-http) is well" in words

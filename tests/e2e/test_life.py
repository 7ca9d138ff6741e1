"""The life of the process: how it starts, refuses to start, and stops in good order."""

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from fillgate.domain.events import Event, ServiceStarted, ServiceStopped
from fillgate.journal.base import Recorded
from fillgate.journal.reader import SqliteReader
from tests.e2e.process import PATIENCE, WEBHOOK, Service, alert, serving, until
from tests.e2e.sender import Connection, request, send_at_once

CANNOT_START = 2


def fails_to_start(service: Service) -> str:
    """Start a service that cannot start, and return what it says."""
    service.launch()
    assert service.process is not None
    assert service.process.wait(PATIENCE) == CANNOT_START
    assert "Traceback" not in service.log
    return service.log


async def events_of(service: Service) -> Sequence[Recorded]:
    reader = await SqliteReader.open(service.data / "journal.db")
    try:
        assert await reader.verify() is None
        return await reader.events(limit=1_000_000)
    finally:
        await reader.close()


def kinds(events: Sequence[Recorded], kind: type[Event]) -> int:
    return sum(isinstance(record.event, kind) for record in events)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    return one, two


# Starting


def test_a_busy_port_is_one_clear_error(folders: tuple[Path, Path]) -> None:
    with serving(Service(folders[0])) as first:
        second = Service(folders[1], listen=first.listen)
        words = fails_to_start(second)
        assert f"cannot listen on {first.listen}" in words
        assert "in use" in words
        assert not second.data.exists()
        assert first.get("/health")["status"] == "ok"


def test_one_process_a_data_folder(folders: tuple[Path, Path]) -> None:
    with serving(Service(folders[0])) as first:
        assert first.process is not None
        settings = {"service": {"data": str(first.data)}}
        words = fails_to_start(Service(folders[1], settings))
        assert f"process with the id {first.process.pid}" in words
        assert first.get("/health")["status"] == "ok"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"service": {"listen": "0.0.0.0:0"}}, "FILLGATE_API_KEY"),
        (
            {"accounts.mock": {"sed": 5}},
            "`accounts.mock.sed` is not a setting; did you mean `seed`",
        ),
        ({"accounts.a": {"type": "nothing"}}, "`accounts.a.type`"),
        ({"webhook": {"secret": "hunter2-hunter2"}}, "`webhook.secret`"),
    ],
)
def test_a_wrong_setting_is_one_clear_error(
    tmp_path: Path, settings: dict[str, dict[str, Any]], words: str
) -> None:
    told = fails_to_start(Service(tmp_path, settings))
    assert words in told
    assert "hunter2" not in told


# The generated secret


def test_the_generated_secret_is_its_owners_and_stays(tmp_path: Path) -> None:
    service = Service(tmp_path)
    with serving(service):
        file = service.data / "webhook-secret"
        assert file.stat().st_mode & 0o777 == 0o600
        assert service.data.stat().st_mode & 0o777 == 0o700
        assert [path.name for path in service.data.glob("webhook-secret*")] == ["webhook-secret"]
        secret = service.secret
        assert len(secret) >= 40
        assert secret not in service.log
        assert service.end(signal.SIGTERM) == 0
        service.start()
        assert service.secret == secret
        service.end(signal.SIGTERM)
        file.chmod(0o640)
        assert f"chmod 600 {file}" in fails_to_start(service)


# Stopping

SLOW: dict[str, dict[str, Any]] = {"accounts.mock": {"latency_ms": 400}, "service": {"wait": 5}}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_who_waits_is_answered_and_what_flies_is_recorded(
    tmp_path: Path, number: signal.Signals
) -> None:
    with serving(Service(tmp_path, SLOW)) as service:
        bodies = [alert(symbol=f"S{n}/USDT", id=f"alert-{n}") for n in range(6)]
        posts = [request(WEBHOOK, body, service.signed(body)) for body in bodies]
        hurried = [post.replace(b"\r\n", b"\r\nPrefer: respond-async\r\n", 1) for post in posts]
        waiting = asyncio.create_task(send_at_once(service.url, posts[:3]))
        replies = await send_at_once(service.url, hurried[3:])
        await asyncio.to_thread(until, lambda: len(orders(service)) == 6, "all fly")
        code = await asyncio.to_thread(service.end, number)
        replies += await waiting
        assert code == 0
        assert {reply.status for reply in replies} == {200, 202}
        events = await events_of(service)
        assert isinstance(events[-1].event, ServiceStopped)
        assert (kinds(events, ServiceStarted), kinds(events, ServiceStopped)) == (1, 1)
        assert not any((service.data / f"journal.db{end}").stat().st_size for end in ("-wal",))
        assert {held[0].status for held in service.ledger.arrivals.values()} == {"FILLED"}
        service.start()
        assert {order["status"] for order in orders(service)} == {"FILLED"}
        assert {order["client_order_id"] for order in orders(service)} == {
            reply.json["client_order_id"] for reply in replies
        }
        assert "stopped-with-orders-under-way" not in service.log


def orders(service: Service) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.get("/api/v1/orders?limit=500")["orders"]
    return found


async def test_what_waits_in_a_lane_waits_for_the_next_start(tmp_path: Path) -> None:
    """A long lane is not emptied before the process ends, and nothing of it is lost."""
    with serving(Service(tmp_path, SLOW)) as service:
        bodies = [alert(id=f"alert-{number}") for number in range(40)]
        posts = [
            request(WEBHOOK, body, service.signed(body) | {"Prefer": "respond-async"})
            for body in bodies
        ]
        replies = await send_at_once(service.url, posts)
        assert {reply.status for reply in replies} == {202}
        assert service.end(signal.SIGTERM) == 0
        assert len(service.ledger.arrivals) < 10
        assert "stopped-with-orders-under-way" not in service.log
        events = await events_of(service)
        assert isinstance(events[-1].event, ServiceStopped)
        service.settings = {}
        service.start()
        await asyncio.to_thread(until, lambda: are_filled(service, 40), "all are filled")
        assert {len(held) for held in service.ledger.arrivals.values()} == {1}
        assert sorted(order["signal"] for order in orders(service)) == sorted(
            reply.json["signal"] for reply in replies
        )


def are_filled(service: Service, many: int) -> bool:
    return [order["status"] for order in orders(service)] == ["FILLED"] * many


async def test_an_order_that_never_ends_does_not_keep_the_process(tmp_path: Path) -> None:
    settings: dict[str, dict[str, Any]] = {
        "engine": {"submit_deadline": 0.3},
        "accounts.mock": {"unknown_rate": 1},
    }
    with serving(Service(tmp_path, settings)) as service:
        body = alert()
        post = request(WEBHOOK, body, service.signed(body) | {"Prefer": "respond-async"})
        (reply,) = await send_at_once(service.url, [post])
        assert service.end(signal.SIGTERM) == 0
        events = await events_of(service)
        assert isinstance(events[-1].event, ServiceStopped)
        service.settings = {}
        service.start()
        identity = reply.json["client_order_id"]
        await asyncio.to_thread(until, lambda: are_filled(service, 1), "it was looked up")
        assert list(service.ledger.arrivals) == [identity]


def orders_of(service: Service) -> list[Any]:
    found: list[Any] = service.get("/api/v1/orders")["orders"]
    return found


async def test_who_would_wait_long_is_told_what_is_known(tmp_path: Path) -> None:
    settings: dict[str, dict[str, Any]] = {
        "engine": {"submit_deadline": 60},
        # So slow a venue is not compared yet: only exits pass.
        "accounts.mock": {"latency_ms": 60_000},
    }
    with serving(Service(tmp_path, settings)) as service:
        body = alert(side="buy", reduce_only=True).replace(b'"action": "buy", ', b"")
        post = request("/api/v1/orders", body, {"Prefer": "wait=60"})
        waiting = asyncio.create_task(send_at_once(service.url, [post]))
        await asyncio.to_thread(until, lambda: bool(orders_of(service)), "it flies")
        assert service.process is not None
        service.process.send_signal(signal.SIGTERM)
        (reply,) = await waiting
        assert (reply.status, reply.json["status"]) == (202, "PENDING_NEW")
        assert "Traceback" not in service.log


async def test_a_connection_that_idles_does_not_keep_the_process(tmp_path: Path) -> None:
    with serving(Service(tmp_path)) as service:
        idle, half = await Connection.open(service.url), await Connection.open(service.url)
        body = alert()
        assert (await idle.send(request(WEBHOOK, body, service.signed(body)))).status == 200
        try:
            assert service.end(signal.SIGTERM) == 0
            assert await idle.at_end()
        finally:
            idle.close()
            half.close()


async def test_a_killed_process_leaves_the_way_free(tmp_path: Path) -> None:
    with serving(Service(tmp_path)) as service:
        service.kill()
        service.start()
        events = await events_of(service)
        assert (kinds(events, ServiceStarted), kinds(events, ServiceStopped)) == (2, 0)


def test_nothing_of_it_can_be_read_by_others(tmp_path: Path) -> None:
    with serving(Service(tmp_path)) as service:
        modes = {path.name: path.stat().st_mode & 0o077 for path in service.data.iterdir()}
        assert set(modes.values()) == {0}, modes

"""The event stream of a real service: over kills, and with readers that do not read."""

import asyncio
import random
import re
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fillgate.cli.client import Service as Client
from fillgate.cli.following import Follower, Message
from fillgate.journal.base import Recorded
from fillgate.journal.reader import SqliteReader
from fillgate.service.plain import plain
from fillgate.service.shown import record_view
from tests.e2e import impatient
from tests.e2e.load import Load
from tests.e2e.process import PATIENCE, Service, serving, until
from tests.e2e.test_throughput import acknowledgements

KILLS = 4
LAST = "the-last-order"
SENDERS = 6
ROUNDS = 3
SETTINGS = {
    "service": {"wait": 0.3},
    "engine": {"submit_deadline": 0.2, "poll_interval": 0.2},
    "accounts.mock": {"volatility": 0, "latency_ms": 4, "unknown_rate": 0.04},
}


class Reading:
    """Follows a service in a thread, as `fillgate events` does, until the last order comes."""

    def __init__(self, url: str, *parameters: tuple[str, str]) -> None:
        self.told: list[Message] = []
        self._notices: list[str] = []
        self._follower = Follower(
            Client(url), parameters, notice=self._notices.append, pause=self._pause
        )
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        until(lambda: self._follower.answered, "it is told")

    def _read(self) -> None:
        for message in self._follower.messages():
            self.told.append(message)
            if message.data["details"].get("key") == f"id:{LAST}":
                return

    def _pause(self, seconds: float) -> None:
        time.sleep(seconds / 20)

    @property
    def interruptions(self) -> int:
        return len(self._notices)

    def join(self) -> None:
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


async def journal_of(service: Service) -> list[Recorded]:
    reader = await SqliteReader.open(service.data / "journal.db")
    try:
        return list(await reader.events(limit=1_000_000))
    finally:
        await reader.close()


def shown(record: Recorded) -> dict[str, Any]:
    view: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(plain(record_view(record))))
    return view


async def kill_again_and_again(service: Service, load: Load) -> None:
    for _ in range(KILLS):
        acknowledged = asyncio.Semaphore(0)
        load.on_answer = acknowledged.release
        load.up.set()
        for _ in range(load.random.randint(20, 60)):
            await acknowledged.acquire()
        await asyncio.to_thread(service.kill)
        load.up.clear()
        await asyncio.to_thread(service.start)
    load.up.set()
    load.stop()


async def test_over_kills_what_is_received_is_the_journal_exactly(tmp_path: Path) -> None:
    with serving(Service(tmp_path, SETTINGS)) as service:
        whole = Reading(service.url, ("after", "start"))
        one_symbol = Reading(service.url, ("after", "start"), ("symbol", "ETH/USDT"))
        load = Load(service, random.Random(20261125))
        async with asyncio.TaskGroup() as group:
            group.create_task(load.run(SENDERS))
            group.create_task(kill_again_and_again(service, load))
        service.kill()
        service.start()
        with service.client(headers={"Idempotency-Key": LAST}) as client:
            body = {"symbol": "ETH/USDT", "side": "buy", "quantity": "1"}
            client.post("/api/v1/orders", json=body).raise_for_status()
        await asyncio.to_thread(whole.join)
        await asyncio.to_thread(one_symbol.join)
        records = await journal_of(service)
    expected = [shown(record) for record in records]
    received = [{name: message.data[name] for name in expected[0]} for message in whole.told]
    last = next(n for n, e in enumerate(expected) if e["details"].get("key") == f"id:{LAST}")
    assert received == expected[: last + 1]
    assert len({message.id for message in whole.told}) == len(whole.told)
    assert whole.interruptions >= KILLS
    ours = [message for message in whole.told if message.data["symbol"] == "ETH/USDT"]
    assert one_symbol.told == ours
    assert len(ours) > 20


@contextmanager
def stuck_reader(service: Service) -> Iterator[socket.socket]:
    """Ask for the events and read nothing of the answer."""
    host, _, port = service.url.removeprefix("http://").partition(":")
    with closing(socket.socket()) as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect((host, int(port)))
        reader.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        until(lambda: streams(service)["open"] == 1, "it is let in")
        yield reader


def streams(service: Service) -> dict[str, int]:
    with service.client() as client:
        text = client.get("/metrics").text
    ended = re.findall(
        r'^fillgate_event_streams_ended_total\{reason="(\w+)"\} (\d+)', text, re.MULTILINE
    )
    (now,) = re.findall(r"^fillgate_event_streams (\d+)", text, re.MULTILINE)
    return {"open": int(now), **{reason: int(count) for reason, count in ended}}


def read_all(reader: socket.socket) -> bytes:
    """Read what was sent until the connection is over."""
    reader.settimeout(PATIENCE)
    received = b""
    while True:
        try:
            piece = reader.recv(65536)
        except ConnectionResetError:
            return received
        if not piece:
            return received
        received += piece


def test_who_does_not_read_is_cut_off_and_slows_nobody(tmp_path: Path) -> None:
    alone, beside = [], []
    with serving(Service(tmp_path, program=("-P", impatient.__file__))) as service:
        acknowledgements(service, each=5)
        for number in range(1, ROUNDS + 1):
            alone.append(acknowledgements(service, each=40))
            with stuck_reader(service) as reader:
                beside.append(acknowledgements(service, each=40))
                until(lambda n=number: streams(service)["stalled"] == n, "it is cut off")  # type: ignore[misc]  # mypy knows no types of defaults
                assert b"id: " in read_all(reader)
        assert streams(service)["open"] == 0
    told = f"acknowledgements/s alone {alone}, beside a reader that does not read {beside}"
    print(told)  # noqa: T201 - pytest shows it when the test fails
    assert statistics.median(beside) >= 0.6 * statistics.median(alone), told


@pytest.mark.parametrize("stuck", [False, True])
def test_streams_do_not_delay_a_stop(tmp_path: Path, stuck: bool) -> None:
    with serving(Service(tmp_path)) as service, stuck_reader(service) as reader:
        if stuck:
            acknowledgements(service, each=40)
        assert service.process is not None
        service.process.terminate()
        assert service.process.wait(5) == 0
        received = read_all(reader)
        assert received.endswith(b": the service stops\n\n\r\n0\r\n\r\n") is not stuck
    assert "error" not in service.log

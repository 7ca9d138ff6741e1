"""A listening socket that outlives the process: what is sent during a restart waits in it."""

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.cli.conftest import free_port
from tests.e2e.process import PATIENCE, WEBHOOK, Service, alert, serving
from tests.e2e.sender import Connection, request
from tests.tools import needed


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """The socket that is held here, as systemd would hold it."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as held:
        yield held


@pytest.fixture
def service(tmp_path: Path, listener: socket.socket) -> Iterator[Service]:
    settings: dict[str, dict[str, Any]] = {"service": {"listen": "127.0.0.1:1"}}
    with serving(Service(tmp_path, settings, fd=listener.fileno())) as running:
        yield running


def signed(service: Service, identity: str) -> bytes:
    body = alert(id=identity, quantity="1")
    return request(WEBHOOK, body, service.signed(body) | {"Connection": "close"})


async def test_an_alert_sent_while_nobody_serves_is_answered_after_the_restart(
    service: Service,
) -> None:
    await asyncio.to_thread(service.kill)
    sender = await Connection.open(service.url)
    begin = time.monotonic()
    sender.write(signed(service, "in-between"))
    await sender.flush()
    await asyncio.to_thread(service.start)
    reply = await sender.receive()
    sender.close()
    # TradingView hangs up after 3 seconds, and does not send again.
    print(f"answered {time.monotonic() - begin:.2f} s after it was sent")  # noqa: T201 - see above
    assert (reply.status, reply.json["status"]) == (200, "FILLED")
    assert [len(held) for held in service.ledger.arrivals.values()] == [1]


async def test_no_connection_is_lost_by_orderly_restarts(service: Service) -> None:
    statuses: Counter[int] = Counter()
    answered = asyncio.Semaphore(0)
    ended = asyncio.Event()

    async def send_on(name: str) -> None:
        number = 0
        while not ended.is_set():
            number += 1
            sender = await Connection.open(service.url)
            reply = await sender.send(signed(service, f"{name}-{number}"))
            sender.close()
            statuses[reply.status] += 1
            answered.release()

    async def restart() -> None:
        for _ in range(2):
            for _ in range(20):
                await answered.acquire()
            assert await asyncio.to_thread(service.end, signal.SIGTERM) == 0
            await asyncio.to_thread(service.start)
        ended.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(restart())
        for sender in range(4):
            group.create_task(send_on(f"sender-{sender}"))
    # 503 says that nothing was taken; TradingView sends again then.
    assert set(statuses) <= {200, 503}
    assert statuses[200] > 40
    assert sum(len(held) for held in service.ledger.arrivals.values()) == statuses[200]


def test_systemd_s_own_tool_hands_the_socket_over(tmp_path: Path) -> None:
    needed("systemd-socket-activate", package="systemd")
    address = f"127.0.0.1:{free_port()}"
    service = Service(tmp_path, url=f"http://{address}")
    command = ("systemd-socket-activate", "-l", address, sys.executable, "-m", "fillgate", "serve")
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--data", str(service.data)],
            stdout=log, stderr=log, cwd=tmp_path, env=service._environment(),
        )  # fmt: skip
    try:
        # It listens from here on; the first connection starts the service, and waits for it.
        end = time.monotonic() + PATIENCE
        while True:
            try:
                assert service.get("/live") == {"status": "ok"}
                break
            except httpx2.ConnectError:
                assert time.monotonic() < end
        process.terminate()
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
    assert f"fillgate listens on {service.url}" in service.log


def test_the_units_are_ones(tmp_path: Path) -> None:
    needed("systemd-analyze", package="systemd")
    for name in ("fillgate.socket", "fillgate.service"):
        printed = subprocess.run(
            [sys.executable, "-m", "fillgate", "unit", name],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        here = printed.stdout.replace("/opt/fillgate/.venv/bin/fillgate", sys.executable)
        (tmp_path / name).write_text(here)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "./fillgate.service", "./fillgate.socket"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_a_broken_unit_is_found(tmp_path: Path) -> None:
    needed("systemd-analyze", package="systemd")
    (tmp_path / "broken.socket").write_text("[Socket]\nListenStream=nowhere\nBacklog=x\n")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "./broken.socket"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert "broken.socket" in done.stderr

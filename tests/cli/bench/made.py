"""Servers and findings that the tests of the bench share."""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from fillgate.cli.bench.figures import Run
from fillgate.cli.bench.findings import Findings
from fillgate.cli.bench.load import Job
from fillgate.cli.bench.machine import Disk, Machine
from fillgate.cli.bench.rounds import ECHO, Level, Plan
from tests.cli.conftest import http

SECRET = "a-secret-of-the-tests"

FILLED = http("200 OK", '{"status":"FILLED"}')


def job(url: str, **more: Any) -> Job:
    fields: dict[str, Any] = {
        "url": url,
        "secret": SECRET,
        "name": "test",
        "connections": [0],
        "each": 1,
        "seconds": 60.0,
        "prefer": None,
        "status": 200,
        "marker": "FILLED",
    }
    return Job(**fields | more)


@dataclass
class Answering:
    """A server that keeps connections; for each request `answer` gives the bytes, None to close."""

    answer: Callable[[int], bytes | None] = lambda _: FILLED
    requests: list[bytes] = field(default_factory=list)
    pipelined: bool = False
    """Whether a second request came before the first was answered."""

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.02)
        self._ended = False
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self) -> None:
        while not self._ended:
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            connection.settimeout(0.02)
            self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
            self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            received = b""
            while not self._ended:
                try:
                    chunk = connection.recv(65536)
                except TimeoutError:
                    continue
                except ConnectionResetError:
                    return
                received += chunk
                if not chunk:
                    return
                if not _is_whole(received):
                    continue
                self.pipelined |= received.count(b"POST ") > 1
                self.requests.append(received)
                received = b""
                answer = self.answer(len(self.requests))
                if answer is None:
                    return
                connection.sendall(answer)

    def __exit__(self, *_failure: object) -> None:
        self._ended = True
        for thread in list(self._threads):
            thread.join()
        self._listener.close()


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
    return bool(end) and len(body) >= length


def a_run(variant: str = ECHO, **more: Any) -> Run:
    fields: dict[str, Any] = {
        "variant": variant,
        "concurrency": 32,
        "round": 1,
        "senders": 1,
        "right": 1000,
        "wrong": 0,
        "examples": [],
        "seconds": 1.0,
        "settled_seconds": 1.0,
        "p50_ms": 1.0,
        "p99_ms": 2.0,
        "server_cpu_seconds": 0.5,
        "server_cpu_answering": 0.5,
        "loop_cpu_seconds": 0.4,
        "sender_cpu_seconds": 0.2,
        "others_cpu_seconds": 0.0,
        "flushes": 0,
    }
    return Run(**fields | more)


def a_level(*runs: Run, **more: Any) -> Level:
    sent = sum(run.right for run in runs if run.variant in {"acknowledged", "outcome"})
    fields: dict[str, Any] = {
        "concurrency": runs[0].concurrency,
        "runs": list(runs),
        "warm_up": [],
        "flushes_ns": [100_000, 200_000, 300_000],
        "orders": {"FILLED": sent},
    }
    return Level(**fields | more)


def findings(*levels: Level) -> Findings:
    machine = Machine(
        processor="A processor",
        cores=2,
        load=0.1,
        kernel="Linux 1",
        python="CPython 3",
        sqlite="3",
        packages={"fillgate": "1"},
    )
    plan = Plan(
        concurrencies=[level.concurrency for level in levels], rounds=1, seconds=1.0, senders=1
    )
    return Findings(
        ["fillgate", "bench"], machine, Disk("ext4", "/dev/disk", "/"), plan, list(levels)
    )

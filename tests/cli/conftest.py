"""Commands against a service in a process of its own, and against servers that misbehave."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import pytest
from typer.testing import CliRunner, Result

from fillgate.cli import app
from tests.patience import wait_for

COMMAND = (sys.executable, "-m", "fillgate")


def environment(**more: str) -> dict[str, str]:
    """Return our environment without what would configure fillgate."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("FILLGATE_")}
    return {**ours, **more}


@dataclass
class Serving:
    """`fillgate serve` as a child process."""

    folder: Path
    arguments: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    url: str = ""

    def start(self) -> None:
        ready = self.folder / "ready.json"
        arguments = ("serve", "--ready-file", str(ready), *self.arguments)
        with self.output.open("wb") as output, self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*COMMAND, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
                env=environment(**self.environ),
            )
        wait_for(lambda: ready.exists() or self.process.poll() is not None, "it is ready")
        assert self.process.poll() is None, self.log.read_text()
        self.url = json.loads(ready.read_text())["url"]

    @property
    def output(self) -> Path:
        return self.folder / "output"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_failure: object) -> None:
        process = getattr(self, "process", None)
        if process is not None and process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def silent_venue() -> Iterator[str]:
    """A CCXT service that is well, and answers orders with nothing that tells anything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(b'{"status": "ok"}')

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.answer(b"{}")

        def answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory, silent_venue: str) -> Iterator[Serving]:
    """A running service with a mock account, and one that leaves orders UNKNOWN."""
    folder = tmp_path_factory.mktemp("running")
    (folder / "fillgate.toml").write_text(
        f"""
        default_account = "mock"
        [accounts.mock]
        type = "mock"
        [accounts.silent]
        type = "ccxt-http"
        base_url = "{silent_venue}"
        webhook_secret = "env:CCXT_SECRET"
        """
    )
    arguments = ("--config", str(folder / "fillgate.toml"), "--listen", "127.0.0.1:0")
    serving = Serving(
        folder,
        (*arguments, "--data", str(folder / "data")),
        {"CCXT_SECRET": "of-the-venue", "FILLGATE_API_KEY": "key-of-the-api"},
    )
    with serving:
        yield serving


Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process, in an empty folder and an environment of its own."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("FILLGATE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object, **options: Any) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], **options)

    return run


@pytest.fixture
def ask(run: Run, running: Serving) -> Run:
    """Run a command that asks the running service."""

    def ask(*arguments: object, **options: Any) -> Result:
        env = {
            "FILLGATE_URL": running.url,
            "FILLGATE_API_KEY": "key-of-the-api",
            "FILLGATE_WEBHOOK_SECRET": (running.data / "webhook-secret").read_text().strip(),
        }
        return run(*arguments, env=env | options.pop("env", {}), **options)

    return ask


def asked_json(result: Result) -> Any:
    """Return what a command printed as JSON."""
    return json.loads(result.stdout)


@dataclass
class Server:
    """A server on a real socket that gives every connection the same bytes, then hangs up."""

    answer: bytes
    requests: list[bytes] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.02)
        self._ended = False
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _serve(self) -> None:
        while not self._ended:
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            with connection:
                self.requests.append(_whole_request(connection))
                connection.sendall(self.answer)

    def __exit__(self, *_failure: object) -> None:
        self._ended = True
        self._thread.join()
        self._listener.close()


def _whole_request(connection: socket.socket) -> bytes:
    connection.settimeout(10)
    received = b""
    while True:
        received += connection.recv(65536)
        head, end, body = received.partition(b"\r\n\r\n")
        lengths = [
            int(line.split(b":")[1])
            for line in head.lower().splitlines()
            if line.startswith(b"content-length:")
        ]
        if end and len(body) >= sum(lengths):
            return received


def http(status: str, body: str) -> bytes:
    """Return an HTTP answer, the last one of its connection."""
    # A client that is not told that the server hangs up may ask again on the same connection.
    head = f"HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n"
    return (head + body).encode()


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port

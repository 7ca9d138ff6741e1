"""A service in a process of its own, over real sockets and files; and what its venue saw."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx2

from fillgate.plugins.mock.ledger import MockLedger
from fillgate.service.auth import sign

PATIENCE: Final = 20.0
"""Seconds after which something that should have come true will not."""

WEBHOOK: Final = "/webhook/tradingview"

Settings = Mapping[str, Mapping[str, Any]]
"""Tables of a configuration file by name."""


def until(condition: Callable[[], bool], what: str) -> None:
    """Look again and again until the condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"it never came true: {what}"
        time.sleep(0.005)


def toml(settings: Settings) -> str:
    """Return a configuration file. JSON's way to write values is TOML's, too."""
    lines: list[str] = []
    for name, table in settings.items():
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    return "\n".join(lines)


@dataclass
class Service:
    """A folder with a configuration and data, and the process that serves from it."""

    folder: Path
    settings: Settings = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    configured: bool = True
    """False starts it without a configuration file, so that the environment counts."""
    top: str = ""
    """What stands in the file before the tables."""
    program: Sequence[str] = ("-m", "fillgate")
    """What Python runs: the command line of fillgate, or a program that does so in the end."""
    listen: str = "127.0.0.1:0"
    fd: int | None = None
    """Number of a listening socket of ours that the process is to serve on."""
    url: str = ""
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    @property
    def secret(self) -> str:
        """The generated webhook secret."""
        return (self.data / "webhook-secret").read_text().strip()

    @property
    def ledger_path(self) -> Path:
        return self.folder / "ledger"

    @property
    def ledger(self) -> MockLedger:
        """What the mock account's venue knows."""
        return MockLedger.read(self.ledger_path)

    @property
    def returncode(self) -> int | None:
        """Exit code of a process that has ended."""
        assert self.process is not None
        return self.process.poll()

    def start(self) -> None:
        """Start the process and return once it takes requests."""
        self.launch()
        self.await_ready()

    def launch(self) -> None:
        """Start the process."""
        self._ready_file.unlink(missing_ok=True)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.program, "serve", *self._arguments()],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(),
                pass_fds=() if self.fd is None else (self.fd,),
            )

    def _arguments(self) -> list[str]:
        ready = ["--ready-file", str(self._ready_file)]
        if self.fd is not None:
            ready += ["--fd", str(self.fd)]
        if not self.configured:
            return [*ready, "--listen", self.listen, "--data", str(self.data)]
        path = self.folder / "configuration.toml"
        tables = {name: dict(table) for name, table in self.settings.items()}
        service = {"listen": self.listen, "data": str(self.data)}
        tables["service"] = service | tables.get("service", {})
        mock = tables.setdefault("accounts.mock", {})
        tables["accounts.mock"] = {"type": "mock", "ledger_path": str(self.ledger_path)} | mock
        path.write_text(self.top + toml(tables))
        return [*ready, "--config", str(path)]

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        return {**kept, "PYTHONDONTWRITEBYTECODE": "1", **self.environ}

    @property
    def _ready_file(self) -> Path:
        return self.folder / "ready"

    def await_ready(self) -> None:
        """Return once the process takes requests."""
        until(lambda: self._ready_file.exists() or self.returncode is not None, "ready")
        assert self.returncode is None, self.log
        self.url = json.loads(self._ready_file.read_text())["url"]
        # The same address after a restart, so that senders find it again.
        self.listen = self.url.removeprefix("http://")

    def kill(self) -> None:
        """End it as a power cut would."""
        self.end(signal.SIGKILL)

    def finish(self) -> None:
        """Make sure that there is no process."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def end(self, number: signal.Signals) -> int:
        """Send a signal and return the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def client(self, **options: Any) -> httpx2.Client:
        # Without `verify` no certificates are loaded, which takes longer than a request.
        plain: dict[str, Any] = {"timeout": PATIENCE, "trust_env": False, "verify": False}
        return httpx2.Client(base_url=self.url, **plain, **options)

    def get(self, path: str) -> dict[str, Any]:
        """Return what the API says, as JSON."""
        with self.client() as client:
            found: dict[str, Any] = client.get(path).raise_for_status().json()
            return found

    def signed(self, body: bytes) -> dict[str, str]:
        """Return the header that authenticates a body."""
        return {"X-Webhook-Signature": sign(self.secret, body)}


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    """Start a service and make sure that its process is gone at the end."""
    try:
        service.start()
        yield service
    finally:
        service.finish()


def alert(**fields: Any) -> bytes:
    """Return the body of an alert."""
    return json.dumps({"symbol": "BTC/USDT", "action": "buy", "quantity": "0.1"} | fields).encode()

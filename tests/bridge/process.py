"""A bridge over a simulated venue in a process of its own, that can be killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fillgate.plugins.mock import MockLedger
from tests.e2e.process import PATIENCE, toml, until

__all__ = ["SECRET", "BridgeProcess", "bridging"]

SECRET = "a made-up secret: pr0cess"


@dataclass
class BridgeProcess:
    """A folder with a configuration and a venue's ledger, and the process."""

    folder: Path
    options: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    account: Mapping[str, Any] | None = None
    """The account's table, instead of the simulated venue's."""
    environ: Mapping[str, str] = field(default_factory=dict)
    listen: str = "127.0.0.1:0"
    url: str = ""
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def ledger(self) -> MockLedger:
        return MockLedger.read(self.folder / "ledger")

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def arrivals(self) -> dict[str, int]:
        """How often each order arrived at the venue."""
        return {name: len(each) for name, each in self.ledger.arrivals.items()}

    def start(self) -> None:
        """Start the process and return once it takes requests."""
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "fillgate", *self._arguments(ready)],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(),
            )
        process = self.process
        until(lambda: ready.exists() or process.poll() is not None, "the bridge is ready")
        assert process.poll() is None, self.log
        self.url = json.loads(ready.read_text())["url"]
        self.listen = self.url.removeprefix("http://")

    def _arguments(self, ready: Path) -> list[str]:
        path = self.folder / "bridge.toml"
        venue = {"type": "mock", "volatility": 0, "ledger_path": str(self.folder / "ledger")}
        bridge = {"listen": self.listen, "secret": "env:BRIDGE_SECRET", **self.settings}
        account = venue | dict(self.options) if self.account is None else self.account
        path.write_text(toml({"bridge": bridge, "accounts.paper": account}))
        return ["bridge", "--config", str(path), "--ready-file", str(ready)]

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "BRIDGE_SECRET": SECRET, **self.environ}

    def end(self, number: signal.Signals) -> int:
        """Send a signal and return the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.end(signal.SIGKILL)

    def finish(self) -> None:
        """Make sure that there is no process."""
        if self.process is not None and self.process.poll() is None:
            self.kill()


@contextmanager
def bridging(bridge: BridgeProcess) -> Iterator[BridgeProcess]:
    """Start a bridge and make sure that its process is gone at the end."""
    try:
        bridge.folder.mkdir(parents=True, exist_ok=True)
        bridge.start()
        yield bridge
    finally:
        bridge.finish()

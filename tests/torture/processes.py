"""The two processes of the torture: the venue, which lives on, and the service, which is killed."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from tests.e2e.process import PATIENCE, Service, until
from tests.torture import wire
from tests.torture.distribution import ROOT, install
from tests.torture.faults import Faults
from tests.torture.ledger import Line, read_ledger

__all__ = ["API_KEY", "DAGGERS", "MAX_AGE", "VenueProcess", "Victim", "tortured_service"]

API_KEY: Final = "the-key-of-the-torture"
MAX_AGE: Final = 5.0
"""Seconds after which a signal is not acted upon; so few that some get too old in their lanes."""
DAGGERS: Final = "daggers"
"""The folder, within the service's, of the files that end its process; see the plugin."""

_ENGINE: Final[Mapping[str, Any]] = {
    "submit_deadline": 0.4,
    "lookup_deadline": 1.0,
    "poll_interval": 0.1,
    "reconcile_interval": 0.5,
    # So few that some signals are turned away with 503.
    "max_waiting": 60,
}


@dataclass
class VenueProcess:
    """The venue, its ledger and its port."""

    folder: Path
    seed: str
    faults: Faults
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def ledger_path(self) -> Path:
        return self.folder / "venue-ledger"

    def lines(self) -> Sequence[Line]:
        """Return its ledger."""
        return read_ledger(self.ledger_path)

    def start(self) -> None:
        """Start it, at the same port as before, and return once it listens."""
        ready = self.folder / "venue-ready"
        ready.unlink(missing_ok=True)
        faults = msgspec.json.encode(self.faults).decode()
        arguments = [str(self.ledger_path), str(self.port), str(ready), self.seed, faults]
        with (self.folder / "venue-log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.torture.venue", *arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        process = self.process
        until(lambda: ready.exists() or process.poll() is not None, "the venue listens")
        assert process.poll() is None, (self.folder / "venue-log").read_text()
        self.port = int(ready.read_text())

    def finish(self) -> None:
        """Make sure that there is no process."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)

    async def ask(self, request: wire.Request) -> wire.Answer:
        """Put a request to it."""
        return await wire.ask("127.0.0.1", self.port, request)

    @asynccontextmanager
    async def held(self, request: str) -> AsyncIterator["asyncio.Future[bytes]"]:
        """Let it hold the answer to the next request of a kind until the end of the block.

        Yields:
            What is done once it has the request.
        """
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(wire.encoded(wire.Hold(request=request)))
        await reader.readline()
        arrived = asyncio.ensure_future(reader.readline())
        try:
            yield arrived
        finally:
            arrived.cancel()
            writer.close()


@dataclass
class Victim(Service):
    """A service that counts how often it was killed."""

    kills: int = 0

    def kill(self) -> None:
        """End it as a power cut would."""
        super().kill()
        self.kills += 1

    def await_suicide(self, seconds: float) -> None:
        """Return once it has killed itself, as the plugin does when it finds a dagger."""
        assert self.process is not None
        assert self.process.wait(seconds) == -signal.SIGKILL, self.log
        self.kills += 1


def tortured_service(
    folder: Path,
    venue: VenueProcess,
    *,
    program: Sequence[str],
    engine: Mapping[str, Any],
    account: Mapping[str, Any],
) -> Victim:
    """Return a service whose default account is at the venue.

    Args:
        folder: of its data, its log and the plugin's installation.
        venue: where it trades; it must listen.
        program: what Python runs.
        engine: settings of the engine, besides those of all runs.
        account: settings of the account, besides those of all runs.
    """
    daggers = folder / DAGGERS
    daggers.mkdir(parents=True, exist_ok=True)
    at_venue = {"type": "torture", "port": venue.port, "settle_seconds": 0.8}
    return Victim(
        folder,
        {
            "service": {"wait": 0.3, "api_key": "env:FILLGATE_API_KEY"},
            "webhook": {"max_age": MAX_AGE},
            "engine": {**_ENGINE, **engine},
            "accounts.venue": {**at_venue, "daggers": str(daggers), **account},
        },
        environ={"FILLGATE_API_KEY": API_KEY, "PYTHONPATH": install(folder / "site")},
        program=program,
    )

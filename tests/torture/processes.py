"""The two processes of the torture: the venue, which lives on, and the service, which is killed."""

import asyncio
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from tests.e2e.process import PATIENCE, Service, until
from tests.torture import wire
from tests.torture.distribution import ROOT, install
from tests.torture.faults import Faults
from tests.torture.ledger import Line, read_ledger
from tests.torture.plugin import STABBED
from tests.torture.wares import SYMBOLS, drawn_order

__all__ = [
    "API_KEY",
    "DAGGERS",
    "MAX_AGE",
    "VenueProcess",
    "VenueUnderTest",
    "Victim",
    "tortured_service",
]

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


class VenueUnderTest(Protocol):
    """What a run asks of a venue, and does with its process."""

    can_restart: bool
    """Whether it remembers its orders when it is ended and started anew."""
    look_seconds: float
    """How long to wait between two looks at all that it has."""
    pause: float
    """Seconds that a sender of signals waits between two, for the venue's limits."""
    max_age: float
    """Seconds after which a signal is not acted upon."""
    names_requests: bool
    """Whether cancels have ids of their own there."""
    longest_stop: float
    """Seconds that its process may take a request in late, because it was stopped."""
    symbols: Sequence[str]
    """What is traded there."""
    environ: Mapping[str, str]
    """What the service's environment has besides."""

    def start(self) -> None:
        """Start it and return once it listens."""

    def finish(self) -> None:
        """Make sure that there is no process."""

    def lines(self) -> Sequence[Line]:
        """Return what truly happened."""

    def draw(self, dice: random.Random, side: str) -> dict[str, Any]:
        """Return what is to be traded there, drawn anew."""

    def account(self, daggers: Path) -> Mapping[str, Any]:
        """Return the settings of an account there."""

    def vary(self) -> Mapping[str, Any]:
        """Return what is other in these settings at each start."""

    async def trade(self, identity: str, dice: random.Random, symbols: Sequence[str]) -> None:
        """Place an order under an id of somebody else, past the service; it may go wrong.

        Args:
            identity: the client order id.
            dice: draw it.
            symbols: those of which the service has sent orders.
        """

    def mischief(self, dice: random.Random) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Return what can befall it as a whole, by name."""

    async def warm(self, service: Service) -> None:
        """Return once the service sends orders at once."""

    @property
    def engine(self) -> Mapping[str, Any]:
        """What it takes of the engine, besides the settings of all runs."""

    async def heal(self) -> None:
        """Let it do nothing wrong any more."""

    async def quiet(self) -> None:
        """Return once nothing more will happen there by itself."""

    def held(self, request: str) -> AbstractAsyncContextManager["asyncio.Future[Any]"]:
        """Let it hold the answer to the next request of a kind until the end of the block.

        Yields:
            What is done once it has the request.
        """


@dataclass
class VenueProcess:
    """The venue, its ledger and its port."""

    folder: Path
    seed: str
    faults: Faults
    port: int = 0
    can_restart: bool = True
    look_seconds: float = 0.1
    pause: float = 0.0
    max_age: float = MAX_AGE
    names_requests: bool = True
    longest_stop: float = 0.0
    symbols: Sequence[str] = SYMBOLS
    environ: Mapping[str, str] = field(default_factory=dict)
    engine: Mapping[str, Any] = field(default_factory=dict)
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

    def draw(self, dice: random.Random, side: str) -> dict[str, Any]:
        """Return what is to be traded there."""
        return drawn_order(dice, side)

    def account(self, daggers: Path) -> Mapping[str, Any]:
        """Return the settings of an account there."""
        at_venue = {"type": "torture", "port": self.port, "settle_seconds": 0.8}
        return {**at_venue, "daggers": str(daggers)}

    def vary(self) -> Mapping[str, Any]:
        """Return nothing: its account is always the same."""
        return {}

    async def trade(self, identity: str, dice: random.Random, symbols: Sequence[str]) -> None:
        """Place an order under an id of somebody else."""
        limit = not dice.randrange(2)
        order = wire.New(
            client_order_id=identity,
            symbol=dice.choice(self.symbols),
            side=dice.choice(("buy", "sell")),
            order_type="limit" if limit else "market",
            quantity=Decimal(dice.randint(1, 5)),
            price=Decimal(dice.randint(90, 110)) if limit else None,
        )
        # What the venue did with it stands in its ledger.
        with suppress(TimeoutError, OSError, EOFError, msgspec.DecodeError):
            async with asyncio.timeout(1.0):
                await self.ask(order)

    def mischief(self, dice: random.Random) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """Return nothing: it is restarted instead."""
        return {}

    async def warm(self, service: Service) -> None:
        """Return at once: it is up when the service is."""

    async def heal(self) -> None:
        """Let it do nothing wrong any more."""
        await self.ask(wire.Heal())

    async def quiet(self) -> None:
        """Return once nothing more will happen there by itself."""
        await self.ask(wire.Quiet())

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
    vary: Callable[[], Mapping[str, Any]] = dict
    """Returns what is other in the account's settings at each start."""

    def launch(self) -> None:
        """Start the process."""
        tables = dict(self.settings)
        tables["accounts.venue"] = {**tables["accounts.venue"], **self.vary()}
        self.settings = tables
        super().launch()

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
    venue: VenueUnderTest,
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
    return Victim(
        folder,
        {
            "service": {"wait": 0.3, "api_key": "env:FILLGATE_API_KEY"},
            "webhook": {"max_age": venue.max_age},
            "engine": {**_ENGINE, **venue.engine, **engine},
            "accounts.venue": {**venue.account(daggers), **account},
        },
        environ={
            **venue.environ,
            "FILLGATE_API_KEY": API_KEY,
            "PYTHONPATH": install(folder / "site"),
            STABBED: str(daggers),
        },
        program=program,
        vary=venue.vary,
    )

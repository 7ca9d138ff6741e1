"""A replay: the whole service in virtual time, alerts from a file, prices from recordings.

Everything but time and network is what `fillgate serve` runs: the door that checks signatures and
reads alerts, journal, lanes, checks, plugins. A day takes as long as its alerts and fills do.

Invariants:

1. The same alerts, prices and configuration give the same journal: ids, times and fills.
2. No account but those of simulated venues is opened.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec

from fillgate.config import AccountConfig, Configuration
from fillgate.domain.clock import Clock
from fillgate.domain.errors import ConfigurationError
from fillgate.domain.life_cycle import OrderStatus
from fillgate.engine.blotter import Change
from fillgate.engine.engine import Engine
from fillgate.engine.tasks import Tasks
from fillgate.journal.sqlite import SqliteJournal
from fillgate.service.alert_files import TimedAlert
from fillgate.service.api import WEBHOOK_PATH
from fillgate.service.app import Application
from fillgate.service.assembly import accounts_of, application, engine_settings, stream_limits
from fillgate.service.auth import sign
from fillgate.service.configuration import load
from fillgate.service.events import EventFeed
from fillgate.service.files import JOURNAL_FILE
from fillgate.service.logs import logger
from fillgate.virtual_time import LoopClock, SimulatedLoop

__all__ = ["Replayed", "replay", "replay_configuration"]

_SECRET: Final = "of-a-replay"  # noqa: S105 - signs what the same function sends

_SECOND: Final = 1_000_000
_LEAD: Final = 60 * _SECOND
"""How long before the first alert the service is started: it compares its accounts first."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay."""

    alerts: int
    refused: Mapping[str, int] = field(default_factory=dict)
    """How many were refused at the door, by the problem's code."""
    orders: Mapping[OrderStatus, int] = field(default_factory=dict)
    """How many orders there are of each status at its end."""
    virtual_seconds: float = 0.0


def replay_configuration(path: Path | None, folder: Path, prices: Path | None) -> Configuration:
    """Return a configuration whose data go to a folder and whose prices come from recordings.

    Args:
        path: of the configuration file; None for defaults.
        folder: for the journal; made if it is not there.
        prices: a recording or a folder of them, for all accounts; None leaves their settings.

    Raises:
        ConfigurationError: a setting is wrong, or the folder cannot be used.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be used: {error.strerror}") from None
    configuration = load(path, overrides={"data": str(folder)})
    if prices is None:
        return configuration
    recorded = {"replay": str(prices), "replay_start": "recorded"}
    accounts = {
        name: msgspec.structs.replace(account, options=_without_borrowing(account) | recorded)
        for name, account in configuration.accounts.items()
    }
    return msgspec.structs.replace(configuration, accounts=accounts)


def _without_borrowing(account: AccountConfig) -> dict[str, Any]:
    return {key: value for key, value in account.options.items() if key != "prices_from"}


def replay(
    alerts: Sequence[TimedAlert],
    configuration: Configuration,
    *,
    until: int | None = None,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Replayed:
    """Send alerts at their times, and write the journal of that.

    Args:
        alerts: in the order of their times; at least one.
        configuration: of the service; its data folder holds no journal yet.
        until: when to stop, Unix microseconds; None for a minute after the last alert.
        on_progress: hears how many alerts are sent, after each.

    Raises:
        ConfigurationError: a setting is wrong, an account is not simulated, or the folder holds a
            journal.
    """
    folder = Path(configuration.service.data)
    _check(configuration, folder)
    begin = alerts[0].at - _LEAD
    end = max(alerts[-1].at + _LEAD, until or 0)
    loop = SimulatedLoop()
    run = _Run(configuration, LoopClock(loop, start=begin), _identity(alerts, configuration))
    try:
        return loop.run(run.all_of(alerts, end, on_progress))
    finally:
        loop.close()


def _check(configuration: Configuration, folder: Path) -> None:
    for name, account in configuration.accounts.items():
        if account.type != "mock":
            raise ConfigurationError(
                f"`accounts.{name}.type`: a replay trades with simulated venues only, expected "
                f"mock, found {account.type}"
            )
    if (folder / JOURNAL_FILE).exists():
        raise ConfigurationError(f"{folder} holds a journal already; a replay begins a new one")


def _identity(alerts: Sequence[TimedAlert], configuration: Configuration) -> str:
    """Return the journal's id: order ids carry it, and what is drawn hangs on them."""
    accounts = {
        name: {key: str(value) for key, value in sorted(account.options.items())}
        for name, account in configuration.accounts.items()
    }
    seen = msgspec.json.encode((list(alerts), accounts))
    return hashlib.sha256(seen).hexdigest()[:32]


class _Run:
    """One service in virtual time."""

    def __init__(self, configuration: Configuration, clock: Clock, identity: str) -> None:
        self._configuration = configuration
        self._clock = clock
        self._identity = identity
        self._refused: Counter[str] = Counter()
        self._statuses: dict[str, OrderStatus] = {}

    async def all_of(
        self, alerts: Sequence[TimedAlert], end: int, on_progress: Callable[[int], None]
    ) -> Replayed:
        """Run from before the first alert to the end."""
        tasks = Tasks(logger())
        engine = await self._opened(tasks)
        engine.blotter.subscribe(self._note)
        try:
            await engine.start()
            door = self._door(engine)
            sent = []
            for count, alert in enumerate(alerts, start=1):
                await self._until(alert.at)
                sent.append(asyncio.create_task(self._send(door, alert.body)))
                on_progress(count)
            await asyncio.gather(*sent)
            await self._until(end)
        finally:
            await engine.close()
        seconds = (end - alerts[0].at + _LEAD) / _SECOND
        return Replayed(len(alerts), self._refused, Counter(self._statuses.values()), seconds)

    def _note(self, change: Change) -> None:
        self._statuses[change.event.client_order_id] = change.after.status

    async def _opened(self, tasks: Tasks) -> Engine:
        registry, setups = accounts_of(self._configuration, self._clock, tasks)
        folder = Path(self._configuration.service.data)
        journal = await SqliteJournal.open(
            folder / JOURNAL_FILE,
            logger=logger(),
            identity=self._identity,
            durable=False,
            threaded=False,
        )
        return Engine(
            journal,
            registry,
            setups,
            settings=engine_settings(self._configuration),
            clock=self._clock,
            tasks=tasks,
            logger=logger(),
        )

    def _door(self, engine: Engine) -> Application:
        feed = EventFeed(engine, self._clock, stream_limits(self._configuration))
        return application(engine, self._configuration, _SECRET, self._clock, feed)

    async def _until(self, at: int) -> None:
        left = at - self._clock.now()
        if left > 0:
            await self._clock.sleep(left / _SECOND)

    async def _send(self, door: Application, body: bytes) -> None:
        answer = _Exchange(body)
        await door(_scope(body), answer.receive, answer.send)
        if answer.status >= 400:  # noqa: PLR2004 - HTTP
            self._refused[msgspec.json.decode(answer.body)["code"]] += 1


def _scope(body: bytes) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": WEBHOOK_PATH,
        "raw_path": WEBHOOK_PATH.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"replay"), (b"x-webhook-signature", sign(_SECRET, body).encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 1),
    }


class _Exchange:
    """One request and its answer, as ASGI messages."""

    def __init__(self, body: bytes) -> None:
        self._messages = [{"type": "http.request", "body": body, "more_body": False}]
        self.status = 0
        self.body = b""

    async def receive(self) -> MutableMapping[str, Any]:
        if not self._messages:
            # The sender stays for the answer.
            await asyncio.get_running_loop().create_future()
        return self._messages.pop()

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.body += message.get("body", b"")

"""The host: builds the service from its configuration, runs it, stops it in good order.

The one place where all rooms meet. Order of start: socket, secret, journal, engine, HTTP. Order of
stop: no new connections, answers to those that wait (after a while with what is known then), engine
drained, journal closed.
"""

import asyncio
import signal
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fillgate.config import Configuration, parse_listen
from fillgate.domain.clock import Clock
from fillgate.domain.logger import Logger
from fillgate.engine.clock import SystemClock
from fillgate.engine.engine import Engine
from fillgate.engine.tasks import Tasks
from fillgate.journal.base import JournalUnavailable
from fillgate.journal.sqlite import SqliteJournal
from fillgate.service.assembly import accounts_of, application, engine_settings, stream_limits
from fillgate.service.events import EventFeed
from fillgate.service.files import JOURNAL_FILE
from fillgate.service.interpreter import run_server, settle_memory
from fillgate.service.logs import configure_logs, flush_logs, hide_in_logs, logger
from fillgate.service.preferences import LONGEST_WEBHOOK_WAIT
from fillgate.service.secret_file import SECRET_FILE, webhook_secret
from fillgate.service.server import HttpServer
from fillgate.service.sockets import inherited_socket, listening_socket, url_of

__all__ = ["JOURNAL_FILE", "JournalUnavailable", "Ready", "run", "serve"]


@dataclass(frozen=True, slots=True)
class Ready:
    """A service that takes requests."""

    url: str
    """Where it listens, for example `http://127.0.0.1:8005`."""
    secret_file: Path | None
    """The file of the generated webhook secret; None if one is configured."""
    accounts: Mapping[str, str | None]
    """For each account why it is down; None for those that are up."""
    stop: Callable[[], None]
    """Ends the service in good order."""


def serve(
    configuration: Configuration,
    *,
    on_ready: Callable[[Ready], None] = lambda _: None,
    fd: int | None = None,
) -> None:
    """Run the service until SIGTERM or SIGINT, then stop in good order.

    Args:
        configuration: the whole tree.
        on_ready: hears once the service takes requests.
        fd: number of the listening socket that was inherited; None to open one where the
            configuration says.

    Raises:
        ConfigurationError: a setting is wrong, or the address is in use.
        JournalUnavailable: the journal cannot be opened; JournalLocked if another process has it.
    """
    configure_logs(level=configuration.log.level, style=configuration.log.format)
    try:
        run_server(run(configuration, on_ready=on_ready, fd=fd))
    finally:
        flush_logs()


async def run(
    configuration: Configuration,
    *,
    on_ready: Callable[[Ready], None] = lambda _: None,
    clock: Clock | None = None,
    fd: int | None = None,
) -> None:
    """Run the service in this event loop; see `serve`. Logging is the caller's to set up."""
    listener = _listener(configuration, fd)
    try:
        await _run_on(listener, configuration, on_ready, clock or SystemClock())
    finally:
        listener.close()


def _listener(configuration: Configuration, fd: int | None) -> socket.socket:
    if fd is None:
        return listening_socket(*parse_listen(configuration.service.listen))
    return inherited_socket(fd, with_key=configuration.api_key is not None)


async def _run_on(
    listener: socket.socket,
    configuration: Configuration,
    on_ready: Callable[[Ready], None],
    clock: Clock,
) -> None:
    log = logger()
    folder = Path(configuration.service.data)
    secret = configuration.webhook_secret or webhook_secret(folder)
    hide_in_logs((secret, *configuration.secrets))
    tasks = Tasks(log)
    registry, setups = accounts_of(configuration, clock, tasks)
    journal = await SqliteJournal.open(folder / JOURNAL_FILE, logger=log)
    engine = Engine(
        journal,
        registry,
        setups,
        settings=engine_settings(configuration),
        clock=clock,
        tasks=tasks,
        logger=log,
    )
    try:
        await engine.start()
        feed = EventFeed(engine, clock, stream_limits(configuration))
        server = HttpServer(application(engine, configuration, secret, clock, feed))
        feed.transport_of = server.transport_of
        stop = _stopper(server, engine, feed)
        _stop_on_signals(stop, log)
        generated = None if configuration.webhook_secret else folder / SECRET_FILE
        accounts = {account.name: account.reason for account in engine.accounts}
        ready = Ready(url_of(listener), generated, accounts, stop)
        await _serve_on(server, listener, engine, lambda: on_ready(ready), log)
    finally:
        await engine.close()
    log.info("service-stopped")


async def _serve_on(
    server: HttpServer,
    listener: socket.socket,
    engine: Engine,
    on_ready: Callable[[], None],
    log: Logger,
) -> None:
    log.info("service-listening", url=url_of(listener), accounts=list(engine.registry.list()))
    settle_memory()
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await asyncio.sleep(0)
    on_ready()
    await serving


def _stopper(server: HttpServer, engine: Engine, feed: EventFeed) -> Callable[[], None]:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.stop()
        feed.stop()
        # Callers of the API may wait much longer than a stop should take.
        loop.call_later(LONGEST_WEBHOOK_WAIT, engine.release_waiters)

    return stop


def _stop_on_signals(stop: Callable[[], None], log: Logger) -> None:
    loop = asyncio.get_running_loop()

    def heard(name: str) -> None:
        log.info("service-stopping", reason=name)
        stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, heard, number.name)

"""The host: builds the bridge from its configuration, runs it, stops it in good order.

Order of stop: no new connections and no more reports, answers to those that wait, what is under way
to the venue, the account.
"""

import asyncio
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fillgate.bridge.account import Account
from fillgate.bridge.application import BridgeApplication
from fillgate.bridge.configuration import BridgeConfiguration
from fillgate.bridge.doors import AHEAD_SECONDS, Door
from fillgate.bridge.reports import ReportStreams
from fillgate.bridge.submissions import Submissions
from fillgate.bridge.telling import Telling
from fillgate.config import parse_listen
from fillgate.domain.logger import Logger
from fillgate.plugins.base import ExecutionPlugin, PluginContext
from fillgate.service.account_context import lone_context
from fillgate.service.interpreter import run_server
from fillgate.service.logs import configure_logs, flush_logs, hide_in_logs, logger
from fillgate.service.plugin_types import plugin_type
from fillgate.service.server import HttpServer
from fillgate.service.sockets import listening_socket, url_of

__all__ = ["Ready", "run", "serve"]

_FINISH_SECONDS: Final = 30.0
"""How long what is under way to the venue may take at the end."""

Opener = Callable[[PluginContext], ExecutionPlugin]


@dataclass(frozen=True, slots=True)
class Ready:
    """A bridge that takes requests."""

    url: str
    """Where it listens."""
    reason: str | None
    """Why the account is down; None if it is up."""
    stop: Callable[[], None]
    """Ends the bridge in good order."""


def serve(
    configuration: BridgeConfiguration, *, on_ready: Callable[[Ready], None] = lambda _: None
) -> None:
    """Run the bridge until SIGTERM or SIGINT, then stop in good order.

    Raises:
        ConfigurationError: a setting is wrong, or the address is in use.
    """
    configure_logs(level=configuration.log.level, style=configuration.log.format)
    try:
        run_server(run(configuration, on_ready=on_ready))
    finally:
        flush_logs()


async def run(
    configuration: BridgeConfiguration,
    *,
    on_ready: Callable[[Ready], None] = lambda _: None,
    opener: Opener | None = None,
) -> None:
    """Run the bridge in this event loop; see `serve`. Logging is the caller's to set up.

    Args:
        configuration: the whole tree.
        on_ready: hears once it takes requests.
        opener: makes the account's plugin, instead of the configured type.
    """
    hide_in_logs(configuration.secrets)
    listener = listening_socket(*parse_listen(configuration.bridge.listen))
    try:
        await _run_on(listener, configuration, on_ready, opener)
    finally:
        listener.close()


async def _run_on(
    listener: socket.socket,
    configuration: BridgeConfiguration,
    on_ready: Callable[[Ready], None],
    opener: Opener | None,
) -> None:
    log = logger(account=configuration.name)
    context, end_tasks = lone_context(log)
    plugin = (opener or _configured(configuration))(context)
    account = Account(plugin, configuration.account.options, log)
    settings = configuration.bridge
    submissions = Submissions(context.clock, log, deadline=settings.submit_deadline)
    try:
        await account.open()
        server, streams = _server(configuration, account, submissions, context, log)
        stop = _stopper(server, streams, log)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await asyncio.sleep(0)
        log.info("bridge-listening", url=url_of(listener))
        if configuration.is_reachable:
            log.warning("bridge-reachable", url=url_of(listener))
        on_ready(Ready(url_of(listener), account.reason, stop))
        await serving
        await submissions.finish(_FINISH_SECONDS)
    finally:
        await end_tasks()
        await account.close()
    log.info("bridge-stopped")


def _configured(configuration: BridgeConfiguration) -> Opener:
    name = configuration.name
    kind = plugin_type(configuration.account.type, f"accounts.{name}")
    return lambda context: kind(name, context)


def _server(
    configuration: BridgeConfiguration,
    account: Account,
    submissions: Submissions,
    context: PluginContext,
    log: Logger,
) -> tuple[HttpServer, ReportStreams]:
    telling = Telling(configuration.secrets)
    streams = ReportStreams(telling)
    max_age = configuration.bridge.max_age
    application = BridgeApplication(
        account,
        Door(configuration.secret, context.clock, place=configuration.place, max_age=max_age),
        submissions,
        streams,
        place=configuration.place,
        late_seconds=max_age + AHEAD_SECONDS,
        telling=telling,
        logger=log,
    )
    return HttpServer(application), streams


def _stopper(server: HttpServer, streams: ReportStreams, log: Logger) -> Callable[[], None]:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.stop()
        streams.stop()

    def heard(name: str) -> None:
        log.info("bridge-stopping", reason=name)
        stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, heard, number.name)
    return stop

"""A bridge in this event loop, on a real socket, over a simulated venue that can be moved."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from fillgate.bridge.configuration import BridgeConfiguration, BridgeTable
from fillgate.bridge.host import Ready, run
from fillgate.config import AccountConfig, LogConfig
from fillgate.engine.clock import SystemClock
from fillgate.plugins.base import ExecutionPlugin, PluginContext
from fillgate.plugins.ccxt_http import CcxtHttpPlugin
from fillgate.plugins.mock import MockLedger, MockPlugin
from fillgate.testing import RecordingLogger, TaskCollector, plugin_context
from tests.acceptance.mock_world import Market, mock_options

__all__ = ["SECRET", "Bridge", "client_of"]

SECRET = "a made-up secret: br1dge"


@dataclass
class Bridge:
    """The bridge; a context manager."""

    folder: Path
    market: Market = field(default_factory=Market)
    options: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    kind: type[ExecutionPlugin] = MockPlugin
    account: AccountConfig | None = None
    """Another account than one of the simulated venue's."""
    plugin: ExecutionPlugin | None = None
    """The account's plugin inside."""
    listen: str = "127.0.0.1:0"
    url: str = ""
    _ready: Ready | None = None
    _task: "asyncio.Task[None] | None" = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def ledger(self) -> MockLedger:
        """What the venue knows."""
        return MockLedger.read(self.folder / "ledger")

    def arrivals(self, client_order_id: str) -> int:
        """How often an order arrived at the venue."""
        return len(self.ledger.arrivals.get(client_order_id, ()))

    def _configuration(self) -> BridgeConfiguration:
        mock = AccountConfig(type="mock", options=mock_options(self.folder, **self.options))
        return BridgeConfiguration(
            bridge=BridgeTable(listen=self.listen, **self.settings),
            log=LogConfig(),
            name="paper",
            account=self.account or mock,
            secret=SECRET,
        )

    def _opened(self, context: PluginContext) -> ExecutionPlugin:
        self.plugin = self.kind("paper", self.market.seen_by(context))
        return self.plugin

    async def start(self) -> None:
        ready: asyncio.Future[Ready] = asyncio.get_running_loop().create_future()
        running = run(self._configuration(), on_ready=ready.set_result, opener=self._opened)
        self._task = asyncio.create_task(running)
        self._task.add_done_callback(lambda _: ready.done() or ready.cancel())
        try:
            self._ready = await ready
        except asyncio.CancelledError:
            # It did not start, and says why.
            await self._task
            raise
        self.url = self._ready.url
        # The same address after a restart.
        self.listen = self.url.removeprefix("http://")

    async def stop(self) -> None:
        """Stop it in good order."""
        ready, self._ready = self._ready, None
        if ready is not None and self._task is not None:
            ready.stop()
            await self._task


async def client_of(
    url: str, stack: AsyncExitStack, **options: Any
) -> tuple[CcxtHttpPlugin, RecordingLogger]:
    """Return an account at a bridge, opened, that is closed with the stack."""
    logger, tasks = RecordingLogger(), TaskCollector()
    context = plugin_context(clock=SystemClock(), logger=logger, tasks=tasks)
    plugin = CcxtHttpPlugin("acme", context)
    stack.push_async_callback(plugin.close)
    await plugin.init({"base_url": url, "webhook_secret": SECRET, **options})
    return plugin, logger

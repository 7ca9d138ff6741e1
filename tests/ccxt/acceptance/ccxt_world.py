"""An account of type `ccxt` at the practice exchange, as a world: the real ccxt over real TLS."""

import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec

from fillgate.engine.clock import SystemClock
from fillgate.plugins.base import ExecutionPlugin
from fillgate.plugins.ccxt import CcxtPlugin
from fillgate.practice.certificates import server_context
from fillgate.practice.server import listening, running
from fillgate.testing import TaskCollector, plugin_context
from tests.acceptance.world import FUNDS, PRICE, SYMBOL, World
from tests.practice.serving import ALICE, opened

__all__ = ["SPOT", "SWAP", "CcxtWorld", "Far", "ccxt_world"]

_NAME = SYMBOL.replace("/", "")
SPOT: Final = {"exchange": "binance"}
"""What an account for spot is configured with."""
SWAP: Final = {"exchange": "binance", "market_type": "swap"}
"""The same for perpetuals."""


@dataclass
class Far:
    """The practice exchange in this loop, which can be reached anew at the same place."""

    folder: Path
    account: dict[str, Any]
    """What is configured of it besides keys and addresses."""
    port: int = 0
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    def __post_init__(self) -> None:
        self.clock = SystemClock()
        user = msgspec.structs.replace(ALICE, balances=FUNDS)
        self.practice = opened(self.clock, users=(user,))
        self.move(PRICE)
        self._tls: ssl.SSLContext = server_context(self.ca)

    @property
    def ca(self) -> Path:
        """The certificate of who vouches for it."""
        return self.folder / "ca.pem"

    @property
    def options(self) -> dict[str, Any]:
        """What an account there is configured with."""
        return {
            **self.account,
            "api_key": ALICE.key,
            "secret": ALICE.secret,
            "practice": f"127.0.0.1:{self.port}",
            "practice_ca": str(self.ca),
            "request_interval": 0.001,
        }

    async def start(self) -> None:
        listener = listening("127.0.0.1", self.port)
        self.port = listener.getsockname()[1]
        serving = running(self.practice, listener, self.clock, self._tls)
        await self._stack.enter_async_context(serving)

    async def stop(self) -> None:
        """Break every connection; what it knows it keeps."""
        await self._stack.aclose()

    def move(self, price: Decimal) -> None:
        """Let the market be at a price from now on."""
        for hub in self.practice.hubs:
            tick = hub.exchange.symbols.find(_NAME).tick
            feed = hub.exchange.prices.feeds[_NAME]
            feed.set_price(hub.exchange.now(), int(price / tick))
            hub.beat(at_once=True)


class CcxtWorld(World):
    """The account in this process; nobody tells it that the exchange was away."""

    def __init__(self, plugin: ExecutionPlugin, far: Far) -> None:
        self.plugin = plugin
        self.far = far
        if far.account != SPOT:
            self.symbol, self.holds_assets = "BTC/USDT:USDT", False
            self.leverage, self.quantity_step = Decimal(20), Decimal("0.001")

    async def move(self, price: Decimal) -> None:
        self.far.move(price)

    async def thin(self) -> tuple[Decimal, Decimal]:
        quote = await self.plugin.fetch_data(self.symbol)
        assert quote.ask is not None
        return quote.ask, Decimal("1.5")

    async def reconnect(self) -> None:
        await self.far.stop()
        await self.far.start()


@asynccontextmanager
async def ccxt_world(folder: Path, account: dict[str, Any]) -> AsyncIterator[CcxtWorld]:
    far, tasks = Far(folder, account), TaskCollector()
    plugin = CcxtPlugin("acceptance", plugin_context(clock=SystemClock(), tasks=tasks))
    await far.start()
    try:
        await plugin.init(far.options)
        yield CcxtWorld(plugin, far)
    finally:
        await plugin.close()
        await tasks.cancel()
        await far.stop()

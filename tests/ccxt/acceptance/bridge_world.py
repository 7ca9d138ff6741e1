"""An account of type `ccxt` behind a bridge, on a real socket, as a world."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal
from pathlib import Path

from fillgate.config import AccountConfig
from fillgate.plugins.base import ExecutionPlugin
from fillgate.plugins.ccxt import CcxtPlugin
from tests.acceptance.world import World
from tests.bridge.running import Bridge, client_of
from tests.ccxt.acceptance.ccxt_world import SPOT, CcxtWorld, Far

__all__ = ["CcxtBridgeWorld", "ccxt_bridge_world"]


class CcxtBridgeWorld(World):
    """What is asked for goes over HTTP to a bridge, and from there by ccxt to the exchange."""

    def __init__(self, plugin: ExecutionPlugin, bridge: Bridge, far: Far) -> None:
        self.plugin = plugin
        self.bridge = bridge
        self.far = far

    async def move(self, price: Decimal) -> None:
        self.far.move(price)

    async def thin(self) -> tuple[Decimal, Decimal]:
        return await CcxtWorld(self.plugin, self.far).thin()

    async def reconnect(self) -> None:
        """Another process at the same address, that opens the account anew; nobody tells."""
        await self.bridge.stop()
        await self.bridge.start()


@asynccontextmanager
async def ccxt_bridge_world(folder: Path) -> AsyncIterator[CcxtBridgeWorld]:
    far = Far(folder, SPOT)
    await far.start()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(far.stop)
        account = AccountConfig(type="ccxt", options=far.options)
        bridge = Bridge(folder, kind=CcxtPlugin, account=account)
        await stack.enter_async_context(bridge)
        plugin, _ = await client_of(bridge.url, stack, exchange="binance")
        yield CcxtBridgeWorld(plugin, bridge, far)

"""The simulated venue behind a bridge, on a real socket, as a world."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal
from pathlib import Path

from fillgate.plugins.ccxt_http import CcxtHttpPlugin
from tests.acceptance.mock_world import MockWorld
from tests.acceptance.world import World
from tests.bridge.running import Bridge, client_of

__all__ = ["BridgeWorld", "bridge_world"]


class BridgeWorld(World):
    """What a bridge's account does is asked for over HTTP; its market is moved at the far end."""

    def __init__(self, plugin: CcxtHttpPlugin, bridge: Bridge) -> None:
        self.plugin = plugin
        self.bridge = bridge

    async def move(self, price: Decimal) -> None:
        await self._far.move(price)

    async def thin(self) -> tuple[Decimal, Decimal]:
        return await self._far.thin()

    @property
    def _far(self) -> MockWorld:
        assert self.bridge.plugin is not None
        return MockWorld(self.bridge.plugin, self.bridge.market, {})

    async def reconnect(self) -> None:
        """Another process, at the same address; nobody tells the account."""
        await self.bridge.stop()
        await self.bridge.start()


@asynccontextmanager
async def bridge_world(folder: Path) -> AsyncIterator[BridgeWorld]:
    async with AsyncExitStack() as stack:
        bridge = await stack.enter_async_context(Bridge(folder))
        plugin, _ = await client_of(bridge.url, stack)
        yield BridgeWorld(plugin, bridge)

"""The real ccxt at the practice exchange: its own addresses and certificates, on loopback."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import ccxt.pro

from fillgate.plugins.ccxt.hosts import LoopbackResolver, loopback_socket
from fillgate.practice.users import User
from tests.practice.serving import ALICE, Served, served

__all__ = ["SYMBOL", "Trading", "trading", "until"]

SYMBOL = "BTC/USDT"


class Trading(NamedTuple):
    """A client of the exchange, and the exchange."""

    client: Any
    served: Served

    def price(self, price: str, symbol: str = "BTCUSDT") -> None:
        """Move the price, and let what waits for it happen."""
        exchange, hub = self.served.practice.exchange, self.served.practice.hub
        tick = exchange.symbols.find(symbol).tick
        exchange.prices.feeds[symbol].set_price(exchange.now(), int(Decimal(price) / tick))
        hub.beat(at_once=True)

    @property
    def taken(self) -> list[int]:
        """The numbers of the orders that requests became, by the exchange's own receipts."""
        receipts = self.served.practice.exchange.receipts.all
        return [each.order_id for each in receipts if each.order_id is not None]


@asynccontextmanager
async def trading(
    folder: Path, user: User = ALICE, *, options: dict[str, Any] | None = None, **settings: Any
) -> AsyncIterator[Trading]:
    """Run an exchange and a ccxt.pro client (which is an async one too) with its keys."""
    async with (
        served(folder, **settings) as there,
        _session(there) as session,
    ):
        client = ccxt.pro.binance(
            {
                "apiKey": user.key,
                "secret": user.secret,
                "session": session,
                "enableRateLimit": False,
                "options": options or {},
            }
        )
        client.timeout = 2_000
        try:
            yield Trading(client, there)
        finally:
            await client.close()


def _session(there: Served) -> aiohttp.ClientSession:
    resolver: Any = LoopbackResolver({"*.binance.com": ("127.0.0.1", there.port)})
    connector = aiohttp.TCPConnector(
        ssl=ssl.create_default_context(cafile=str(there.ca)),
        resolver=resolver,
        socket_factory=loopback_socket,
    )
    return aiohttp.ClientSession(connector=connector)


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Return once the condition holds; fail if it does not in time."""
    end = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < end, f"waited {seconds:g} s in vain"
        await asyncio.sleep(0.005)

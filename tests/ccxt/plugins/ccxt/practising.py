"""The account at the practice exchange: the real ccxt, matching, and prices that we move."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from fillgate.domain.clock import Clock
from fillgate.engine.clock import SystemClock
from fillgate.plugins.ccxt import CcxtPlugin
from fillgate.testing import plugin_context
from tests.practice.serving import ALICE, Served, served

__all__ = ["Practising", "practising", "until"]


@dataclass
class Practising:
    """An open account, and the exchange behind it."""

    account: CcxtPlugin
    served: Served
    config: dict[str, Any]

    def set_price(self, price: str, symbol: str = "BTCUSDT") -> None:
        """Let the market be at a price from now on."""
        exchange = self.served.practice.exchange
        tick = exchange.symbols.find(symbol).tick
        exchange.prices.feeds[symbol].set_price(exchange.now(), int(Decimal(price) / tick))
        self.served.practice.hub.beat(at_once=True)

    @property
    def is_followed(self) -> bool:
        """Whether somebody has subscribed to the reports."""
        return any(self.served.practice.hub._users.values())

    async def another(self, **changes: Any) -> CcxtPlugin:
        """Return another process's view: the same account, opened anew, that knows nothing."""
        account = CcxtPlugin("acme", plugin_context(clock=SystemClock()))
        await account.init(self.config | changes)
        return account


@asynccontextmanager
async def practising(
    folder: Path, clock: Clock | None = None, **changes: Any
) -> AsyncIterator[Practising]:
    async with served(folder) as there:
        config = {
            "exchange": "binance",
            "api_key": ALICE.key,
            "secret": ALICE.secret,
            "practice": f"127.0.0.1:{there.port}",
            "practice_ca": str(there.ca),
            "request_interval": 0.001,
        } | changes
        account = CcxtPlugin("acme", plugin_context(clock=clock or SystemClock()))
        try:
            await account.init(config)
            practising = Practising(account, there, config)
            practising.set_price("100000")
            yield practising
        finally:
            await account.close()


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Return once the condition holds; fail if it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - of the exchange's side there is no event
            await asyncio.sleep(0.01)

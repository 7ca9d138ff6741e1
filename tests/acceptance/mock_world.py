"""The simulated venue as a world: its prices are borrowed from whoever tells them."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from fillgate.domain.errors import UnknownAccount
from fillgate.domain.market import MarketData
from fillgate.engine.clock import SystemClock
from fillgate.plugins.base import ExecutionPlugin, PluginContext
from fillgate.plugins.mock import MockPlugin
from fillgate.testing import TaskCollector, plugin_context
from tests.acceptance.world import (
    FUNDS,
    LEAST_WORTH,
    PRICE,
    PRICE_STEP,
    QUANTITY_STEP,
    SYMBOL,
    World,
)

__all__ = ["Market", "MockWorld", "margin_options", "mock_options", "mock_world"]

_MARKET = "market"


class Market:
    """Quotes around one price; a `QuoteSource`."""

    def __init__(self) -> None:
        self.price = PRICE

    def check(self, account: str) -> None:
        if account != _MARKET:
            raise UnknownAccount(account)

    async def fetch(self, account: str, symbol: str) -> MarketData:
        now = SystemClock().now() // 1000
        bid, ask = self.price - 5, self.price + 5
        return MarketData(symbol=symbol, bid=bid, ask=ask, last=self.price, timestamp=now)

    def seen_by(self, context: PluginContext) -> PluginContext:
        """Return a context whose quotes are these."""
        return dataclasses.replace(context, quotes=self)


_PERPETUAL = "BTC/USDT:USDT"
_LEVERAGE = Decimal(20)


def mock_options(folder: Path, symbol: str = SYMBOL, **more: Any) -> dict[str, Any]:
    """Return the settings of a mock account that is what a world's account should be."""
    rules = {"tick": PRICE_STEP, "lot": QUANTITY_STEP, "minimum_notional": LEAST_WORTH}
    return {
        "account": "spot",
        "balances": dict(FUNDS),
        "instruments": {symbol: rules},
        "prices_from": _MARKET,
        "activity": 0,
        "taker_fee_bps": 10,
        "ledger_path": str(folder / "ledger"),
        **more,
    }


def margin_options(folder: Path) -> dict[str, Any]:
    """Return the settings of a mock account that holds contracts."""
    funds = {"USDT": FUNDS["USDT"]}
    more: dict[str, Any] = {"account": "margin", "balances": funds, "leverage": _LEVERAGE}
    return mock_options(folder, _PERPETUAL, **more)


class MockWorld(World):
    """The venue in this process."""

    def __init__(self, plugin: ExecutionPlugin, market: Market, options: dict[str, Any]) -> None:
        self.plugin = plugin
        self.market = market
        self._options = options
        if options.get("account") == "margin":
            self.symbol, self.leverage, self.holds_assets = _PERPETUAL, _LEVERAGE, False

    async def move(self, price: Decimal) -> None:
        self.market.price = price
        # Borrowed quotes are asked for when a symbol is spoken of.
        await self.plugin.fetch_data(self.symbol)

    async def thin(self) -> tuple[Decimal, Decimal]:
        # So little is displayed at the touch that most of it rests.
        quote = await self.plugin.fetch_data(self.symbol)
        assert quote.ask is not None
        return quote.ask, Decimal("1.5")

    async def reconnect(self) -> None:
        await self.plugin.close()
        await self.plugin.init(self._options)


@asynccontextmanager
async def mock_world(options: dict[str, Any]) -> AsyncIterator[MockWorld]:
    market, tasks = Market(), TaskCollector()
    context = market.seen_by(plugin_context(clock=SystemClock(), tasks=tasks))
    plugin = MockPlugin("acceptance", context)
    await plugin.init(options)
    try:
        yield MockWorld(plugin, market, options)
    finally:
        await plugin.close()
        await tasks.cancel()

"""What these tests share: an exchange, and accounts at it."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import trustme

from fillgate.domain.orders import Order, Side
from fillgate.plugins.ccxt import CcxtPlugin
from fillgate.testing import plugin_context
from tests.ccxt.plugins.ccxt.exchange import Exchange, config_of


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Who vouches for the exchange, and whom only these tests trust."""
    return trustme.CA()


@pytest.fixture
async def exchange(authority: trustme.CA) -> AsyncIterator[Exchange]:
    async with Exchange(authority) as running:
        yield running


@pytest.fixture
async def plugin() -> AsyncIterator[CcxtPlugin]:
    """An account that has not been opened."""
    account = CcxtPlugin("acme", plugin_context())
    yield account
    await account.close()


@pytest.fixture
async def account(plugin: CcxtPlugin, exchange: Exchange, tmp_path: Path) -> CcxtPlugin:
    """An open account."""
    await plugin.init(config_of(exchange, tmp_path))
    return plugin


def an_order(**changes: Any) -> Order:
    fields: dict[str, Any] = {
        "client_order_id": "fgtest000000100",
        "account": "acme",
        "symbol": "BTC/USDT",
        "side": Side.BUY,
        "quantity": Decimal("0.5"),
    }
    return Order(**(fields | changes))

"""The plugin interface: what a plugin with only four methods is."""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from fillgate.domain.errors import NotSupported
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.market import MarketData
from fillgate.domain.orders import Order, Side
from fillgate.domain.reports import ExecutionResult
from fillgate.plugins.base import Capabilities, ExecutionPlugin
from fillgate.testing import plugin_context

ORDER = Order(client_order_id="a", account="desk", symbol="X", side=Side.BUY, quantity=Decimal(1))


class SmallPlugin(ExecutionPlugin):
    """The whole price of entry."""

    async def init(self, config: Mapping[str, Any]) -> None:
        self.config = config

    async def execute_order(self, order: Order) -> ExecutionResult:
        return ExecutionResult(
            success=True,
            order_id="1",
            timestamp=0,
            status=OrderStatus.NEW,
            filled_quantity=Decimal(0),
        )

    async def fetch_data(self, symbol: str) -> MarketData:
        return MarketData(symbol=symbol, timestamp=0)

    async def health_check(self) -> bool:
        return True


@pytest.fixture
def plugin() -> SmallPlugin:
    return SmallPlugin("desk", plugin_context())


OPTIONAL: dict[str, Callable[[ExecutionPlugin], Awaitable[Any]]] = {
    "fetch_order": lambda plugin: plugin.fetch_order(client_order_id="a", symbol="X"),
    "cancel_order": lambda plugin: plugin.cancel_order(
        client_order_id="a", symbol="X", request_id="r"
    ),
    "replace_order": lambda plugin: plugin.replace_order(client_order_id="a", order=ORDER),
    "open_orders": lambda plugin: plugin.open_orders(),
    "fills": lambda plugin: plugin.fills(since=0),
    "positions": lambda plugin: plugin.positions(),
    "balances": lambda plugin: plugin.balances(),
    "instruments": lambda plugin: plugin.instruments(),
}


def test_it_keeps_its_name_and_its_context() -> None:
    context = plugin_context()
    plugin = SmallPlugin("desk", context)
    assert (plugin.name, plugin.context) == ("desk", context)


@pytest.mark.anyio
async def test_four_methods_are_enough(plugin: SmallPlugin) -> None:
    await plugin.init({"a": 1})
    assert (await plugin.execute_order(ORDER)).order_id == "1"
    assert (await plugin.fetch_data("X")).symbol == "X"
    assert await plugin.health_check()
    await plugin.close()


@pytest.mark.parametrize("method", ["init", "execute_order", "fetch_data", "health_check"])
def test_and_none_of_them_can_be_left_out(method: str) -> None:
    incomplete = type("Incomplete", (SmallPlugin,), {method: getattr(ExecutionPlugin, method)})
    with pytest.raises(TypeError, match=method):
        incomplete("desk", plugin_context())


@pytest.mark.anyio
@pytest.mark.parametrize("method", OPTIONAL)
async def test_what_it_has_not_it_says_by_name(plugin: SmallPlugin, method: str) -> None:
    with pytest.raises(NotSupported) as caught:
        await OPTIONAL[method](plugin)
    assert str(caught.value) == f"SmallPlugin of the account 'desk' has no {method}"


def test_streams_it_has_not_either(plugin: SmallPlugin) -> None:
    with pytest.raises(NotSupported, match="has no stream_reports"):
        plugin.stream_reports()
    with pytest.raises(NotSupported, match="has no stream_data"):
        plugin.stream_data(["X"])


def test_without_a_word_it_can_send_market_orders_only(plugin: SmallPlugin) -> None:
    assert plugin.capabilities == Capabilities()
    flags = [value for value in map(plugin.capabilities.__getattribute__, OPTIONAL) if value]
    assert flags == []

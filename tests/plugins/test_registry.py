"""The registry: which account is which plugin."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest

from fillgate.domain.errors import DuplicateAccount, UnknownAccount
from fillgate.domain.market import MarketData
from fillgate.domain.orders import Order, Side
from fillgate.domain.reports import ExecutionResult
from fillgate.plugins.base import ExecutionPlugin
from fillgate.plugins.registry import PluginRegistry
from fillgate.testing import plugin_context

ORDER = Order(client_order_id="a", account="x", symbol="X", side=Side.BUY, quantity=Decimal(1))


async def well() -> bool:
    return True


async def unwell() -> bool:
    return False


async def hangs() -> bool:
    await asyncio.Event().wait()
    return True


async def breaks() -> bool:
    raise ConnectionResetError("peer went away")


async def times_out_itself() -> bool:
    raise TimeoutError("its own deadline")


class NamedPlugin(ExecutionPlugin):
    """Answers with its own name; its health is what it was made with."""

    def __init__(self, name: str, health: Callable[[], Awaitable[bool]] = well) -> None:
        super().__init__(name, plugin_context())
        self.health = health

    async def init(self, config: Mapping[str, Any]) -> None:
        pass

    async def execute_order(self, order: Order) -> ExecutionResult:
        return ExecutionResult(success=True, order_id=self.name, timestamp=0)

    async def fetch_data(self, symbol: str) -> MarketData:
        return MarketData(symbol=f"{symbol}@{self.name}", timestamp=0)

    async def health_check(self) -> bool:
        return await self.health()


def registry_of(*names: str) -> PluginRegistry:
    registry = PluginRegistry()
    for name in names:
        registry.register(NamedPlugin(name))
    return registry


def test_accounts_are_listed_in_the_order_of_registration() -> None:
    assert registry_of().list() == ()
    assert registry_of("b", "a", "c").list() == ("b", "a", "c")


def test_a_second_account_of_the_same_name_is_refused_and_changes_nothing() -> None:
    registry = registry_of("a")
    first = registry.get("a")
    with pytest.raises(DuplicateAccount, match="'a' is registered already"):
        registry.register(NamedPlugin("a"))
    assert registry.get("a") is first
    assert registry.list() == ("a",)


def test_the_default_is_the_first_until_it_is_set() -> None:
    registry = registry_of("b", "a")
    assert registry.default == "b"
    assert registry.get() is registry.get("b")
    registry.set_default("a")
    assert registry.get() is registry.get("a")
    registry.register(NamedPlugin("c"))
    assert registry.default == "a"


def test_an_unknown_default_is_refused_and_changes_nothing() -> None:
    registry = registry_of("a")
    with pytest.raises(UnknownAccount):
        registry.set_default("b")
    assert registry.default == "a"


def test_an_unknown_account_is_told_what_there_is() -> None:
    with pytest.raises(UnknownAccount, match="named 'x'; the accounts are: a, b"):
        registry_of("a", "b").get("x")
    with pytest.raises(UnknownAccount, match="the accounts are: none"):
        registry_of().get("x")


def test_an_empty_registry_has_no_default() -> None:
    for ask in (lambda: registry_of().default, registry_of().get):
        with pytest.raises(UnknownAccount, match="no account is registered"):
            ask()


def test_the_empty_name_is_a_name_and_not_the_default() -> None:
    with pytest.raises(UnknownAccount):
        registry_of("a").get("")


@pytest.mark.anyio
async def test_orders_and_questions_go_to_the_account_that_is_meant() -> None:
    registry = registry_of("a", "b")
    assert (await registry.execute_order(ORDER)).order_id == "a"
    assert (await registry.execute_order(ORDER, "b")).order_id == "b"
    assert (await registry.fetch_data("X")).symbol == "X@a"
    assert (await registry.fetch_data("X", "b")).symbol == "X@b"
    with pytest.raises(UnknownAccount):
        await registry.execute_order(ORDER, "c")
    with pytest.raises(UnknownAccount):
        await registry.fetch_data("X", "c")


@pytest.mark.anyio
async def test_health_is_told_for_each_account_with_the_reason() -> None:
    registry = PluginRegistry(health_deadline=0.02)
    for check in (well, unwell, hangs, breaks, times_out_itself):
        registry.register(NamedPlugin(check.__name__, check))
    health = dict(await registry.health_check_all())
    assert list(health) == list(registry.list())
    assert health.pop("times_out_itself")
    assert health == {
        "well": None,
        "unwell": "the health check says no",
        "hangs": "no answer to the health check within 0.02 s",
        "breaks": "ConnectionResetError: peer went away",
    }


@pytest.mark.anyio
async def test_accounts_are_asked_side_by_side() -> None:
    both = asyncio.Barrier(3)

    async def meets_the_others() -> bool:
        await both.wait()
        return True

    registry = PluginRegistry(health_deadline=30)
    for name in ("a", "b", "c"):
        registry.register(NamedPlugin(name, meets_the_others))
    # One after the other they would wait for each other for ever.
    assert await registry.health_check_all() == {"a": None, "b": None, "c": None}


@pytest.mark.anyio
async def test_a_cancelled_health_check_is_no_answer() -> None:
    registry = PluginRegistry(health_deadline=30)
    registry.register(NamedPlugin("a", hangs))
    task = asyncio.create_task(registry.health_check_all())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.anyio
async def test_without_accounts_there_is_no_health_to_tell() -> None:
    assert await PluginRegistry().health_check_all() == {}

"""Replacing orders of the mock venue (FIX OrderCancelReplaceRequest)."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fillgate.domain.errors import NotSent, Rejected
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO
from fillgate.domain.orders import Order, OrderType
from fillgate.domain.reports import ExecutionReport
from fillgate.plugins.mock import MockPlugin
from fillgate.plugins.mock.ledger import MockLedger
from fillgate.testing import VirtualClock
from tests.plugins.mock.test_plugin import STILL, found, limit, make_order, on_tick, open_plugin

S = OrderStatus


def changed(order: Order, request: str, **terms: Any) -> Order:
    return msgspec.structs.replace(order, client_order_id=request, **terms)


async def replace(plugin: MockPlugin, name: str, order: Order, **fields: Any) -> ExecutionReport:
    return await plugin.replace_order(client_order_id=name, order=order, **fields)


async def test_a_replaced_order_works_on_under_both_ids_and_the_same_id_of_the_venue() -> None:
    plugin = await open_plugin(**STILL)
    order = limit("5", quantity=Decimal(2))
    placed = await plugin.execute_order(order)
    told = await replace(plugin, "a", changed(order, "a001", price=Decimal(6)))
    assert (told.status, told.filled_quantity) == (S.NEW, ZERO)
    assert (told.client_order_id, told.order_id) == ("a001", placed.order_id)
    assert (told.quantity, told.price) == (Decimal(2), Decimal(6))
    again = await replace(plugin, "a001", changed(order, "a002", quantity=Decimal(3)))
    assert (again.client_order_id, again.quantity) == ("a002", Decimal(3))
    for name in ("a", "a001", "a002"):
        assert await found(plugin, name) == again
    assert await plugin.open_orders() == [again]
    canceled = await plugin.cancel_order(client_order_id="a", symbol="BTCUSDT", request_id="c")
    assert canceled.status is S.CANCELED


async def test_new_terms_meet_the_market_at_once_and_quantity_is_the_whole() -> None:
    plugin = await open_plugin(**STILL)
    order = limit("5", quantity=Decimal(2))
    placed = await plugin.execute_order(order)
    ask = (await plugin.fetch_data("BTCUSDT")).ask
    assert ask is not None
    terms = {"price": ask * 2, "quantity": Decimal(3)}
    told = await replace(plugin, "a", changed(order, "a001", **terms))
    assert (told.status, told.filled_quantity) == (S.FILLED, Decimal(3))
    numbers = range(1, len(told.fills) + 1)
    assert [fill.fill_id for fill in told.fills] == [f"{placed.order_id}-{n}" for n in numbers]
    [position] = await plugin.positions()
    assert position.quantity == 3
    late = await replace(plugin, "a001", changed(order, "a002", price=Decimal(7)))
    assert late == told


async def test_an_order_no_longer_fires_at_its_old_price() -> None:
    clock = VirtualClock()
    plugin = await open_plugin(clock, volatility=10)
    last = (await plugin.fetch_data("BTCUSDT")).last
    assert last is not None
    near, far = on_tick(last * Decimal("0.9999")), Decimal(1)
    order, twin = limit(str(near)), limit(str(near), "twin")
    for each in (order, twin):
        assert (await plugin.execute_order(each)).status is S.NEW
    await replace(plugin, "a", changed(order, "a001", price=far))
    while (await found(plugin, "twin")).status is S.NEW:
        clock.advance(1)
    assert (await found(plugin, "a")).status is S.NEW


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"price": Decimal(-1)}, "INVALID_PRICE"),
        ({"quantity": ZERO}, "INVALID_QUANTITY"),
        ({"reduce_only": True}, "INVALID_ORDER"),
        ({"client_order_id": "other"}, "INVALID_CLIENT_ORDER_ID"),
        ({"client_order_id": "a"}, "INVALID_CLIENT_ORDER_ID"),
        ({"client_order_id": "\n"}, "INVALID_CLIENT_ORDER_ID"),
    ],
)
async def test_what_is_refused_changes_nothing(terms: dict[str, Any], code: str) -> None:
    plugin = await open_plugin(**STILL)
    order = limit("5")
    for each in (order, limit("4", "other")):
        await plugin.execute_order(each)
    before = await found(plugin, "a")
    with pytest.raises(Rejected) as refused:
        await replace(plugin, "a", msgspec.structs.replace(changed(order, "r"), **terms))
    assert refused.value.code == code
    assert await found(plugin, "a") == before


async def test_what_is_not_there_cannot_be_replaced() -> None:
    plugin = await open_plugin()
    for fields in ({}, {"order_id": "mock-9"}):
        with pytest.raises(Rejected, match="UNKNOWN_ORDER"):
            await replace(plugin, "nobody", limit("5", "r"), **fields)
    await plugin.close()
    with pytest.raises(NotSent):
        await replace(plugin, "a", limit("5", "r"))


async def test_a_stop_waits_for_its_new_price() -> None:
    plugin = await open_plugin(**STILL)
    last = (await plugin.fetch_data("BTCUSDT")).last
    assert last is not None
    order = make_order(order_type=OrderType.STOP, stop_price=last * 2)
    await plugin.execute_order(order)
    told = await replace(plugin, "a", changed(order, "a001", stop_price=last * 3))
    assert (told.status, told.stop_price) == (S.NEW, last * 3)
    told = await replace(plugin, "a001", changed(order, "a002", stop_price=last / 2))
    assert told.status is S.FILLED


async def test_a_ledger_keeps_it_over_restarts(tmp_path: Path) -> None:
    path = str(tmp_path / "ledger")
    plugin = await open_plugin(ledger_path=path, **STILL)
    order = limit("5")
    await plugin.execute_order(order)
    told = await replace(plugin, "a", changed(order, "a001", price=Decimal(6)))
    await plugin.close()
    again = await open_plugin(ledger_path=path, **STILL)
    assert [await found(again, name) for name in ("a", "a001")] == [told, told]
    assert await again.open_orders() == [told]
    ledger = MockLedger.read(path)
    [held] = ledger.arrivals["a"]
    assert list(ledger.arrivals) == ["a"]
    assert (held.order.price, held.former) == (Decimal(6), ("a",))
    await again.close()

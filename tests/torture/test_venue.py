"""The venue and the plugin: a plain venue is one, and each fault has the ending that it should."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from fillgate.domain.errors import NotSent, Rejected, Unknown
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, OrderType, Side
from fillgate.domain.reports import Found, NotFound
from fillgate.testing import plugin_context
from tests.torture.book import Book
from tests.torture.faults import NO_FAULTS, Faults
from tests.torture.ledger import read_ledger
from tests.torture.plugin import TorturePlugin
from tests.torture.venue import Venue
from tests.torture.wire import Quiet

LIMIT: Final[dict[str, Any]] = {"order_type": OrderType.LIMIT, "price": Decimal(90)}


def order(identity: str = "fg1", quantity: int = 5, **more: Any) -> Order:
    return Order(
        client_order_id=identity,
        account="venue",
        symbol="A/USDT",
        side=Side.BUY,
        quantity=Decimal(quantity),
        **more,
    )


@asynccontextmanager
async def trading(folder: Path, faults: Faults = NO_FAULTS) -> AsyncIterator[TorturePlugin]:
    """Serve a venue from a ledger in the folder, and be an account at it."""
    venue = Venue(folder / "ledger", "1", faults)
    server = await asyncio.start_server(venue.serve_one, "127.0.0.1", 0)
    plugin = TorturePlugin("venue", plugin_context())
    async with server:
        await plugin.init({"port": server.sockets[0].getsockname()[1]})
        yield plugin
    await venue.close()


def book(folder: Path) -> Book:
    return Book.of(read_ledger(folder / "ledger"))


async def found(plugin: TorturePlugin, identity: str = "fg1") -> Any:
    lookup = await plugin.fetch_order(client_order_id=identity, symbol="A/USDT")
    assert isinstance(lookup, Found)
    return lookup.report


async def test_a_plain_venue_fills_a_market_order_piece_by_piece(tmp_path: Path) -> None:
    async with trading(tmp_path) as plugin:
        result = await plugin.execute_order(order())
        assert result.order_id == "v-1"
        await plugin._ask(Quiet())
        report = await found(plugin)
        assert (report.status, report.filled_quantity) == (OrderStatus.FILLED, 5)
        assert [fill.fill_id for fill in report.fills] == [
            str(number) for number in range(1, len(report.fills) + 1)
        ]
        (held,) = await plugin.positions()
        assert (held.symbol, held.quantity) == ("A/USDT", Decimal(5))
        fills = await plugin.fills(since=0)
        assert sum(each.fill.quantity for each in fills) == 5
    assert book(tmp_path).positions == {"A/USDT": 5}


async def test_orders_are_replaced_and_canceled_by_the_id_that_they_have_now(
    tmp_path: Path,
) -> None:
    async with trading(tmp_path) as plugin:
        await plugin.execute_order(order(quantity=1000, **LIMIT))
        report = await plugin.replace_order(
            client_order_id="fg1", order=order("fg1-r", quantity=2000, **LIMIT)
        )
        assert (report.client_order_id, report.quantity) == ("fg1-r", Decimal(2000))
        (working,) = await plugin.open_orders()
        assert working.order_id == report.order_id
        with pytest.raises(Rejected, match="NOT_FOUND"):
            await plugin.cancel_order(client_order_id="fg1", symbol="A/USDT", request_id="fg1-c")
        report = await plugin.cancel_order(
            client_order_id="fg1-r", symbol="A/USDT", request_id="fg1-d"
        )
        assert report.status is OrderStatus.CANCELED
        assert await plugin.open_orders() == []
    assert book(tmp_path).done == {"fg1-r", "fg1-d"}


async def test_the_stream_tells_what_happens(tmp_path: Path) -> None:
    async with trading(tmp_path) as plugin:
        reports = plugin.stream_reports()
        following = asyncio.ensure_future(anext(reports))
        while not following.done():
            await plugin.execute_order(order())
            await asyncio.wait([following], timeout=0.01)
        assert (await following).status is OrderStatus.NEW
        executed = Decimal(0)
        async for report in reports:
            executed += sum(fill.quantity for fill in report.fills)
            if report.client_order_id == "fg1" and report.status is OrderStatus.FILLED:
                break
        assert executed >= 5


async def test_a_venue_goes_on_after_a_restart(tmp_path: Path) -> None:
    async with trading(tmp_path) as plugin:
        await plugin.execute_order(order())
    async with trading(tmp_path) as plugin:
        await plugin._ask(Quiet())
        assert (await found(plugin)).status is OrderStatus.FILLED
    assert book(tmp_path).starts == 2


@pytest.mark.parametrize(
    ("fault", "ending", "is_there"),
    [
        ("dropped", Unknown, False),
        ("reset", Unknown, True),
        ("truncated", Unknown, True),
        ("nameless", Unknown, True),
        ("refused", Rejected, False),
        ("lost_answer", TimeoutError, True),
    ],
)
async def test_a_fault_has_its_ending(
    fault: str, ending: type[Exception], is_there: bool, tmp_path: Path
) -> None:
    async with trading(tmp_path, Faults(**{fault: 1.0})) as plugin:
        with pytest.raises(ending):
            async with asyncio.timeout(0.3 if ending is TimeoutError else None):
                await plugin.execute_order(order())
        lookup = await plugin.fetch_order(client_order_id="fg1", symbol="A/USDT")
        assert isinstance(lookup, Found) is is_there
    assert book(tmp_path).arrivals == {("new", "fg1"): 1}


async def test_only_a_refused_connection_was_not_sent(tmp_path: Path) -> None:
    async with trading(tmp_path) as plugin:
        pass
    with pytest.raises(NotSent):
        await plugin.execute_order(order())


async def test_an_order_is_hidden_for_a_while_only(tmp_path: Path) -> None:
    async with trading(tmp_path, Faults(hidden=1.0)) as plugin:
        await plugin.execute_order(order())
        looks = [await plugin.fetch_order(client_order_id="fg1", symbol="A/USDT")]
        async with asyncio.timeout(10):
            while isinstance(looks[-1], NotFound):
                looks.append(await plugin.fetch_order(client_order_id="fg1", symbol="A/USDT"))
        assert len(looks) > 1


async def test_a_canceled_order_may_be_filled_a_moment_later(tmp_path: Path) -> None:
    async with trading(tmp_path, Faults(late_fill=1.0)) as plugin:
        await plugin.execute_order(order(quantity=1000, **LIMIT))
        at_cancel = await plugin.cancel_order(
            client_order_id="fg1", symbol="A/USDT", request_id="fg1-c"
        )
        await plugin._ask(Quiet())
        report = await found(plugin)
        assert report.status is OrderStatus.CANCELED
        assert report.filled_quantity > at_cancel.filled_quantity

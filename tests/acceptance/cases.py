"""What any account has to do, as a table of cases written against `ExecutionPlugin` alone.

`cases_of` gives those that an account's capabilities call for; a new plugin brings a `World`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.errors import Rejected
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import OrderType, Side, TimeInForce
from fillgate.domain.reports import ExecutionReport, Lookup, NotFound
from fillgate.plugins.base import Balance, VenueFill, VenuePosition
from tests.acceptance.world import PRICE, World, eventually, outcome

__all__ = ["CASES", "Case", "cases_of"]

Run = Callable[[World], Awaitable[None]]

FAR_BELOW: Final = PRICE - 5_000
FAR_ABOVE: Final = PRICE + 5_000
WORKING: Final = {OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED, None}


class Case(NamedTuple):
    """One thing that an account has to do, and what it has to declare for it."""

    run: Run
    capabilities: Sequence[str]
    order_types: frozenset[OrderType]

    def is_called_for(self, declared: Capabilities) -> bool:
        """Tell whether an account that declares this has to do it."""
        return self.order_types <= declared.order_types and all(
            getattr(declared, name) for name in self.capabilities
        )


CASES: Final[dict[str, Case]] = {}


def case(*needs: str | OrderType) -> Callable[[Run], Run]:
    """Add a function to the table, with the capabilities and order types that it needs."""

    def add(run: Run) -> Run:
        kinds = frozenset(each for each in needs if isinstance(each, OrderType))
        names = [str(each) for each in needs if not isinstance(each, OrderType)]
        CASES[run.__name__] = Case(run, names, kinds)
        return run

    return add


def cases_of(declared: Capabilities) -> list[str]:
    """Return the names of the cases that an account has to pass."""
    return [name for name, each in CASES.items() if each.is_called_for(declared)]


def limit(price: Decimal, **fields: object) -> dict[str, object]:
    return {"order_type": OrderType.LIMIT, "price": price, **fields}


def asset(balances: Sequence[Balance], name: str) -> Balance:
    (found,) = [each for each in balances if each.asset == name]
    return found


@case()
async def it_is_well(world: World) -> None:
    assert await world.plugin.health_check()


@case()
async def it_has_quotes(world: World) -> None:
    quote = await world.plugin.fetch_data(world.symbol)
    assert quote.bid is not None
    assert quote.ask is not None
    assert PRICE - 100 < quote.bid < quote.ask < PRICE + 100


@case()
async def a_market_order_is_filled(world: World) -> None:
    order, result = await world.place()
    assert result.filled_quantity == order.quantity
    assert result.status in {OrderStatus.FILLED, None}
    assert result.average_price is not None
    assert abs(result.average_price - PRICE) < 100
    assert sum(fill.quantity for fill in result.fills) in {0, order.quantity}


@case()
async def a_market_sell_is_filled(world: World) -> None:
    order, result = await world.place(side=Side.SELL)
    assert result.filled_quantity == order.quantity


@case(OrderType.LIMIT)
async def a_limit_order_at_the_market_is_filled(world: World) -> None:
    order, result = await world.place(**limit(PRICE + 100))
    # The answer may only tell that it was taken.
    told = result if result.filled_quantity else await world.becomes(order, OrderStatus.FILLED)
    assert told.filled_quantity == order.quantity
    assert told.average_price is not None
    assert told.average_price <= PRICE + 100


@case(OrderType.LIMIT, "post_only")
async def what_may_only_rest_is_refused_where_it_would_take(world: World) -> None:
    await world.refused(**limit(PRICE + 100, post_only=True))
    _, result = await world.place(**limit(FAR_BELOW, post_only=True))
    assert result.status in WORKING


@case(OrderType.LIMIT, "fetch_order")
async def a_limit_order_rests_until_the_market_comes(world: World) -> None:
    order, result = await world.place(**limit(FAR_BELOW))
    assert result.status in WORKING
    assert not result.filled_quantity
    report = await world.found(order)
    assert (report.status, report.price, report.quantity) == (
        OrderStatus.NEW,
        FAR_BELOW,
        order.quantity,
    )
    await world.move(FAR_BELOW - 200)
    filled = await world.becomes(order, OrderStatus.FILLED)
    assert filled.filled_quantity == order.quantity
    assert filled.average_price is not None
    assert filled.average_price <= FAR_BELOW


@case(OrderType.STOP, "fetch_order")
async def a_stop_order_waits_for_its_price(world: World) -> None:
    order, result = await world.place(
        side=Side.SELL, order_type=OrderType.STOP, stop_price=FAR_BELOW
    )
    assert result.filled_quantity == 0
    await world.move(FAR_BELOW - 100)
    filled = await world.becomes(order, OrderStatus.FILLED)
    assert filled.average_price is not None
    assert filled.average_price < FAR_BELOW


@case(OrderType.STOP_LIMIT, "fetch_order")
async def a_stop_limit_order_becomes_a_limit_order(world: World) -> None:
    order, result = await world.place(
        order_type=OrderType.STOP_LIMIT, stop_price=FAR_ABOVE, price=FAR_ABOVE + 500
    )
    assert result.filled_quantity == 0
    await world.move(FAR_ABOVE + 100)
    filled = await world.becomes(order, OrderStatus.FILLED)
    assert filled.average_price is not None
    assert filled.average_price <= FAR_ABOVE + 500


@case(OrderType.LIMIT, "fetch_order", "attached_stops", "balances")
async def a_stop_that_an_order_carries_closes_what_it_opened(world: World) -> None:
    before = await held(world)
    order, result = await world.place(**limit(FAR_BELOW, stop_loss=FAR_BELOW - 2_000))
    assert result.status in WORKING
    await world.move(FAR_BELOW - 200)
    await world.becomes(order, OrderStatus.FILLED)
    await holds(world, before + order.quantity)
    await world.move(FAR_BELOW - 2_100)
    await holds(world, before)
    assert (await world.found(order)).status is OrderStatus.FILLED


@case(OrderType.LIMIT, "fetch_order", "attached_stops", "balances", "open_orders")
async def of_two_stops_that_an_order_carries_one_is_executed(world: World) -> None:
    before = await held(world)
    stops = {"stop_loss": FAR_BELOW - 2_000, "take_profit": FAR_BELOW + 2_000}
    order, _ = await world.place(**limit(FAR_BELOW, **stops))
    await world.move(FAR_BELOW - 200)
    await holds(world, before + order.quantity)
    await world.move(FAR_BELOW + 2_100)
    await holds(world, before)
    await world.move(FAR_BELOW - 2_100)
    await holds(world, before)

    async def opened() -> Sequence[ExecutionReport]:
        return await world.plugin.open_orders(world.symbol)

    await eventually(opened, lambda told: not told, "nothing is left open")


@case(OrderType.LIMIT, "fetch_order", "attached_stops", "cancel_order", "open_orders")
async def a_cancelled_order_leaves_no_stops_behind(world: World) -> None:
    stops = {"stop_loss": FAR_BELOW - 2_000, "take_profit": FAR_BELOW + 2_000}
    order, _ = await world.place(**limit(FAR_BELOW, **stops))
    await world.plugin.cancel_order(
        client_order_id=order.client_order_id,
        symbol=world.symbol,
        request_id=f"{order.client_order_id}001",
    )
    await world.becomes(order, OrderStatus.CANCELED)
    assert await world.plugin.open_orders(world.symbol) == []


async def held(world: World) -> Decimal:
    """Return how much the account has of the asset, or of the contract."""
    if world.holds_assets:
        return asset(await world.plugin.balances(), "BTC").total
    return sum((each.quantity for each in await world.plugin.positions()), Decimal(0))


async def holds(world: World, quantity: Decimal) -> None:
    """Return once the account has so much of it, but for fees."""

    def is_there(total: Decimal) -> bool:
        return abs(total - quantity) < world.quantity_step * 10

    await eventually(lambda: held(world), is_there, f"{quantity} is held")


def sold_either_way(limit_at: Decimal, stop_at: Decimal) -> dict[str, object]:
    kind = {"side": Side.SELL, "order_type": OrderType.OCO}
    return {**kind, "price": limit_at, "stop_price": stop_at}


@case(OrderType.OCO, "fetch_order", "open_orders")
async def of_a_limit_and_a_stop_neither_is_executed_at_first(world: World) -> None:
    order, result = await world.place(**sold_either_way(FAR_ABOVE, FAR_BELOW))
    assert result.status in WORKING
    report = await world.found(order)
    assert report.status is OrderStatus.NEW
    assert (report.order_id, report.client_order_id) == (result.order_id, order.client_order_id)
    assert (report.price, report.stop_price) == (FAR_ABOVE, FAR_BELOW)
    told = await world.plugin.open_orders(world.symbol)
    assert [each.order_id for each in told] == [result.order_id]


@case(OrderType.OCO, "fetch_order", "fills")
async def its_limit_is_executed_and_ends_the_stop(world: World) -> None:
    order, result = await world.place(**sold_either_way(FAR_ABOVE, FAR_BELOW))
    await world.move(FAR_ABOVE + 100)
    filled = await world.becomes(order, OrderStatus.FILLED)
    assert filled.filled_quantity == order.quantity
    assert filled.average_price is not None
    assert filled.average_price >= FAR_ABOVE
    await world.move(FAR_BELOW - 100)
    await sold_once(world, result.order_id, order.quantity)


@case(OrderType.OCO, "fetch_order", "fills")
async def its_stop_is_executed_and_ends_the_limit(world: World) -> None:
    order, result = await world.place(**sold_either_way(FAR_ABOVE, FAR_BELOW))
    await world.move(FAR_BELOW - 100)
    filled = await world.becomes(order, OrderStatus.FILLED)
    assert filled.filled_quantity == order.quantity
    assert filled.average_price is not None
    assert filled.average_price < FAR_BELOW
    await world.move(FAR_ABOVE + 100)
    await sold_once(world, result.order_id, order.quantity)


async def sold_once(world: World, order_id: str | None, quantity: Decimal) -> None:
    """Return once the fills tell of a quantity of an order; fail if they tell of more."""

    async def sold() -> Decimal:
        told = await world.plugin.fills(symbol=world.symbol, since=0)
        # What the venue itself does to a short position is no part of it.
        ours = [each for each in told if each.order_id == order_id]
        assert ours == list(told) or not world.holds_assets
        return sum((each.fill.quantity for each in ours), Decimal(0))

    assert await eventually(sold, lambda total: total >= quantity, "it is sold") == quantity


@case(OrderType.OCO, "fetch_order", "cancel_order", "open_orders", "balances")
async def a_limit_and_a_stop_are_cancelled_as_one(world: World) -> None:
    order, result = await world.place(**sold_either_way(FAR_ABOVE, FAR_BELOW))
    report = await world.plugin.cancel_order(
        client_order_id=order.client_order_id,
        order_id=result.order_id,
        symbol=world.symbol,
        request_id=f"{order.client_order_id}001",
    )
    assert report.order_id == result.order_id
    await world.becomes(order, OrderStatus.CANCELED)
    assert await world.plugin.open_orders(world.symbol) == []
    assert all(each.free == each.total for each in await world.plugin.balances())


@case(OrderType.OCO)
async def a_limit_and_a_stop_on_one_side_of_the_market_are_a_refusal(world: World) -> None:
    await world.refused(**sold_either_way(FAR_ABOVE, FAR_ABOVE - 100))


@case(OrderType.OCO, "stream_reports", "cancel_order", OrderType.LIMIT)
async def a_limit_and_a_stop_are_streamed_as_one(world: World) -> None:
    async with following(world) as heard:
        await warmed_up(world, heard)
        order, result = await world.place(**sold_either_way(FAR_ABOVE, FAR_BELOW))
        await world.move(FAR_BELOW - 100)
        report = await hears(heard, result.order_id, OrderStatus.FILLED)
        assert report.filled_quantity == order.quantity
        assert report.client_order_id == order.client_order_id
        name = order.client_order_id
        ours = [each for each in heard if (each.client_order_id or "").startswith(name)]
        assert {each.order_id for each in ours} == {result.order_id}


@case(OrderType.LIMIT, "fetch_order")
async def what_cannot_be_filled_at_once_works_on(world: World) -> None:
    price, quantity = await world.thin()
    order, _ = await world.place(**limit(price, quantity=quantity))
    report = await world.found(order)
    assert report.status is OrderStatus.PARTIALLY_FILLED
    assert 0 < report.filled_quantity < quantity
    assert report.quantity == quantity


@case(OrderType.LIMIT, "fetch_order")
async def immediate_or_cancel_leaves_nothing_behind(world: World) -> None:
    if TimeInForce.IOC not in world.plugin.capabilities.time_in_force:
        return
    price, quantity = await world.thin()
    order, _ = await world.place(**limit(price, quantity=quantity, time_in_force=TimeInForce.IOC))
    report = await world.found(order)
    assert report.status in {OrderStatus.CANCELED, OrderStatus.EXPIRED}
    assert 0 < report.filled_quantity < quantity


@case(OrderType.LIMIT)
async def too_little_money_is_a_refusal(world: World) -> None:
    await world.refused(**limit(PRICE - 1, quantity=Decimal(100)))


@case()
async def too_little_of_the_asset_is_a_refusal(world: World) -> None:
    await world.refused(side=Side.SELL, quantity=Decimal(100))


@case(OrderType.LIMIT)
async def less_than_the_least_worth_is_a_refusal(world: World) -> None:
    await world.refused(**limit(PRICE - 1, quantity=world.quantity_step))


@case(OrderType.LIMIT)
async def less_than_a_step_is_a_refusal(world: World) -> None:
    await world.refused(**limit(PRICE - 1, quantity=world.quantity_step / 10))


@case(OrderType.LIMIT, "fetch_order", "open_orders")
async def a_refused_order_works_nowhere(world: World) -> None:
    order = await world.refused(**limit(PRICE - 1, quantity=Decimal(100)))
    told = await world.plugin.open_orders(world.symbol)
    assert order.client_order_id not in {each.client_order_id for each in told}


@case("fetch_order")
async def an_order_is_found_by_either_id(world: World) -> None:
    order, result = await world.place()
    by_ours = await world.found(order)
    by_the_venues = await world.found(order, result.order_id)
    for report in (by_ours, by_the_venues):
        assert report.order_id == result.order_id
        assert report.client_order_id == order.client_order_id
        assert (report.symbol, report.side) == (order.symbol, order.side)
        assert report.status is OrderStatus.FILLED
        assert report.filled_quantity == order.quantity
        assert report.average_price == result.average_price


@case("fetch_order")
async def an_order_that_was_never_sent_is_not_found(world: World) -> None:
    order = world.order()

    async def look_up() -> Lookup | None:
        # What cannot be asked now is no answer.
        with suppress(Exception):
            return await world.plugin.fetch_order(
                client_order_id=order.client_order_id, symbol=order.symbol
            )
        return None

    lookup = await eventually(look_up, lambda told: told is not None, "there is an answer")
    assert lookup == NotFound()


@case(OrderType.LIMIT, "fetch_order", "cancel_order")
async def an_order_is_cancelled_by_its_client_order_id(world: World) -> None:
    order, result = await world.place(**limit(FAR_BELOW))
    report = await world.plugin.cancel_order(
        client_order_id=order.client_order_id,
        symbol=order.symbol,
        request_id=f"{order.client_order_id}001",
    )
    assert report.order_id == result.order_id
    assert (await world.becomes(order, OrderStatus.CANCELED)).filled_quantity == 0


@case(OrderType.LIMIT, "fetch_order", "cancel_order")
async def an_order_is_cancelled_by_the_venues_id(world: World) -> None:
    order, result = await world.place(**limit(FAR_BELOW))
    await world.plugin.cancel_order(
        client_order_id=order.client_order_id,
        order_id=result.order_id,
        symbol=order.symbol,
        request_id=f"{order.client_order_id}001",
    )
    await world.becomes(order, OrderStatus.CANCELED)


@case("cancel_order")
async def cancelling_what_is_not_there_is_a_refusal(world: World) -> None:
    order = world.order()
    cancelling = world.plugin.cancel_order(
        client_order_id=order.client_order_id,
        symbol=order.symbol,
        request_id=f"{order.client_order_id}001",
    )
    told = await outcome(cancelling)
    assert isinstance(told, Rejected)
    assert told.text


@case("cancel_order", "fetch_order")
async def cancelling_what_is_filled_changes_nothing(world: World) -> None:
    order, result = await world.place()
    cancelling = world.plugin.cancel_order(
        client_order_id=order.client_order_id,
        order_id=result.order_id,
        symbol=order.symbol,
        request_id=f"{order.client_order_id}001",
    )
    told = await outcome(cancelling)
    assert not isinstance(told, ExecutionReport) or told.status is OrderStatus.FILLED
    assert (await world.found(order)).status is OrderStatus.FILLED


@case(OrderType.LIMIT, "fetch_order", "replace_order")
async def an_order_is_replaced(world: World) -> None:
    order, result = await world.place(**limit(FAR_BELOW))
    wanted = msgspec.structs.replace(
        order,
        client_order_id=f"{order.client_order_id}001",
        price=FAR_BELOW + 100,
        quantity=order.quantity * 2,
    )
    report = await world.plugin.replace_order(
        client_order_id=order.client_order_id, order_id=result.order_id, order=wanted
    )
    assert (report.price, report.quantity) == (wanted.price, wanted.quantity)
    found = await world.found(wanted, report.order_id)
    assert (found.price, found.quantity, found.status) == (
        wanted.price,
        wanted.quantity,
        OrderStatus.NEW,
    )


@case(OrderType.LIMIT, "fetch_order", "replace_order")
async def a_replaced_order_is_filled_once_with_its_new_terms(world: World) -> None:
    order, result = await world.place(**limit(FAR_BELOW))
    wanted = msgspec.structs.replace(
        order, client_order_id=f"{order.client_order_id}001", price=PRICE + 100
    )
    await world.plugin.replace_order(
        client_order_id=order.client_order_id, order_id=result.order_id, order=wanted
    )

    async def told() -> ExecutionReport:
        return await world.found(wanted, result.order_id)

    report = await eventually(told, lambda it: it.status is OrderStatus.FILLED, "it is filled")
    assert report.filled_quantity == order.quantity
    assert report.average_price is not None
    assert abs(report.average_price - PRICE) < 100


@case(OrderType.LIMIT, "fetch_order", "replace_order")
async def terms_that_cannot_be_leave_an_order_as_it_is(world: World) -> None:
    order, result = await world.place(**limit(FAR_BELOW))
    wanted = msgspec.structs.replace(
        order, client_order_id=f"{order.client_order_id}001", quantity=Decimal(90)
    )
    refused = await outcome(
        world.plugin.replace_order(
            client_order_id=order.client_order_id, order_id=result.order_id, order=wanted
        )
    )
    assert isinstance(refused, Rejected), refused
    found = await world.found(order, result.order_id)
    assert (found.price, found.quantity, found.status) == (
        order.price,
        order.quantity,
        OrderStatus.NEW,
    )


@case(OrderType.LIMIT, "open_orders", "cancel_order")
async def open_orders_are_those_that_work(world: World) -> None:
    async def ours() -> set[str | None]:
        told = await world.plugin.open_orders(world.symbol)
        return {each.client_order_id for each in told}

    first, _ = await world.place(**limit(FAR_BELOW))
    second, _ = await world.place(**limit(FAR_ABOVE, side=Side.SELL))
    filled, _ = await world.place()
    both = {first.client_order_id, second.client_order_id}
    assert await eventually(ours, lambda ids: both <= ids, "both work") >= both
    assert filled.client_order_id not in await ours()
    everywhere = await world.plugin.open_orders()
    assert both <= {each.client_order_id for each in everywhere}
    await world.plugin.cancel_order(
        client_order_id=first.client_order_id, symbol=world.symbol, request_id="fgacptcancel00001"
    )
    await eventually(ours, lambda ids: first.client_order_id not in ids, "the first works no more")


@case("fills")
async def fills_tell_what_results_told(world: World) -> None:
    since = (await world.plugin.fetch_data(world.symbol)).timestamp - 60_000
    order, result = await world.place()

    async def ours() -> list[VenueFill]:
        told = await world.plugin.fills(symbol=world.symbol, since=since)
        return [each for each in told if each.order_id == result.order_id]

    def is_whole(fills: list[VenueFill]) -> bool:
        return sum(each.fill.quantity for each in fills) == order.quantity

    fills = await eventually(ours, is_whole, "all is told")
    assert all((each.symbol, each.side) == (world.symbol, Side.BUY) for each in fills)
    ids = [each.fill.fill_id for each in fills]
    assert len(set(ids)) == len(ids)
    if result.fills:
        assert {each.fill_id for each in result.fills} == set(ids)
    times = [each.fill.timestamp for each in fills]
    assert times == sorted(times)
    assert await world.plugin.fills(symbol=world.symbol, since=times[-1] + 60_000) == []


@case("balances")
async def balances_move_with_what_is_traded(world: World) -> None:
    name = "BTC" if world.holds_assets else "USDT"
    before = asset(await world.plugin.balances(), name).total
    order, _ = await world.place(quantity=Decimal("0.1"))
    worth = order.quantity * PRICE

    async def held() -> Decimal:
        return asset(await world.plugin.balances(), name).total

    def has_moved(total: Decimal) -> bool:
        if world.holds_assets:
            # A fee may be taken from what was bought.
            return before + order.quantity * Decimal("0.99") < total <= before + order.quantity
        # A contract costs its fee, and the distance from the middle.
        return before - worth / 100 < total < before - worth / 10_000

    await eventually(held, has_moved, "the balance has moved")


@case(OrderType.LIMIT, "balances")
async def a_working_order_ties_up_money(world: World) -> None:
    order, _ = await world.place(**limit(FAR_BELOW, quantity=Decimal("0.1")))

    async def money() -> Balance:
        return asset(await world.plugin.balances(), "USDT")

    def is_tied_up(balance: Balance) -> bool:
        return balance.total - balance.free >= order.quantity * FAR_BELOW / world.leverage

    await eventually(money, is_tied_up, "the money is tied up")


@case("positions")
async def positions_are_what_was_traded(world: World) -> None:
    assert await held_of(world) == 0
    await world.place(quantity=Decimal("0.02"))
    held = await position_becomes(world, Decimal("0.02"))
    assert held is not None
    assert held.average_price is None or abs(held.average_price - PRICE) < 100
    await world.place(side=Side.SELL, quantity=Decimal("0.03"))
    await position_becomes(world, Decimal("-0.01"))
    await world.place(quantity=Decimal("0.01"))
    await position_becomes(world, Decimal(0))


async def held_of(world: World) -> Decimal:
    told = await world.plugin.positions()
    return sum((each.quantity for each in told if each.symbol == world.symbol), Decimal(0))


async def position_becomes(world: World, quantity: Decimal) -> VenuePosition | None:
    """Return the position once it is so large."""
    await eventually(lambda: held_of(world), lambda held: held == quantity, f"{quantity} are held")
    told = await world.plugin.positions()
    return next((each for each in told if each.symbol == world.symbol), None)


@case("positions", "reduce_only", "fills")
async def what_only_reduces_closes_no_more_than_there_is(world: World) -> None:
    await world.place(quantity=Decimal("0.02"))
    await position_becomes(world, Decimal("0.02"))
    _, result = await world.place(side=Side.SELL, quantity=Decimal("0.05"), reduce_only=True)
    assert result.filled_quantity == Decimal("0.02")
    await position_becomes(world, Decimal(0))


@case("positions", "reduce_only")
async def what_would_reduce_nothing_is_refused(world: World) -> None:
    await world.refused(side=Side.SELL, reduce_only=True)
    await world.place()
    await position_becomes(world, Decimal("0.01"))
    await world.refused(reduce_only=True)


@case(OrderType.LIMIT, "fetch_order", "positions", "reduce_only")
async def what_only_reduces_may_rest_until_the_market_comes(world: World) -> None:
    await world.place(quantity=Decimal("0.02"))
    await position_becomes(world, Decimal("0.02"))
    order, result = await world.place(**limit(FAR_ABOVE, side=Side.SELL, reduce_only=True))
    assert result.status in WORKING
    await world.move(FAR_ABOVE + 200)
    await world.becomes(order, OrderStatus.FILLED)
    await position_becomes(world, Decimal("0.01"))


@case("instruments")
async def the_rules_of_a_symbol_are_told(world: World) -> None:
    (told,) = [each for each in await world.plugin.instruments() if each.symbol == world.symbol]
    assert (told.base, told.quote) == ("BTC", "USDT")
    assert told.quantity_step == world.quantity_step


@asynccontextmanager
async def following(world: World) -> AsyncIterator[list[ExecutionReport]]:
    """Follow the account's reports; the list grows with them."""
    heard: list[ExecutionReport] = []
    begun = asyncio.Event()

    async def follow() -> None:
        reports = world.plugin.stream_reports()
        coming = asyncio.ensure_future(anext(reports))
        begun.set()
        heard.append(await coming)
        async for report in reports:
            heard.append(report)  # noqa: PERF401 - what was heard before it broke counts

    task = asyncio.create_task(follow())
    await begun.wait()
    try:
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def hears(
    heard: list[ExecutionReport], order_id: str | None, status: OrderStatus
) -> ExecutionReport:
    async def told() -> list[ExecutionReport]:
        return [each for each in heard if (each.order_id, each.status) == (order_id, status)]

    return (await eventually(told, bool, f"{order_id} is reported {status}"))[0]


async def warmed_up(world: World, heard: list[ExecutionReport]) -> None:
    """Place and cancel orders until a report of one comes: the stream stands."""

    async def one() -> list[ExecutionReport]:
        order, _ = await world.place(**limit(FAR_BELOW))
        await world.plugin.cancel_order(
            client_order_id=order.client_order_id,
            symbol=world.symbol,
            request_id=f"{order.client_order_id}001",
        )
        await asyncio.sleep(0.05)
        return heard

    await eventually(one, bool, "the stream tells something")


@case(OrderType.LIMIT, "stream_reports", "cancel_order")
async def a_cancel_is_streamed(world: World) -> None:
    async with following(world) as heard:
        await warmed_up(world, heard)
        order, result = await world.place(**limit(FAR_BELOW))
        await world.plugin.cancel_order(
            client_order_id=order.client_order_id,
            symbol=world.symbol,
            request_id=f"{order.client_order_id}001",
        )
        report = await hears(heard, result.order_id, OrderStatus.CANCELED)
        assert (report.symbol, report.side) == (world.symbol, Side.BUY)


@case(OrderType.LIMIT, "stream_reports", "cancel_order")
async def a_fill_is_streamed(world: World) -> None:
    async with following(world) as heard:
        await warmed_up(world, heard)
        order, result = await world.place(**limit(FAR_BELOW))
        await world.move(FAR_BELOW - 200)
        report = await hears(heard, result.order_id, OrderStatus.FILLED)
        assert report.filled_quantity == order.quantity


@case(OrderType.LIMIT, "stream_reports", "cancel_order", "replace_order")
async def other_terms_are_streamed(world: World) -> None:
    async with following(world) as heard:
        await warmed_up(world, heard)
        order, result = await world.place(**limit(FAR_BELOW))
        wanted = msgspec.structs.replace(
            order, client_order_id=f"{order.client_order_id}001", price=FAR_BELOW + 100
        )
        await world.plugin.replace_order(
            client_order_id=order.client_order_id, order_id=result.order_id, order=wanted
        )

        async def told() -> list[ExecutionReport]:
            ours = [each for each in heard if each.order_id == result.order_id]
            return [each for each in ours if each.price == wanted.price]

        [report, *_] = await eventually(told, bool, "the new price is reported")
        assert report.status is OrderStatus.NEW


@case(OrderType.LIMIT, "stream_reports", "cancel_order", "fetch_order")
async def a_broken_stream_ends_and_can_be_opened_again(world: World) -> None:
    async with following(world) as heard:
        await warmed_up(world, heard)
        await world.reconnect()
    async with following(world) as heard:
        await warmed_up(world, heard)


@case(OrderType.LIMIT, "fetch_order")
async def what_was_placed_is_there_after_a_reconnect(world: World) -> None:
    resting, _ = await world.place(**limit(FAR_BELOW))
    filled, _ = await world.place()
    await world.reconnect()
    assert (await world.found(resting)).status is OrderStatus.NEW
    assert (await world.found(filled)).status is OrderStatus.FILLED
    await world.place()


@case()
async def many_orders_at_once_are_each_placed_once(world: World) -> None:
    placed = await asyncio.gather(*(world.place(quantity=Decimal("0.005")) for _ in range(20)))
    assert len({result.order_id for _, result in placed}) == len(placed)

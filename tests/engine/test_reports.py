"""What venues tell, by whatever way: counted once, given to its order, or shown as foreign."""

import asyncio
import random
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fillgate.domain.errors import NotSent, Rejected, Unknown
from fillgate.domain.events import (
    FillFound,
    ForeignFillSeen,
    ForeignOrderSeen,
    OrderAdopted,
    OrderAnomalous,
    OrderReported,
)
from fillgate.domain.fills import Fill
from fillgate.domain.ids import client_order_id
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, OrderType, Side
from fillgate.domain.reports import ExecutionReport, ExecutionResult
from fillgate.engine.reports import Channel
from fillgate.engine.verification import verify
from fillgate.journal.reader import SqliteReader
from tests.engine.conftest import House, open_house, replaced, unreadable
from tests.engine.venue import (
    deaf,
    fill,
    foreign_report,
    gated,
    raises,
    report,
    resting,
    venue_fill,
)

pytestmark = pytest.mark.anyio

D = Decimal
FAR = 10**13
"""A venue's time after every start, Unix milliseconds."""
OTHER = client_order_id("zzzz", 1)
"""An id of another fillgate."""


async def holds_together(folder: Path) -> None:
    reader = await SqliteReader.open(folder / "journal.db")
    assert not (await verify(reader)).findings
    await reader.close()


async def test_a_report_that_changes_nothing_leaves_no_trace(house: House) -> None:
    house.venue.answers["BTC/USDT"] = resting
    order = (await house.send()).order
    half = report(order, OrderStatus.PARTIALLY_FILLED, "0.5")
    for channel in (Channel.STREAM, Channel.POLL, Channel.RECONCILIATION):
        taken = await house.engine.reports.take("main", half, channel)
        assert len(taken.events) == (channel is Channel.STREAM)
        assert taken.state is not None
    told = await house.told(OrderReported)
    assert [event.channel for event in told] == ["stream"]  # type: ignore[attr-defined]


async def test_an_order_is_found_by_the_venues_id_too(house: House) -> None:
    house.venue.answers["BTC/USDT"] = resting
    order = (await house.send()).order
    told = report(order, OrderStatus.PARTIALLY_FILLED, "0.5", client_order_id=None)
    await house.engine.reports.take("main", told, Channel.STREAM)
    await house.settled()
    assert house.state(order.client_order_id).executed.total.quantity == D("0.5")


@pytest.mark.parametrize("named", [True, False], ids=["by our id", "by the venue's id"])
async def test_a_late_fill_of_a_forgotten_order_counts(tmp_path: Path, named: bool) -> None:
    async with open_house(tmp_path, settings=replaced(remembered_orders=1)) as house:
        house.venue.answers["OLD/USDT"] = resting
        order = (await house.send(symbol="OLD/USDT")).order
        canceled = report(order, OrderStatus.CANCELED)
        await house.engine.reports.take("main", canceled, Channel.STREAM)
        for _ in range(3):
            await house.send()
        await house.settled()
        assert house.engine.blotter.order(order.client_order_id) is None, "it is forgotten"
        more: dict[str, Any] = {} if named else {"client_order_id": None}
        late = report(order, OrderStatus.CANCELED, "0.25", **more)
        for _ in range(2):
            await house.engine.reports.take("main", late, Channel.STREAM)
            await house.settled()
        assert house.engine.blotter.position("main", "OLD/USDT").quantity == D("0.25")
        state = await house.engine.order(order.client_order_id)
        assert state is not None
        assert (state.status, state.anomalies) == (OrderStatus.CANCELED, 1)
    await holds_together(tmp_path)


async def answer_half(order: Order) -> ExecutionResult:
    return ExecutionResult(
        success=True, order_id="v-late", filled_quantity=D("0.5"), timestamp=3, average_price=D(7)
    )


LATE = {
    "filled": (answer_half, "0.5"),
    "rejected": (raises(Rejected("NO_FUNDS", "too poor")), "0"),
}


@pytest.mark.parametrize(("then", "executed"), LATE.values(), ids=LATE)
async def test_a_late_answer_for_a_forgotten_order_counts(
    tmp_path: Path, then: Any, executed: str
) -> None:
    gate = asyncio.Event()
    settings = replaced(remembered_orders=1, submit_deadline=0.05)
    async with open_house(tmp_path, settings=settings) as house:
        house.venue.answers["OLD/USDT"] = deaf(gate, then)
        order = (await house.send(symbol="OLD/USDT")).order
        identity = order.client_order_id
        gone = report(order, OrderStatus.CANCELED)
        await house.engine.reports.take("main", gone, Channel.STREAM)
        for _ in range(3):
            await house.send()
        await house.settled()
        assert house.engine.blotter.order(identity) is None, "it is forgotten"
        with unreadable(house) as tried:
            gate.set()
            await house.until(lambda: tried() > 1)
        await house.until(lambda: house.engine.recorder.latest(identity) is not None)
        await house.settled()
        state = house.state(identity)
        assert (state.status, state.anomalies) == (OrderStatus.CANCELED, 1)
        assert house.engine.blotter.position("main", "OLD/USDT").quantity == D(executed)
    await holds_together(tmp_path)


async def test_a_report_before_the_answer_is_ours_and_counts_once(house: House) -> None:
    gate = asyncio.Event()
    house.venue.answers["BTC/USDT"] = gated(gate)
    admission = await house.accept()
    await house.until(lambda: bool(house.venue.arrived))
    order = house.venue.arrived[0]
    filled = report(order, OrderStatus.FILLED, "1")
    await house.engine.reports.take("main", filled, Channel.STREAM)
    state = await house.outcome(admission)
    assert state.status is OrderStatus.FILLED
    gate.set()
    await house.until(lambda: not house.engine.dispatcher.lanes.flying)
    assert house.engine.blotter.position("main", "BTC/USDT").quantity == 1


async def test_nothing_is_called_foreign_while_an_order_has_no_id_of_the_venue(
    house: House,
) -> None:
    gate = asyncio.Event()
    house.venue.answers["BTC/USDT"] = gated(gate)
    admission = await house.accept()
    await house.until(lambda: bool(house.venue.arrived))
    order = house.venue.arrived[0]
    unnamed = report(order, OrderStatus.FILLED, "1", client_order_id=None)
    taken = await house.engine.reports.take("main", unnamed, Channel.STREAM)
    told = venue_fill(order, fill("1", timestamp=FAR), client_order_id=None)
    fill_taken = await house.engine.reports.take_fill("main", told, Channel.RECONCILIATION)
    assert taken.deferred
    assert fill_taken.deferred
    # Of another symbol nothing is on its way.
    elsewhere = foreign_report(symbol="ETH/USDT", client_order_id=None)
    assert (await house.engine.reports.take("main", elsewhere, Channel.STREAM)).events
    gate.set()
    await house.outcome(admission)
    assert not (await house.told(ForeignFillSeen))
    (seen,) = await house.told(ForeignOrderSeen)
    assert seen.report.symbol == "ETH/USDT"  # type: ignore[attr-defined]


async def test_what_is_foreign_is_noted_once_and_counted_across_a_restart(tmp_path: Path) -> None:
    early = fill("0", timestamp=5)
    one, two = fill("1", "2", timestamp=FAR), fill("2", "3", timestamp=FAR)
    working = foreign_report(fills=(early, one), filled_quantity=D(2))
    order = Order(client_order_id="by-hand", account="", symbol="BTC/USDT", side=Side.BUY,
                  quantity=D(5))  # fmt: skip
    for start in range(2):
        async with open_house(tmp_path) as house:
            reports = house.engine.reports
            for _ in range(2):
                await reports.take("main", working, Channel.STREAM)
                for each in (early, one, two):
                    told = venue_fill(order, each, order_id="v-foreign")
                    await reports.take_fill("main", told, Channel.RECONCILIATION)
            assert len(await house.told(ForeignOrderSeen)) == 1, start
            assert len(await house.told(ForeignFillSeen)) == 2, start
            assert house.engine.blotter.position("main", "BTC/USDT").quantity == 5
    await holds_together(tmp_path)


async def test_an_ended_foreign_order_is_no_news_but_its_fills_are(house: House) -> None:
    ended = foreign_report(status=OrderStatus.CANCELED, fills=(fill("1", timestamp=FAR),))
    await house.engine.reports.take("main", ended, Channel.STREAM)
    assert not await house.told(ForeignOrderSeen)
    assert len(await house.told(ForeignFillSeen)) == 1


async def test_what_protects_an_order_of_ours_is_no_news_but_its_fills_are(house: House) -> None:
    name = client_order_id(house.engine.tag, 1) + "-sl"
    told = foreign_report(client_order_id=name, fills=(fill("1", timestamp=FAR),))
    await house.engine.reports.take("main", told, Channel.STREAM)
    assert not await house.told(ForeignOrderSeen)
    assert len(await house.told(ForeignFillSeen)) == 1
    other = foreign_report(client_order_id=OTHER + "-sl", order_id="v-other")
    await house.engine.reports.take("main", other, Channel.STREAM)
    assert len(await house.told(ForeignOrderSeen)) == 1


async def test_another_fillgate_is_named(house: House) -> None:
    told = foreign_report(client_order_id=OTHER)
    await house.engine.reports.take("main", told, Channel.STREAM)
    (seen,) = await house.told(ForeignOrderSeen)
    assert seen.installation == "zzzz"  # type: ignore[attr-defined]
    assert house.engine.foreign.installations == {"main": {"zzzz"}}


async def test_an_order_of_ours_that_the_journal_does_not_know_is_adopted(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        identity = client_order_id(house.engine.tag, 777)
        told = foreign_report(client_order_id=identity, filled_quantity=D(1), average_price=D(90))
        for _ in range(2):
            await house.engine.reports.take("main", told, Channel.RECONCILIATION)
        (adopted,) = await house.told(OrderAdopted)
        state = house.state(identity)
        assert (state.status, state.order.order_type) == ("PARTIALLY_FILLED", OrderType.LIMIT)
        row = await house.engine.journal.find_signal(state.signal)
        assert row is not None
        assert (row.source, row.state) == ("venue", "planned")
        assert state.signal != 777
    await holds_together(tmp_path)
    # It is followed after a restart, too.
    async with open_house(tmp_path) as house:
        house.venue.found[identity] = report(
            state.order, OrderStatus.FILLED, "5", order_id="v-foreign"
        )
        await house.until(lambda: house.status(identity) == "FILLED")
        assert (await house.send()).signal > adopted.signal  # type: ignore[attr-defined]
    await holds_together(tmp_path)


async def test_an_unknown_order_of_which_a_fill_is_told_is_asked_for(house: House) -> None:
    identity = client_order_id(house.engine.tag, 777)
    order = Order(client_order_id=identity, account="", symbol="BTC/USDT", side=Side.BUY,
                  quantity=D(9))  # fmt: skip
    house.venue.found[identity] = report(order, OrderStatus.PARTIALLY_FILLED, "1")
    told = venue_fill(order, fill("1"))
    await house.engine.reports.take_fill("main", told, Channel.RECONCILIATION)
    await house.settled()
    assert house.state(identity).order.quantity == 9
    assert house.engine.blotter.position("main", "BTC/USDT").quantity == 1


async def test_a_denied_order_that_the_venue_tells_of_is_adopted(house: House) -> None:
    house.venue.answers["BTC/USDT"] = raises(NotSent("REFUSED", "connection refused"))
    order = (await house.send()).order
    assert house.status(order.client_order_id) == "DENIED"
    told = report(order, OrderStatus.PARTIALLY_FILLED, "0.5")
    for _ in range(2):
        await house.engine.reports.take("main", told, Channel.STREAM)
        await house.settled()
    assert house.status(order.client_order_id) == "PARTIALLY_FILLED"
    assert len(await house.told(OrderAdopted)) == 1
    assert house.engine.blotter.position("main", "BTC/USDT").quantity == D("0.5")


@pytest.mark.parametrize("found", [True, False], ids=["found", "not found"])
async def test_a_fill_of_a_denied_order_adopts_it(house: House, found: bool) -> None:
    house.venue.answers["BTC/USDT"] = raises(NotSent("REFUSED", "connection refused"))
    order = (await house.send()).order
    if found:
        house.venue.found[order.client_order_id] = report(order, OrderStatus.FILLED, "1")
    told = venue_fill(order, fill("1", "1"))
    for _ in range(2):
        await house.engine.reports.take_fill("main", told, Channel.RECONCILIATION)
        await house.settled()
    state = house.state(order.client_order_id)
    assert state.status in {OrderStatus.FILLED, OrderStatus.PARTIALLY_FILLED}
    assert len(await house.told(OrderAdopted)) == 1
    assert house.engine.blotter.position("main", "BTC/USDT").quantity == 1


MISFITS: dict[str, dict[str, Any]] = {
    "side": {"side": Side.SELL},
    "quantity": {"quantity": D(7)},
    "time": {"created": 1},
}


@pytest.mark.parametrize("misfit", MISFITS.values(), ids=MISFITS)
@pytest.mark.parametrize("channel", ["lookup", "poll", "stream", "reconciliation"])
async def test_what_does_not_fit_is_raised_once(
    house: House, channel: str, misfit: dict[str, Any]
) -> None:
    house.venue.answers["BTC/USDT"] = resting
    order = (await house.send()).order
    told = report(order, OrderStatus.FILLED, "1", **misfit)
    for _ in range(3):
        await house.engine.reports.take("main", told, channel)
    assert house.status(order.client_order_id) == "NEW"
    (raised,) = await house.told(OrderAnomalous)
    assert raised.code == f"{channel.upper()}_MISMATCH"  # type: ignore[attr-defined]


async def test_a_fill_of_the_wrong_side_is_raised_and_not_counted(house: House) -> None:
    house.venue.answers["BTC/USDT"] = resting
    order = (await house.send()).order
    told = venue_fill(order, fill("1"), side=Side.SELL)
    for _ in range(2):
        await house.engine.reports.take_fill("main", told, Channel.RECONCILIATION)
    assert len(await house.told(OrderAnomalous)) == 1
    assert not await house.told(FillFound)


async def test_a_stream_that_settles_an_order_ends_its_lookups(house: House) -> None:
    house.venue.answers["BTC/USDT"] = raises(Unknown("RESET", ""))
    house.venue.lookup_error = ConnectionError()
    order = (await house.send()).order
    told = report(order, OrderStatus.NEW)
    await house.until(lambda: len(house.venue.lookups) > 2)
    await house.engine.reports.take("main", told, Channel.STREAM)
    await house.until(lambda: house.status(order.client_order_id) == "NEW")
    await house.until(lambda: not house.engine._lookups._running)


# Whatever tells of the same executions, in whatever order, however often


class Told:
    """The executions of one order, and the ways in which they are told."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.order: Order
        self.fills = [
            Fill(
                fill_id=str(number),
                quantity=D(dice.randint(1, 9)),
                price=D(dice.randint(90, 110)),
                timestamp=FAR + number,
            )
            for number in range(dice.randint(1, 5))
        ]
        self.quantity, self.notional = self.sums(self.fills)

    @staticmethod
    def sums(fills: list[Fill]) -> tuple[Decimal, Decimal]:
        """Return quantity and notional, slowly."""
        return (
            sum((each.quantity for each in fills), D(0)),
            sum((each.quantity * each.price for each in fills), D(0)),
        )

    def cumulative(self, count: int) -> dict[str, Any]:
        """Return what is said of the first executions: their sum, and perhaps each."""
        some = self.fills[:count]
        quantity, notional = self.sums(some)
        return {
            "filled_quantity": quantity,
            "average_price": notional / quantity if quantity else None,
            "fills": tuple(some) if self.dice.random() < 0.5 else (),
        }

    def report(self, count: int) -> ExecutionReport:
        """Return what a report says after so many executions."""
        some = OrderStatus.PARTIALLY_FILLED if count else OrderStatus.NEW
        status = OrderStatus.FILLED if count == len(self.fills) else some
        told = report(self.order, status)
        return msgspec.structs.replace(told, **self.cumulative(count))

    async def answer(self, order: Order) -> ExecutionResult:
        """Return what the submission answers: any of the executions."""
        more = self.cumulative(self.dice.randint(0, len(self.fills)))
        return ExecutionResult(
            success=True, order_id=f"v-{order.client_order_id}", timestamp=1, **more
        )


async def tell(house: House, told: Told) -> None:
    """Tell of all executions by all ways, shuffled, some twice, the whole at least once."""
    dice, reports = told.dice, house.engine.reports
    whole = len(told.fills)
    ways: list[Any] = [told.report(dice.randint(0, whole)) for _ in range(6)]
    ways += [venue_fill(told.order, each) for each in told.fills if dice.random() < 0.7]
    ways += dice.choices(ways, k=5)
    ways.append(dice.choice([told.report(whole), tuple(told.fills)]))
    dice.shuffle(ways)
    for way in ways:
        if isinstance(way, tuple):
            for each in way:
                await reports.take_fill("main", venue_fill(told.order, each), "stream")
        elif hasattr(way, "fill"):
            await reports.take_fill("main", way, Channel.RECONCILIATION)
        else:
            channel = dice.choice([Channel.STREAM, Channel.POLL, Channel.RECONCILIATION])
            await reports.take("main", way, channel)


def has_arrived(house: House, count: int) -> bool:
    return len(house.venue.arrived) >= count


async def test_any_interleaving_of_all_ways_counts_each_execution_once(tmp_path: Path) -> None:
    seed = random.randrange(10**9)
    dice = random.Random(seed)
    orders: dict[str, tuple[Told, str]] = {}
    async with open_house(tmp_path, settings=replaced(poll_interval=1e6)) as house:
        for number in range(150):
            symbol, side, gate = f"S{number}/USDT", dice.choice(["buy", "sell"]), asyncio.Event()
            told = Told(dice)
            orders[symbol] = told, side
            house.venue.answers[symbol] = gated(gate, told.answer)
            admission = await house.accept(symbol=symbol, quantity=told.quantity, action=side)
            await house.until(partial(has_arrived, house, number + 1))
            told.order = house.venue.arrived[-1]
            # The answer comes before, between, or after everything else.
            if dice.random() < 0.5:
                gate.set()
            await tell(house, told)
            gate.set()
            await house.outcome(admission)
        await house.until(lambda: not house.engine.dispatcher.lanes.flying)
        await house.settled()
        for symbol, (told, side) in orders.items():
            sign = 1 if side == "buy" else -1
            position = house.engine.blotter.position("main", symbol)
            counted = (position.quantity * sign, round(-position.cash * sign, 12))
            assert counted == (told.quantity, told.notional), f"seed {seed} {symbol}"
    await holds_together(tmp_path)

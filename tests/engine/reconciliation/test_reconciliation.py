"""Accounts against their venues: what is found, what is not concluded, and what waits for it."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fillgate.domain.errors import NotSent, Unknown
from fillgate.domain.events import (
    AccountReconciled,
    Event,
    FillFound,
    ForeignFillSeen,
    ForeignOrderSeen,
    OrderAdopted,
    OrderAnomalous,
    OrderReported,
    PositionAgreed,
    PositionDiffered,
)
from fillgate.domain.ids import client_order_id
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, Side
from fillgate.domain.reports import ExecutionResult
from fillgate.engine.clock import SystemClock
from fillgate.engine.reconciliation.findings import Outcome
from fillgate.engine.reconciliation.reconciliation import NotReconciled
from fillgate.engine.resolution import NotResolvable, Resolution
from fillgate.engine.settings import EngineSettings
from fillgate.engine.verification import verify
from fillgate.journal.reader import SqliteReader
from fillgate.plugins.base import VenueFill, VenuePosition
from fillgate.testing import VirtualClock
from tests.engine.conftest import House, open_house, replaced
from tests.engine.venue import (
    Venue,
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
QUIET: dict[str, float] = {
    "poll_interval": 1e6,
    "reconcile_interval": 1e6,
    "reconcile_pause": 0.01,
    "reconcile_longest_pause": 0.02,
    "reconcile_spacing": 0.001,
}
"""Nobody asks but the reconciliation that a test asks for."""


def settings(**changes: float) -> EngineSettings:
    return replaced(**(QUIET | changes))


def lists_all(venue: Venue) -> None:
    venue.reconcilable()
    venue.can(settle_seconds=0.0)


def open_quiet(
    folder: Path, prepare: Callable[[Venue], None] = lists_all, **changes: float
) -> AbstractAsyncContextManager[House]:
    return open_house(folder, settings=settings(**changes), prepare=prepare)


async def ready(house: House) -> None:
    await house.until(lambda: house.engine.reconciliation.desk("main").is_ready)


async def reconcile(house: House) -> Outcome:
    return await house.engine.reconciliation.run("main")


def kinds(outcome: Outcome) -> list[str]:
    return [each.kind for each in outcome.findings]


async def rest(house: House, symbol: str = "BTC/USDT") -> Order:
    """Place an order that rests at the venue, listed as open there."""
    house.venue.answers[symbol] = resting
    order = (await house.send(symbol=symbol)).order
    house.venue.working.append(report(order, OrderStatus.NEW))
    await house.until(lambda: house.status(order.client_order_id) == "NEW")
    return order


async def holds_together(folder: Path) -> None:
    reader = await SqliteReader.open(folder / "journal.db")
    assert not (await verify(reader)).findings
    await reader.close()


# At the start


async def test_new_risk_waits_until_the_account_was_compared(tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def slow(_: Order) -> Any:
        await gate.wait()
        return ()

    def prepare(venue: Venue) -> None:
        lists_all(venue)
        venue.faults["open-orders"] = slow

    async with open_quiet(tmp_path, prepare, reconcile_deadline=10) as house:
        waits = await house.accept()
        passes = await house.send(reduce_only=True)
        assert passes.status is OrderStatus.FILLED, "an exit passes"
        assert [order.reduce_only for order in house.venue.arrived] == [True]
        desk = house.engine.reconciliation.desk("main")
        assert desk.is_held
        gate.set()
        assert (await house.outcome(waits)).status is OrderStatus.FILLED
        assert not desk.is_held
        (told,) = await house.told(AccountReconciled)
        assert isinstance(told, AccountReconciled)
        assert told.cause == "start"


async def test_a_signal_that_waits_too_long_for_it_is_denied(tmp_path: Path) -> None:
    def prepare(venue: Venue) -> None:
        lists_all(venue)
        venue.faults["fills"] = raises(ConnectionError())

    async with open_quiet(tmp_path, prepare, max_age=0.05) as house:
        state = await house.send()
        assert (state.status, state.code) == (OrderStatus.DENIED, "LANE_HELD")
        assert state.text is not None
        assert "held_by=reconciliation" in state.text
        desk = house.engine.reconciliation.desk("main")
        assert desk.reason == "the venue gave no answer about fills"


async def test_it_is_tried_until_the_venue_answers(tmp_path: Path) -> None:
    def prepare(venue: Venue) -> None:
        lists_all(venue)
        for question in ("open-orders", "fills", "positions"):
            venue.faults[question] = raises(ConnectionError())

    async with open_quiet(tmp_path, prepare) as house:
        admission = await house.accept()
        for question in ("positions", "open-orders", "fills"):
            asked = house.venue.asked.count(question)
            await house.until(partial(is_asked, house, question, asked + 3))
            assert not house.venue.arrived
            del house.venue.faults[question]
        assert (await house.outcome(admission)).status is OrderStatus.FILLED
        told = await house.told(AccountReconciled)
        assert told[0].failed == ("open-orders", "fills", "positions")  # type: ignore[attr-defined]
        assert told[-1].failed == ()  # type: ignore[attr-defined]


def is_asked(house: House, question: str, times: int) -> bool:
    return house.venue.asked.count(question) >= times


async def test_a_plugin_that_can_list_nothing_is_ready_at_once(house: House) -> None:
    assert (await house.send()).status is OrderStatus.FILLED
    assert not await house.told(AccountReconciled)
    with pytest.raises(NotReconciled, match="can list nothing"):
        await reconcile(house)


async def test_an_account_that_is_down_denies_at_once_though_it_was_not_compared(
    tmp_path: Path,
) -> None:
    def prepare(venue: Venue) -> None:
        lists_all(venue)
        venue.faults["fills"] = raises(ConnectionError())

    async with open_quiet(tmp_path, prepare) as house:
        house.venue.healthy = False
        await house.until(lambda: not house.engine.accounts.get("main").up)
        assert (await house.send()).code == "ACCOUNT_DOWN"
        del house.venue.faults["fills"]
        house.venue.healthy = True
        await ready(house)
        assert (await house.send()).status is OrderStatus.FILLED


# Open orders


async def test_what_happened_while_nobody_looked_is_found(tmp_path: Path) -> None:
    async with open_quiet(tmp_path) as house:
        order = await rest(house)
        half = report(order, OrderStatus.PARTIALLY_FILLED, "0.5")
        house.venue.working[:] = [half]
        house.venue.held = [VenuePosition(symbol="BTC/USDT", quantity=D("0.5"))]
        outcome = await reconcile(house)
        (found,) = outcome.findings
        assert found.kind == "order-reported"
        assert found.text == (
            "was NEW (0 of 1 filled) here, is PARTIALLY_FILLED (0.5 of 1 filled) at the venue"
        )
        assert not (await reconcile(house)).findings


async def test_an_order_that_is_not_listed_is_asked_for(tmp_path: Path) -> None:
    async with open_quiet(tmp_path) as house:
        order = await rest(house)
        house.venue.working.clear()
        house.venue.found[order.client_order_id] = report(order, OrderStatus.CANCELED)
        outcome = await reconcile(house)
        assert kinds(outcome) == ["order-reported"]
        assert house.state(order.client_order_id).standing is OrderStatus.CANCELED


async def test_an_order_that_the_venue_does_not_find_is_raised_once_and_settled_by_a_person(
    tmp_path: Path,
) -> None:
    async with open_quiet(tmp_path) as house:
        order = await rest(house)
        house.venue.working.clear()
        first, second = await reconcile(house), await reconcile(house)
        assert [(each.kind, each.new) for each in (*first.findings, *second.findings)] == [
            ("order-anomalous", True),
            ("order-anomalous", False),
        ]
        (raised,) = await house.told(OrderAnomalous)
        assert raised.code == "MISSING_AT_VENUE"  # type: ignore[attr-defined]
        assert house.status(order.client_order_id) == "NEW", "nothing is concluded"
    async with open_quiet(tmp_path) as house:
        identity = order.client_order_id
        await ready(house)
        assert len(await house.told(OrderAnomalous)) == 1, "nor raised again after a restart"
        said: dict[str, Any] = {"reason": "seen there", "actor": "me", "order_id": "v-1"}
        for nonsense in (OrderStatus.ABSENT, OrderStatus.NEW, OrderStatus.REJECTED):
            with pytest.raises(NotResolvable):
                await house.engine.resolve(identity, Resolution(status=nonsense, **said))
        canceled = Resolution(status=OrderStatus.CANCELED, **said)
        after = await house.engine.resolve(identity, canceled)
        assert after.status is OrderStatus.CANCELED
        assert not (await reconcile(house)).findings


async def test_a_working_order_that_is_not_missing_is_not_settled_by_a_person(
    tmp_path: Path,
) -> None:
    async with open_quiet(tmp_path) as house:
        order = await rest(house)
        house.venue.working.clear()
        await reconcile(house)
        # It turns up again.
        house.venue.working.append(report(order, OrderStatus.PARTIALLY_FILLED, "0.5"))
        await reconcile(house)
        resolution = Resolution(
            status=OrderStatus.CANCELED, reason="gone", actor="me", order_id="v-1"
        )
        with pytest.raises(NotResolvable, match="PARTIALLY_FILLED"):
            await house.engine.resolve(order.client_order_id, resolution)


async def test_without_lookups_an_order_is_missing_when_it_is_so_twice(tmp_path: Path) -> None:
    def prepare(venue: Venue) -> None:
        lists_all(venue)
        venue.can(fetch_order=False)

    async with open_quiet(tmp_path, prepare) as house:
        await rest(house)
        house.venue.working.clear()
        assert not (await reconcile(house)).findings
        assert kinds(await reconcile(house)) == ["order-anomalous"]


async def test_a_lookup_that_failed_says_nothing(tmp_path: Path) -> None:
    async with open_quiet(tmp_path) as house:
        await rest(house)
        house.venue.working.clear()
        house.venue.lookup_error = ConnectionError()
        outcome = await reconcile(house)
        assert outcome.failed == ("orders",)
        assert not outcome.findings
        assert not await house.told(OrderAnomalous)


async def test_only_so_many_orders_are_asked_for_and_the_rest_comes_next(tmp_path: Path) -> None:
    async with open_quiet(tmp_path, reconcile_lookups=2) as house:
        orders = [await rest(house, f"S{number}/USDT") for number in range(5)]
        house.venue.working.clear()
        for order in orders:
            house.venue.found[order.client_order_id] = report(order, OrderStatus.NEW)
        outcome = await reconcile(house)
        assert outcome.left == 3
        await house.until(lambda: len(set(house.venue.lookups)) == 5)


async def test_an_order_that_ended_here_and_works_there_is_adopted_once_it_is_certain(
    tmp_path: Path,
) -> None:
    async with open_quiet(tmp_path) as house:
        order = await rest(house)
        identity = order.client_order_id
        works = report(order, OrderStatus.NEW)
        await house.engine.reports.take("main", report(order, OrderStatus.CANCELED), "stream")
        await house.settled()
        # The list is older than the end: asked again, the venue knows better.
        house.venue.found[identity] = report(order, OrderStatus.CANCELED)
        assert not (await reconcile(house)).findings
        house.venue.found[identity] = works
        assert kinds(await reconcile(house)) == ["order-adopted"]
        assert house.status(identity) == "NEW"
        assert not (await reconcile(house)).findings
        assert len(await house.told(OrderAdopted)) == 1
    await holds_together(tmp_path)


async def test_an_order_denied_by_mistake_is_adopted(tmp_path: Path) -> None:
    async with open_quiet(tmp_path) as house:
        house.venue.answers["BTC/USDT"] = raises(NotSent("REFUSED", ""))
        order = (await house.send()).order
        house.venue.working.append(report(order, OrderStatus.NEW))
        assert kinds(await reconcile(house)) == ["order-adopted"]
        assert house.status(order.client_order_id) == "NEW"


async def test_an_order_of_the_lost_end_of_the_journal_is_adopted(tmp_path: Path) -> None:
    async with open_quiet(tmp_path) as house:
        identity = client_order_id(house.engine.tag, 12345)
        house.venue.working.append(foreign_report(client_order_id=identity))
        assert kinds(await reconcile(house)) == ["order-adopted"]
        assert house.status(identity) == "NEW"


async def test_unknown_orders_are_settled_by_what_is_listed(tmp_path: Path) -> None:
    async with open_quiet(tmp_path) as house:
        house.venue.answers["BTC/USDT"] = raises(Unknown("RESET", ""))
        house.venue.lookup_error = ConnectionError()
        order = (await house.send()).order
        house.venue.working.append(report(order, OrderStatus.NEW))
        await reconcile(house)
        await house.until(lambda: house.status(order.client_order_id) == "NEW")
        assert not house.engine.dispatcher.lanes.holders("main", "BTC/USDT")


async def test_foreign_orders_are_shown_once_and_another_fillgate_is_named(tmp_path: Path) -> None:
    async with open_quiet(tmp_path) as house:
        house.venue.working.append(foreign_report())
        house.venue.working.append(
            foreign_report(order_id="v-2", client_order_id=client_order_id("zzzz", 3))
        )
        outcome = await reconcile(house)
        assert kinds(outcome) == ["foreign-order-seen"] * 2
        assert "of the fillgate zzzz" in outcome.findings[1].text
    async with open_quiet(tmp_path) as house:
        house.venue.working.append(foreign_report())
        assert not (await reconcile(house)).findings
        assert len(await house.told(ForeignOrderSeen)) == 2


# Fills


async def test_missed_fills_are_found_and_named_ones_are_no_difference(tmp_path: Path) -> None:
    async with open_quiet(tmp_path) as house:
        order = await rest(house)
        filled = (await house.send(symbol="ETH/USDT")).order
        now = house.clock.now() // 1000
        house.venue.traded = [
            venue_fill(filled, fill("1", "1", timestamp=now)),
            venue_fill(order, fill("2", "0.25", timestamp=now)),
            venue_fill(order, fill("3", "0.25", timestamp=now), client_order_id=None),
        ]
        house.venue.held = [
            VenuePosition(symbol="BTC/USDT", quantity=D("0.5")),
            VenuePosition(symbol="ETH/USDT", quantity=D(1)),
        ]
        outcome = await reconcile(house)
        assert [each.text for each in outcome.findings] == ["missed a fill: buy 0.25 at 100"] * 2
        for _ in range(2):
            assert not (await reconcile(house)).findings
        assert len(await house.told(FillFound)) == 3
        assert house.engine.blotter.position("main", "BTC/USDT").quantity == D("0.5")
    await holds_together(tmp_path)


async def test_a_fill_that_names_its_order_is_of_it_whatever_its_market_is_called(
    tmp_path: Path,
) -> None:
    async with open_quiet(tmp_path) as house:
        order = await rest(house)
        now = house.clock.now() // 1000
        named = venue_fill(order, fill("1", "0.25", timestamp=now), symbol="BTCUSDT")
        house.venue.traded = [named]
        house.venue.held = [VenuePosition(symbol="BTC/USDT", quantity=D("0.25"))]
        outcome = await reconcile(house)
        assert [each.text for each in outcome.findings] == ["missed a fill: buy 0.25 at 100"]
        assert house.engine.blotter.position("main", "BTC/USDT").quantity == D("0.25")
        assert house.engine.blotter.position("main", "BTCUSDT").quantity == 0
    await holds_together(tmp_path)


async def test_fills_are_asked_for_from_where_the_last_run_ended(tmp_path: Path) -> None:
    starts = []
    for _ in range(2):
        async with open_quiet(tmp_path) as house:
            starts.append(house.clock.now() // 1000)
            await ready(house)
            assert house.venue.since is not None
            assert starts[-1] - 70_000 < house.venue.since <= starts[-1] - 55_000
    async with open_quiet(tmp_path) as house:
        await ready(house)
        house.venue.faults["fills"] = raises(ConnectionError())
        first = house.venue.since
        await reconcile(house)
        del house.venue.faults["fills"]
        await reconcile(house)
        # What failed moved nothing on.
        assert house.venue.since is not None
        assert first is not None
        assert 0 <= house.venue.since - first < 60_000


async def test_fills_from_before_the_account_was_known_are_not_counted(tmp_path: Path) -> None:
    async with open_quiet(tmp_path) as house:
        order = Order(client_order_id="x", account="", symbol="BTC/USDT", side=Side.BUY,
                      quantity=D(1))  # fmt: skip
        now = house.clock.now() // 1000
        house.venue.traded = [
            venue_fill(order, fill("old", timestamp=now - 30_000), client_order_id="by-hand"),
            venue_fill(order, fill("new", timestamp=now + 30_000), client_order_id="by-hand"),
        ]
        house.venue.held = [VenuePosition(symbol="BTC/USDT", quantity=D(1))]
        assert kinds(await reconcile(house)) == ["foreign-fill-seen"]
        (seen,) = await house.told(ForeignFillSeen)
        assert seen.fill.fill_id == "new"  # type: ignore[attr-defined]
        assert not (await reconcile(house)).findings


async def test_a_fill_whose_order_has_no_id_yet_is_asked_for_again(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with open_quiet(tmp_path) as house:
        await ready(house)
        house.venue.answers["BTC/USDT"] = gated(gate, resting)
        admission = await house.accept()
        await house.until(lambda: bool(house.venue.arrived))
        at = house.clock.now() // 1000
        order = house.venue.arrived[0]
        told = venue_fill(order, fill("1", "0.5", timestamp=at), client_order_id=None)
        house.venue.traded = [told]
        assert not (await reconcile(house)).findings
        (reconciled,) = (await house.told(AccountReconciled))[-1:]
        assert reconciled.fills_until == at  # type: ignore[attr-defined]
        gate.set()
        await house.outcome(admission)
        house.venue.working.append(report(order, OrderStatus.PARTIALLY_FILLED, "0.5"))
        await reconcile(house)
        assert len(await house.told(FillFound)) == 1
        assert house.engine.blotter.position("main", "BTC/USDT").quantity == D("0.5")
        assert not await house.told(ForeignFillSeen)


# Positions


async def test_a_difference_is_raised_when_it_changes_and_shown_while_it_lasts(
    tmp_path: Path,
) -> None:
    async with open_quiet(tmp_path) as house:
        await house.send()
        first = await reconcile(house)
        assert [(each.text, each.new) for each in first.findings] == [
            ("the position is 1 here and 0 at the venue", True)
        ]
        # Both move alike: it is the same difference.
        await house.send()
        house.venue.held = [VenuePosition(symbol="BTC/USDT", quantity=D(1))]
        second = await reconcile(house)
        assert [each.new for each in second.findings] == [False]
        assert len(await house.told(PositionDiffered)) == 1
        assert house.engine.blotter.position("main", "BTC/USDT").quantity == 2, "nothing is booked"
    async with open_quiet(tmp_path) as house:
        house.venue.held = [VenuePosition(symbol="BTC/USDT", quantity=D(1))]
        assert [each.new for each in (await reconcile(house)).findings] == [False]
        house.venue.held = [VenuePosition(symbol="BTC/USDT", quantity=D(2))]
        assert not (await reconcile(house)).findings
        assert not (await reconcile(house)).findings
        assert len(await house.told(PositionAgreed)) == 1
        assert len(await house.told(PositionDiffered)) == 1


async def test_a_position_that_moves_while_it_is_compared_is_no_difference(
    tmp_path: Path,
) -> None:
    """A fill that is told a moment after the position was is asked for before anything is said."""
    async with open_quiet(tmp_path) as house:
        order = await rest(house)
        house.venue.held = [VenuePosition(symbol="BTC/USDT", quantity=D(1))]
        asked = 0

        async def positions(_: Order) -> Any:
            nonlocal asked
            asked += 1
            house.venue.found[order.client_order_id] = report(order, OrderStatus.FILLED, "1")
            return tuple(house.venue.held)

        house.venue.faults["positions"] = positions
        assert kinds(await reconcile(house)) == ["order-reported"]
        assert asked > 1
        assert not await house.told(PositionDiffered)


async def test_a_symbol_with_an_order_in_doubt_is_not_judged(tmp_path: Path) -> None:
    async with open_quiet(tmp_path) as house:
        house.venue.answers["BTC/USDT"] = raises(Unknown("RESET", ""))
        house.venue.lookup_error = ConnectionError()
        await house.send()
        house.venue.held = [VenuePosition(symbol="BTC/USDT", quantity=D(1))]
        assert not (await reconcile(house)).findings


async def test_both_sides_of_a_hedged_position_are_added_up(tmp_path: Path) -> None:
    async with open_quiet(tmp_path) as house:
        await house.send()
        house.venue.held = [
            VenuePosition(symbol="BTC/USDT", quantity=D(3)),
            VenuePosition(symbol="BTC/USDT", quantity=D(-2)),
        ]
        assert not (await reconcile(house)).findings


# Faults at the boundary

UNSOUND: dict[str, dict[str, Any]] = {
    "open-orders": {
        "no list": None,
        "one of them nothing": (None,),
        "an order of no status": (foreign_report(status=OrderStatus.UNKNOWN),),
        "a float": (foreign_report(quantity=1.5),),
    },
    "fills": {
        "no list": 7,
        "a fill of nothing": (
            VenueFill(order_id="v", symbol="X", side=Side.BUY, fill=fill("1", "0")),
        ),
        "a fill that is none": (VenueFill(order_id="v", symbol="X", side=Side.BUY, fill=None),),  # type: ignore[arg-type]
    },
    "positions": {
        "no list": "flat",
        "not a number": (VenuePosition(symbol="X", quantity=D("NaN")),),
        "a text that cannot be written": (VenuePosition(symbol="\ud800", quantity=D(1)),),
    },
}
CASES = [(question, name) for question, lies in UNSOUND.items() for name in lies]


@pytest.mark.parametrize(("question", "lie"), CASES)
async def test_what_cannot_be_is_no_answer(tmp_path: Path, question: str, lie: str) -> None:
    async def answer(_: Order) -> Any:
        return UNSOUND[question][lie]

    await fails(tmp_path, question, answer)


async def hangs(_: Order) -> Any:
    await asyncio.get_running_loop().create_future()


@pytest.mark.parametrize("question", ["open-orders", "fills", "positions"])
@pytest.mark.parametrize("fault", [raises(ConnectionError()), raises(NotImplementedError()), hangs],
                         ids=["fails", "is not there", "hangs"])  # fmt: skip
async def test_a_question_that_fails_decides_nothing(
    tmp_path: Path, question: str, fault: Any
) -> None:
    await fails(tmp_path, question, fault)


async def fails(tmp_path: Path, question: str, fault: Any) -> None:
    """One question fails: nothing is concluded from it, and all others are asked."""
    async with open_quiet(tmp_path, reconcile_deadline=0.05) as house:
        order = await rest(house)
        await house.send(symbol="ETH/USDT")
        house.venue.held = [VenuePosition(symbol="ETH/USDT", quantity=D(1))]
        await reconcile(house)
        house.venue.asked.clear()
        house.venue.faults[question] = fault
        outcome = await reconcile(house)
        assert outcome.failed == (question,)
        assert not outcome.findings
        assert set(house.venue.asked) == {"open-orders", "fills", "positions"}
        assert house.status(order.client_order_id) == "NEW"
        assert not await house.told(PositionDiffered, OrderAnomalous)


async def test_a_journal_that_cannot_be_read_fails_the_run_and_not_the_service(
    tmp_path: Path,
) -> None:
    async with open_quiet(tmp_path) as house:
        await ready(house)
        journal = house.engine.journal
        sightings = journal.sightings

        async def broken(*_: Any) -> Any:
            raise OSError("torn")

        house.venue.working.append(foreign_report())
        journal.sightings = broken  # type: ignore[assignment, method-assign]
        with pytest.raises(NotReconciled, match="torn"):
            await reconcile(house)
        journal.sightings = sightings  # type: ignore[method-assign]
        # It is tried again by itself, and nothing was lost.
        await house.until(lambda: house.engine.reconciliation.desk("main").reason is None)
        assert len(await house.told(ForeignOrderSeen)) == 1


# One at a time


async def test_who_asks_while_one_runs_gets_the_next(tmp_path: Path) -> None:
    async with open_quiet(tmp_path) as house:
        await ready(house)
        gate, running = asyncio.Event(), 0

        async def slow(_: Order) -> Any:
            nonlocal running
            running += 1
            assert running == 1
            await gate.wait()
            running -= 1
            return ()

        house.venue.asked.clear()
        house.venue.faults["open-orders"] = slow
        house.engine.reconciliation.trigger("main", "interval")
        await house.until(lambda: running == 1)
        asking = asyncio.gather(*(reconcile(house) for _ in range(5)))
        gate.set()
        outcomes = await asking
        assert len(set(map(id, outcomes))) == 1, "one run for all who waited"
        assert house.venue.asked.count("open-orders") == 2


async def test_a_venue_that_gives_no_answers_is_not_asked_more_often_by_those_who_want_one(
    tmp_path: Path,
) -> None:
    clock = VirtualClock(start=SystemClock().now())
    slow = EngineSettings(poll_interval=1e6, health_interval=1e6, reconcile_interval=20.0)

    def prepare(venue: Venue) -> None:
        lists_all(venue)
        venue.faults["fills"] = raises(ConnectionError())

    async with open_house(tmp_path, settings=slow, prepare=prepare, clock=clock) as house:
        asked = 0
        for second in range(600):
            await clock.elapse(1.0)
            await house.settled()
            asked = asked or (house.venue.asked.count("fills") if second == 300 else 0)
        # One each 20 s, and one each 30 to 60 s for the others' failures.
        assert house.venue.asked.count("fills") - asked <= 15 + 11


async def test_it_is_done_at_intervals(tmp_path: Path) -> None:
    async with open_quiet(tmp_path, reconcile_interval=0.01) as house:
        told: list[Event] = []
        while len(told) < 3:
            await house.until(lambda: house.engine.reconciliation.desk("main").is_ready)
            told = [
                event for event in await house.told(AccountReconciled)
                if event.cause == "interval"  # type: ignore[attr-defined]
            ]  # fmt: skip


async def test_a_kill_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    """What a run had recorded is not recorded again by the next process."""
    async with open_house(
        tmp_path, settings=settings(), prepare=lists_all, graceful=False
    ) as house:
        order = await rest(house)
        await reconcile(house)
        house.venue.working.append(foreign_report())
        house.venue.working[0] = report(order, OrderStatus.PARTIALLY_FILLED, "0.5")
        house.venue.faults["fills"] = hangs
        working = list(house.venue.working)
        house.engine.reconciliation.trigger("main", "interval")
        await house.until(lambda: house.status(order.client_order_id) == "PARTIALLY_FILLED")
        assert len(await house.told(ForeignOrderSeen)) == 1

    def prepare(venue: Venue) -> None:
        lists_all(venue)
        venue.working = working
        venue.held = [VenuePosition(symbol="BTC/USDT", quantity=D("0.5"))]

    async with open_quiet(tmp_path, prepare) as house:
        await ready(house)
        assert not (await reconcile(house)).findings
        assert len(await house.told(ForeignOrderSeen)) == 1
        assert len(await house.told(OrderReported)) == 1
    await holds_together(tmp_path)


async def test_a_result_that_says_nothing_of_its_fills_is_named_by_them(tmp_path: Path) -> None:
    async with open_quiet(tmp_path) as house:

        async def vague(order: Order) -> ExecutionResult:
            return ExecutionResult(
                success=True, order_id="v", filled_quantity=order.quantity, timestamp=1
            )

        house.venue.answers["BTC/USDT"] = vague
        order = (await house.send()).order
        at = house.clock.now() // 1000
        house.venue.traded = [venue_fill(order, fill("1", "1", "90", timestamp=at), order_id="v")]
        house.venue.held = [VenuePosition(symbol="BTC/USDT", quantity=D(1))]
        assert not (await reconcile(house)).findings
        await house.settled()
        assert house.engine.blotter.position("main", "BTC/USDT").cost == 90

"""Streams of reports: followed, opened again after every end, with no gap that stays."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from fillgate.domain.errors import NotSupported
from fillgate.domain.events import AccountReconciled, ForeignOrderSeen, OrderReported
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport
from fillgate.engine.settings import EngineSettings
from fillgate.engine.streams import Stream
from fillgate.testing import VirtualClock
from tests.engine.conftest import House, open_house, replaced
from tests.engine.venue import Venue, fill, foreign_report, gated, report, resting

pytestmark = pytest.mark.anyio

D = Decimal


def streaming(venue: Venue) -> None:
    venue.can(stream_reports=True)


def listing_too(venue: Venue) -> None:
    streaming(venue)
    venue.reconcilable()
    venue.can(settle_seconds=0.0)


def settings(**changes: float) -> EngineSettings:
    quiet: dict[str, float] = {
        "poll_interval": 1e6, "reconcile_interval": 1e6, "stream_settle": 0.01,
        "stream_pause": 0.005, "stream_longest_pause": 0.01,
        "reconcile_pause": 0.01, "reconcile_longest_pause": 0.02, "reconcile_spacing": 0.001,
    }  # fmt: skip
    return replaced(**(quiet | changes))


def open_streaming(
    folder: Path, prepare: Callable[[Venue], None] = streaming, **changes: float
) -> AbstractAsyncContextManager[House]:
    return open_house(folder, settings=settings(**changes), prepare=prepare)


def stream(house: House) -> Stream:
    found = house.engine.streams.of("main")
    assert found is not None
    return found


async def rest(house: House) -> Order:
    house.venue.answers["BTC/USDT"] = resting
    order = (await house.send()).order
    house.venue.working.append(report(order, OrderStatus.NEW))
    return order


def is_status(house: House, order: Order, status: str) -> bool:
    return house.status(order.client_order_id) == status


def is_opened(house: House, times: int) -> bool:
    return house.venue.streams >= times


async def test_what_is_streamed_is_taken(tmp_path: Path) -> None:
    async with open_streaming(tmp_path) as house:
        order = await rest(house)
        half = report(order, OrderStatus.PARTIALLY_FILLED, "0.5")
        for told in (half, half, report(order, OrderStatus.FILLED, "1")):
            house.venue.feed.put_nowait(told)
        await house.until(partial(is_status, house, order, "FILLED"))
        assert [event.channel for event in await house.told(OrderReported)] == ["stream"] * 2  # type: ignore[attr-defined]
        assert house.engine.blotter.position("main", "BTC/USDT").quantity == 1


async def test_a_report_that_is_streamed_before_the_answer_counts_once(tmp_path: Path) -> None:
    gate = asyncio.Event()
    async with open_streaming(tmp_path) as house:
        house.venue.answers["BTC/USDT"] = gated(gate)
        admission = await house.accept()
        await house.until(lambda: bool(house.venue.arrived))
        order = house.venue.arrived[0]
        told = report(order, OrderStatus.FILLED, "1", fills=(fill("1"),))
        house.venue.feed.put_nowait(told)
        assert (await house.outcome(admission)).status is OrderStatus.FILLED
        gate.set()
        await house.until(lambda: not house.engine.dispatcher.lanes.flying)
        assert house.engine.blotter.position("main", "BTC/USDT").quantity == 1


async def test_whoever_waits_hears_the_answer_where_the_stream_only_says_that_it_works(
    tmp_path: Path,
) -> None:
    gate = asyncio.Event()
    async with open_streaming(tmp_path) as house:
        house.venue.answers["BTC/USDT"] = gated(gate)
        admission = await house.accept()
        await house.until(lambda: bool(house.venue.arrived))
        order = house.venue.arrived[0]
        for told in (
            report(order, OrderStatus.NEW),
            report(order, OrderStatus.PARTIALLY_FILLED, "0.5"),
        ):
            house.venue.feed.put_nowait(told)
        await house.until(partial(is_status, house, order, "PARTIALLY_FILLED"))
        assert not admission.ticket.answered.is_open
        assert admission.ticket.state is not None
        assert admission.ticket.state.status is OrderStatus.PARTIALLY_FILLED
        gate.set()
        assert (await house.outcome(admission)).status is OrderStatus.FILLED


async def test_a_plugin_without_streams_has_none(house: House) -> None:
    assert house.engine.streams.of("main") is None
    assert not house.engine.streams.is_up("main")


ENDS: dict[str, Any] = {"ends": None, "breaks": ConnectionError("reset")}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("after", [0, 1, 2], ids=["at once", "after one", "after all"])
async def test_wherever_it_ends_it_is_opened_again_and_the_gap_is_closed(
    tmp_path: Path, end: Any, after: int
) -> None:
    async with open_streaming(tmp_path, listing_too) as house:
        order = await rest(house)
        await house.until(lambda: stream(house).up)
        told = [
            report(order, OrderStatus.PARTIALLY_FILLED, "0.5"),
            report(order, OrderStatus.FILLED, "1"),
        ]
        # What happens after the end is in no stream any more.
        house.venue.working = []
        house.venue.found[order.client_order_id] = told[-1]
        for each in (*told[:after], end):
            house.venue.feed.put_nowait(each)
        await house.until(partial(is_status, house, order, "FILLED"))
        await house.until(partial(is_opened, house, 2))
        assert house.engine.blotter.position("main", "BTC/USDT").quantity == 1
        await house.until(lambda: stream(house).up)
        desk = house.engine.reconciliation.desk("main")
        await house.until(lambda: desk.last is not None and desk.last.cause == "gap")


async def test_a_first_opening_without_open_orders_is_no_gap(tmp_path: Path) -> None:
    async with open_streaming(tmp_path, listing_too) as house:
        await house.until(lambda: stream(house).up)
        await house.engine.reconciliation.run("main")
        causes = {event.cause for event in await house.told(AccountReconciled)}  # type: ignore[attr-defined]
        assert "gap" not in causes


async def test_a_first_opening_with_open_orders_is_a_gap(tmp_path: Path) -> None:
    async with open_house(tmp_path, settings=settings()) as house:
        await rest(house)
    async with open_streaming(tmp_path, listing_too) as house:
        desk = house.engine.reconciliation.desk("main")
        await house.until(lambda: desk.last is not None and desk.last.cause == "gap")


async def test_pauses_grow_and_a_stream_that_stood_begins_anew(tmp_path: Path) -> None:
    clock = VirtualClock(start=1_700_000_000_000_000)
    opened: list[float] = []
    refusing = True

    def prepare(venue: Venue) -> None:
        streaming(venue)
        plain = venue.stream_reports

        async def stream_reports() -> AsyncIterator[ExecutionReport]:
            opened.append(clock.monotonic())
            if refusing:
                raise ConnectionError("refused")
            async for told in plain():
                yield told

        venue.stream_reports = stream_reports  # type: ignore[method-assign]

    slow = EngineSettings(poll_interval=1e6, health_interval=1e6, reconcile_interval=1e6)
    async with open_house(tmp_path, settings=slow, prepare=prepare, clock=clock) as house:
        for _ in range(400):
            await clock.elapse(1.0)
        pauses = [after - before for before, after in pairwise(opened)]
        for number, pause in enumerate(pauses):
            most = min(2.0**number, 60.0)
            assert most / 2 - 1 <= pause <= most + 1, pauses
        assert len(set(pauses)) > 1
        assert stream(house).reason == "ConnectionError: refused"
        refusing = False
        while not stream(house).up:
            await clock.elapse(1.0)
        count = len(opened)
        house.venue.feed.put_nowait(None)
        for _ in range(3):
            await clock.elapse(1.0)
        assert len(opened) == count + 1, "after the first pause again"


class Repelling:
    """A report that cannot even be shown."""

    def __repr__(self) -> str:
        raise RuntimeError


async def test_what_cannot_be_is_refused_and_the_stream_goes_on(tmp_path: Path) -> None:
    async with open_streaming(tmp_path) as house:
        order = await rest(house)
        for nonsense in (
            "filled",
            Repelling(),
            report(order, OrderStatus.FILLED),
            report(order, OrderStatus.UNKNOWN),
            report(order, OrderStatus.FILLED, "NaN"),
            report(order, OrderStatus.FILLED, "1", symbol="\ud800"),
            report(order, OrderStatus.FILLED, "1"),
        ):
            house.venue.feed.put_nowait(nonsense)
        await house.until(partial(is_status, house, order, "FILLED"))
        assert house.venue.streams == 1
        assert house.state(order.client_order_id).anomalies == 0


def raises_at_once() -> Any:
    raise NotSupported("no streams after all")


BROKEN: dict[str, Any] = {
    "raises when it is asked for": raises_at_once,
    "gives nothing": lambda: None,
    "is a coroutine": lambda: asyncio.sleep(0),
}


@pytest.mark.filterwarnings("ignore:coroutine:RuntimeWarning")
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
async def test_a_stream_that_is_none_harms_nothing(tmp_path: Path, broken: Any) -> None:
    def prepare(venue: Venue) -> None:
        streaming(venue)
        venue.stream_reports = broken  # type: ignore[method-assign]

    async with open_streaming(tmp_path, prepare) as house:
        assert (await house.send()).status is OrderStatus.FILLED
        meters = house.engine.meters.account("main")
        await house.until(lambda: meters.stream_breaks > 2)
        assert not stream(house).up
        assert stream(house).reason


async def test_it_is_closed_with_the_service(tmp_path: Path) -> None:
    closed: list[str] = []

    def prepare(venue: Venue) -> None:
        streaming(venue)

        async def stream_reports() -> AsyncIterator[ExecutionReport]:
            try:
                await asyncio.get_running_loop().create_future()
                yield foreign_report()
            finally:
                closed.append("closed")

        venue.stream_reports = stream_reports  # type: ignore[method-assign]

    async with open_streaming(tmp_path, prepare) as house:
        await house.until(lambda: stream(house).up)
    assert closed == ["closed"]


async def test_a_report_that_the_journal_cannot_place_is_found_by_reconciliation(
    tmp_path: Path,
) -> None:
    async with open_streaming(tmp_path, listing_too) as house:
        await house.until(lambda: house.engine.reconciliation.desk("main").is_ready)
        journal = house.engine.journal
        find, broken = journal.find_by_order_id, True

        async def find_by_order_id(account: str, symbol: str, order_id: str) -> Any:
            if broken:
                raise OSError("torn")
            return await find(account, symbol, order_id)

        journal.find_by_order_id = find_by_order_id  # type: ignore[method-assign]
        house.venue.working.append(foreign_report())
        house.venue.feed.put_nowait(foreign_report())
        await house.until(lambda: bool(house.engine.reconciliation.desk("main").reason))
        broken = False
        await house.until(lambda: not house.engine.reconciliation.desk("main").reason)
        assert len(await house.told(ForeignOrderSeen)) == 1
        assert house.venue.streams == 1, "the stream went on"


async def test_polling_slows_down_where_reports_are_streamed(tmp_path: Path) -> None:
    clock = VirtualClock(start=1_700_000_000_000_000)
    slow = EngineSettings(health_interval=1e6, reconcile_interval=1e6, max_age=1e6)
    async with open_house(tmp_path, settings=slow, prepare=streaming, clock=clock) as house:
        house.venue.answers["BTC/USDT"] = resting
        accepting = asyncio.ensure_future(house.accept())
        await house.until(lambda: bool(house.venue.arrived))
        await accepting
        await house.settled()
        while not stream(house).up:
            await clock.elapse(0.5)
        for _ in range(60):
            await clock.elapse(2.0)
        assert 2 <= len(house.venue.lookups) <= 5, "120 s"
        house.venue.stream_reports = raises_at_once  # type: ignore[method-assign]
        house.venue.feed.put_nowait(None)
        before = len(house.venue.lookups)
        for _ in range(10):
            await clock.elapse(2.0)
        assert len(house.venue.lookups) - before >= 9, "it is as fast as ever without"

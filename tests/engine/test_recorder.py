"""Facts about orders around a fault of the journal."""

from decimal import Decimal
from pathlib import Path

import pytest

from fillgate.domain.events import OrderAnomalous, OrderReported
from fillgate.domain.life_cycle import OrderStatus
from fillgate.engine.recorder import Job
from fillgate.engine.verification import verify
from fillgate.journal.base import CommitOutcome, Lost
from fillgate.journal.reader import SqliteReader
from fillgate.journal.sqlite import SqliteJournal
from tests.engine.conftest import House, open_house, replaced
from tests.engine.venue import report, resting


def fill(house: House, identity: str, quantity: str) -> Job:
    state = house.state(identity)
    told = report(state.order, OrderStatus.PARTIALLY_FILLED, quantity)
    event = OrderReported(client_order_id=identity, report=told, channel="stream")
    return Job(signal=state.signal, events=(event,))


@pytest.mark.anyio
async def test_a_fact_of_the_last_moment_of_a_fault_keeps_its_place(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.venue.answers["BTC/USDT"] = resting
        first, second = [(await house.send()).order.client_order_id for _ in range(2)]
        journal = house.engine.journal
        assert isinstance(journal, SqliteJournal)
        journal.fail("struck")
        house.engine.recorder.record(fill(house, first, "0.1"))
        journal.decided((), durable=True)
        house.engine.recorder.record(fill(house, second, "0.2"))
        house.engine.recorder.record(fill(house, first, "0.3"))
        await house.until(lambda: not house.engine.recorder.in_flight)
        assert house.engine.blotter.position("main", "BTC/USDT").quantity == Decimal("0.5")
        events = [
            record.event.report.filled_quantity
            for record in await journal.events()
            if isinstance(record.event, OrderReported)
        ]
        assert events == [Decimal("0.1"), Decimal("0.2"), Decimal("0.3")]
    reader = await SqliteReader.open(tmp_path / "journal.db")
    assert not (await verify(reader)).findings
    await reader.close()


@pytest.mark.anyio
async def test_a_fact_that_cannot_be_written_takes_no_other_along(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.venue.answers["BTC/USDT"] = resting
        identity = (await house.send()).order.client_order_id
        recorder, journal = house.engine.recorder, house.engine.journal
        assert isinstance(journal, SqliteJournal)
        stray = OrderAnomalous(client_order_id="never planned", code="X", text="")
        unspeakable = OrderAnomalous(client_order_id=identity, code="X", text="\ud800")
        told: list[CommitOutcome] = []
        journal.fail("struck")
        recorder.record(fill(house, identity, "0.1"))
        recorder.record(Job(signal=1, events=(stray,), done=told.append))
        recorder.record(Job(signal=1, events=(unspeakable,), done=told.append))
        recorder.record(fill(house, identity, "0.2"))
        journal.decided((), durable=True)
        await house.until(lambda: not recorder.in_flight)
        assert [isinstance(outcome, Lost) and outcome.invalid for outcome in told] == [True, True]
        assert house.engine.blotter.position("main", "BTC/USDT").quantity == Decimal("0.2")
        state = recorder.latest(identity)
        assert state is not None
        assert not state.anomalies


@pytest.mark.anyio
async def test_a_fact_that_cannot_be_written_moves_no_position(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.venue.answers["BTC/USDT"] = resting
        first, second = [(await house.send(symbol=s)).order for s in ("BTC/USDT", "ETH/USDT")]
        told: list[CommitOutcome] = []
        filled = fill(house, first.client_order_id, "0.4").events
        stray = OrderAnomalous(client_order_id=second.client_order_id, code="X", text="\ud800")
        job = Job(signal=1, events=(*filled, stray), done=told.append)
        house.engine.recorder.record(job)
        assert [isinstance(outcome, Lost) and outcome.invalid for outcome in told] == [True]
        house.engine.recorder.record(fill(house, first.client_order_id, "0.1"))
        await house.until(lambda: not house.engine.recorder.in_flight)
        assert house.engine.blotter.position("main", "BTC/USDT").quantity == Decimal("0.1")
    reader = await SqliteReader.open(tmp_path / "journal.db")
    assert not (await verify(reader)).findings
    await reader.close()


@pytest.mark.anyio
async def test_a_fact_about_an_order_that_memory_let_go_of_is_not_lost(tmp_path: Path) -> None:
    async with open_house(tmp_path, settings=replaced(remembered_orders=1)) as house:
        old = await house.send()
        for _ in range(2):
            await house.send()
        identity, recorder = old.order.client_order_id, house.engine.recorder
        assert recorder.latest(identity) is None
        for quantity in ("1", "1.5"):
            told = report(old.order, OrderStatus.FILLED, quantity)
            event = OrderReported(client_order_id=identity, report=told, channel="late-answer")
            recorder.record(Job(signal=old.signal, events=(event,)))
        await house.until(lambda: not recorder.in_flight)
        after = await house.engine.order(identity)
        assert after is not None
        assert after.executed.total.quantity == Decimal("1.5")
        assert house.engine.blotter.position("main", "BTC/USDT").quantity == Decimal("3.5")
    reader = await SqliteReader.open(tmp_path / "journal.db")
    assert not (await verify(reader)).findings
    await reader.close()

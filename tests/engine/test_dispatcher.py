"""Signals in lanes around faults and restarts."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from fillgate.domain.errors import Unknown
from fillgate.domain.life_cycle import OrderStatus
from fillgate.engine.intake import EngineUnavailable
from fillgate.journal.sqlite import SqliteJournal
from fillgate.journal.writer import Batch
from tests.engine.conftest import SETTINGS, House, open_house
from tests.engine.venue import Venue, raises, report, resting
from tests.journal.faulty_disk import FaultyDisk, broken_disk

pytestmark = pytest.mark.anyio


def doubt_what_is_durable(house: House) -> None:
    """Let the journal doubt each commit and find afterwards that it is durable."""
    journal = house.engine.journal
    assert isinstance(journal, SqliteJournal)

    def committed(batch: Batch) -> None:
        journal.fail("struck")
        journal.doubted(batch)
        decide = partial(journal.decided, batch, durable=True)
        asyncio.get_running_loop().call_later(0.01, decide)

    journal.committed = committed  # type: ignore[method-assign]


async def test_what_was_turned_away_without_a_key_does_not_wait_for_a_restart(
    tmp_path: Path,
) -> None:
    async with open_house(tmp_path) as house:
        house.venue.answers["BTC/USDT"] = raises(Unknown("RESET", ""))
        house.venue.lookup_error = ConnectionError()
        unknown = (await house.send()).order
        doubt_what_is_durable(house)
        with pytest.raises(EngineUnavailable, match="struck"):
            await house.accept()
        await house.until(lambda: not house.engine.recorder.in_flight)

    def find(venue: Venue) -> None:
        venue.found[unknown.client_order_id] = report(unknown, OrderStatus.FILLED, "1")

    async with open_house(tmp_path, prepare=find) as house:
        await house.send()
        assert len(house.venue.arrived) == 1


async def test_a_journal_that_is_away_collects_no_repeats(tmp_path: Path) -> None:
    with FaultyDisk() as disk:
        async with open_house(tmp_path, disk=disk.name) as house:
            house.venue.answers |= {"BTC/USDT": resting, "ETH/USDT": raises(Unknown("RESET", ""))}
            rests = await house.send()
            lost = await house.send(symbol="ETH/USDT")
            disk.on_write = broken_disk
            house.venue.found[rests.order.client_order_id] = report(
                rests.order, OrderStatus.PARTIALLY_FILLED, "0.5"
            )
            await house.until(lambda: house.engine.intake.unavailable is not None)
            end = house.clock.monotonic() + 10 * SETTINGS.poll_interval
            await house.until(lambda: house.clock.monotonic() > end)
            disk.heal()
            await house.until(lambda: house.status(lost.order.client_order_id) == "ABSENT")
            await house.until(lambda: not house.engine.recorder.in_flight)
            for state in (rests, lost):
                story = await house.engine.journal.story(state.signal)
                kinds = [record.event.kind for record in story]
                assert len(kinds) == 4, kinds


async def test_calling_off_what_waits_no_more_leaves_no_lane_behind(house: House) -> None:
    admission = await house.accept()
    await house.outcome(admission)
    house.engine.dispatcher.call_off(admission.ticket, actor="somebody", reason=None)
    assert not list(house.engine.dispatcher.lanes)

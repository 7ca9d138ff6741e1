"""What the engine does while its journal cannot be written: nothing lost, nothing sent twice."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from fillgate.domain.life_cycle import OrderStatus
from fillgate.engine.intake import EngineUnavailable
from tests.engine.conftest import House, open_house
from tests.engine.venue import filled, gated, resting
from tests.journal.faulty_disk import FaultyDisk, broken_disk, full_disk


@pytest.fixture
def disk() -> Iterator[FaultyDisk]:
    with FaultyDisk() as disk:
        yield disk


FAULTS = {
    "full": {"on_write": full_disk},
    "write": {"on_write": broken_disk},
    "flush": {"before_flush": broken_disk},
    "after flush": {"after_flush": broken_disk},
}


def strike(disk: FaultyDisk, fault: str) -> None:
    vars(disk).update(FAULTS[fault])


async def healed(house: House, disk: FaultyDisk) -> None:
    disk.heal()
    await house.until(lambda: house.engine.intake.unavailable is None)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_signal_that_was_turned_away_can_be_sent_again(
    tmp_path: Path, disk: FaultyDisk, fault: str
) -> None:
    async with open_house(tmp_path, disk=disk.name) as house:
        await house.send(symbol="ETH/USDT")
        strike(disk, fault)
        with pytest.raises(EngineUnavailable, match="JOURNAL_UNAVAILABLE"):
            await house.accept("k1")
        with pytest.raises(EngineUnavailable):
            await house.accept("k2")
        assert len(house.venue.arrived) == 1
        await healed(house, disk)
        state = await house.outcome(await house.accept("k1"))
        assert state.status is OrderStatus.FILLED
        again = await house.accept("k1")
        assert again.replayed
        assert len(house.venue.arrived) == 2


@pytest.mark.parametrize("fault", FAULTS)
async def test_without_a_key_what_was_turned_away_is_never_sent(
    tmp_path: Path, disk: FaultyDisk, fault: str
) -> None:
    async with open_house(tmp_path, disk=disk.name) as house:
        await house.send(symbol="ETH/USDT")
        strike(disk, fault)
        with pytest.raises(EngineUnavailable):
            await house.accept()
        await healed(house, disk)
        assert (await house.send()).status is OrderStatus.FILLED
        assert [order.symbol for order in house.venue.arrived] == ["ETH/USDT", "BTC/USDT"]


@pytest.mark.parametrize("fault", FAULTS)
async def test_an_outcome_is_recorded_once_the_journal_is_back(
    tmp_path: Path, disk: FaultyDisk, fault: str
) -> None:
    gate = asyncio.Event()
    async with open_house(tmp_path, disk=disk.name) as house:
        house.venue.answers["BTC/USDT"] = gated(gate, filled)
        house.venue.answers["ETH/USDT"] = gated(gate, resting)
        flying = [await house.accept(symbol=symbol) for symbol in ("BTC/USDT", "ETH/USDT")]
        await house.until(lambda: len(house.venue.arrived) == 2)
        strike(disk, fault)
        gate.set()
        await house.until(lambda: house.engine.intake.unavailable is not None)
        assert not any(admission.ticket.answered.is_open for admission in flying)
        await healed(house, disk)
        states = [await house.outcome(admission) for admission in flying]
        assert [state.status.value for state in states] == ["FILLED", "NEW"]
        assert house.engine.blotter.position("main", "BTC/USDT").quantity == 1
        assert len(house.venue.arrived) == 2
        story = await house.engine.journal.story(flying[0].ticket.number)
        assert [record.event.kind for record in story].count("submission-answered") == 1
    async with open_house(tmp_path) as house:
        assert house.engine.blotter.position("main", "BTC/USDT").quantity == 1
        assert not house.venue.arrived

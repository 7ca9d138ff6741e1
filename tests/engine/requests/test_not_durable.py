"""Cancels of orders that are not durable yet, and may never be."""

import asyncio
from pathlib import Path

import pytest

from fillgate.domain.ids import request_id
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.requests import RequestStatus
from fillgate.engine.intake import EngineUnavailable
from fillgate.engine.requests.asker import Asker
from fillgate.engine.requests.checks import RequestRefused
from fillgate.engine.requests.requests import OrderNotFound
from fillgate.engine.verification import verify
from fillgate.journal.reader import SqliteReader
from tests.engine.conftest import House, open_house, replaced
from tests.journal.faulty_disk import FaultyDisk, full_disk

pytestmark = pytest.mark.anyio

ME = Asker(source="api", actor="api")


async def planned(house: House) -> str:
    """Return the id of an order once it is planned; it cannot be durable yet."""
    await asyncio.sleep(0)
    (ticket,) = house.engine.dispatcher.waiting()
    identity = ticket.client_order_id
    assert identity is not None
    assert house.engine.blotter.order(identity) is None
    return identity


async def check_journal(folder: Path) -> None:
    reader = await SqliteReader.open(folder / "journal.db")
    assert not (await verify(reader)).findings
    await reader.close()


async def test_an_order_cancelled_before_it_is_durable_never_leaves(house: House) -> None:
    accepting = asyncio.create_task(house.accept())
    identity = await planned(house)
    outcome = await house.engine.requests.cancel(identity, ME)
    assert outcome.state.status is OrderStatus.CANCELED
    assert outcome.request.status is RequestStatus.DONE
    assert outcome.request.request == request_id(identity, 1)
    admission = await accepting
    assert admission.ticket.client_order_id == identity
    assert not house.venue.arrived
    assert (await house.send()).status is OrderStatus.FILLED, "the lane goes on"


async def test_an_order_that_never_becomes_durable_is_none(tmp_path: Path) -> None:
    with FaultyDisk() as disk:
        async with open_house(tmp_path, disk=disk.name) as house:
            disk.on_write = full_disk
            accepting = asyncio.create_task(house.accept())
            identity = await planned(house)
            with pytest.raises(EngineUnavailable):
                await house.engine.requests.cancel(identity, ME)
            with pytest.raises(EngineUnavailable):
                await accepting
            disk.heal()
            await house.until(lambda: house.engine.recorder.fault is None)
            assert not house.engine.blotter.open_orders()
    await check_journal(tmp_path)


@pytest.mark.parametrize("all_of_them", [False, True])
async def test_a_repeat_that_is_cancelled_leaves_no_trace(
    tmp_path: Path, all_of_them: bool
) -> None:
    async with open_house(tmp_path) as house:
        await house.accept("k")
    async with open_house(tmp_path) as house:
        accepting = asyncio.create_task(house.accept("k"))
        identity = await planned(house)
        requests = house.engine.requests
        if all_of_them:
            (told,) = await requests.cancel_all(ME, account=None, symbol=None)
            assert told[0] == identity
            assert isinstance(told[1], OrderNotFound)
        else:
            with pytest.raises(OrderNotFound):
                await requests.cancel(identity, ME)
        assert (await accepting).replayed
        assert await house.engine.order(identity) is None
    await check_journal(tmp_path)


async def test_an_order_that_is_denied_cannot_be_cancelled(tmp_path: Path) -> None:
    async with open_house(tmp_path, settings=replaced(max_age=-1)) as house:
        accepting = asyncio.create_task(house.accept())
        identity = await planned(house)
        with pytest.raises(RequestRefused, match="ORDER_FINISHED"):
            await house.engine.requests.cancel(identity, ME)
        await accepting
        assert house.status(identity) == "DENIED"

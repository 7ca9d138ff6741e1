"""A restored journal sends nothing until it is released, and then goes on for good."""

from pathlib import Path

import pytest

from fillgate.domain.events import HoldReleased
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import OrderType
from fillgate.engine.intake import EngineUnavailable
from fillgate.engine.requests.asker import Asker
from fillgate.journal.backup import back_up, restore
from tests.engine.conftest import House, open_house, replaced
from tests.engine.test_recovery import leave_behind
from tests.engine.venue import Venue, raises, report, resting


async def restored(folder: Path) -> Path:
    """Leave a restored journal that holds an order of each open kind and a waiting signal."""
    (folder / "old").mkdir()
    await leave_behind(folder / "old")
    back_up(folder / "old" / "journal.db", folder / "copy")
    restore(folder / "copy", folder / "new" / "journal.db", at=1)
    return folder / "new"


async def refused(house: House, key: str) -> EngineUnavailable:
    with pytest.raises(EngineUnavailable) as caught:
        await house.accept(key)
    return caught.value


async def test_nothing_is_sent_while_it_is_held(tmp_path: Path) -> None:
    folder = await restored(tmp_path)
    async with open_house(folder) as house:
        assert house.engine.hold.reason is not None
        assert (await refused(house, "new")).code == "HELD"
        assert house.engine.intake.unavailable is not None
        # Looking up is no sending: what is UNKNOWN is asked for as ever.
        await house.until(lambda: bool(house.venue.lookups))
        asker = Asker(source="test", actor="test")
        identity = next(iter(house.engine.blotter.open_orders())).order.client_order_id
        with pytest.raises(EngineUnavailable):
            await house.engine.requests.cancel(identity, asker)
        assert not house.venue.arrived


async def test_what_waited_goes_on_once_it_is_released(tmp_path: Path) -> None:
    folder = await restored(tmp_path)
    async with open_house(folder) as house:
        house.venue.answers["NEW"] = resting
        assert await house.engine.hold.release(actor="test", reason="compared by hand")
        assert house.engine.hold.reason is None
        assert not await house.engine.hold.release(actor="test", reason="again")
        state = await house.send(key="new", symbol="NEW", order_type=OrderType.MARKET)
        assert state.order.client_order_id.startswith(f"fg{house.engine.tag}")
        told = [record.event for record in await house.engine.journal.events()]
        assert HoldReleased(actor="test", reason="compared by hand") in told
        await house.until(lambda: not house.engine.dispatcher.waiting())
    async with open_house(folder) as house:
        assert house.engine.hold.reason is None


async def test_orders_of_a_restored_journal_carry_another_tag(tmp_path: Path) -> None:
    async with open_house(tmp_path / "old") as house:
        before = (await house.send(key="a")).order.client_order_id
    back_up(tmp_path / "old" / "journal.db", tmp_path / "copy")
    restore(tmp_path / "copy", tmp_path / "new" / "journal.db", at=1)
    async with open_house(tmp_path / "old") as house:
        lost = (await house.send(key="b")).order.client_order_id
    async with open_house(tmp_path / "new") as house:
        await house.engine.hold.release(actor="test", reason="test")
        after = (await house.send(key="b")).order.client_order_id
    # The same number of the signal, and yet another order.
    assert lost[:6] == before[:6] != after[:6]
    assert lost[6:] == after[6:]


def lists_all(venue: Venue) -> None:
    venue.reconcilable()
    venue.can(settle_seconds=0.0)


async def test_it_ends_by_itself_once_every_account_was_compared(tmp_path: Path) -> None:
    async with open_house(tmp_path / "old") as house:
        await house.send(key="a")
    back_up(tmp_path / "old" / "journal.db", tmp_path / "copy")
    restore(tmp_path / "copy", tmp_path / "new" / "journal.db", at=1)
    async with open_house(tmp_path / "old") as house:
        house.venue.answers["BTC/USDT"] = resting
        lost = (await house.send(key="b")).order

    def prepare(venue: Venue) -> None:
        lists_all(venue)
        venue.working = [report(lost, OrderStatus.NEW)]
        venue.faults["fills"] = raises(ConnectionError())

    quick = replaced(reconcile_pause=0.01, reconcile_longest_pause=0.02)
    async with open_house(tmp_path / "new", settings=quick, prepare=prepare) as house:
        await house.until(lambda: house.venue.asked.count("fills") > 2)
        assert (await refused(house, "new")).code == "HELD", "one question failed"
        house.venue.faults.clear()
        await house.until(lambda: house.engine.hold.reason is None)
        # The order of the lost end was taken over before anything new was sent.
        assert house.status(lost.client_order_id) == "NEW"
        await house.send(key="new", symbol="ETH/USDT")


async def test_an_account_that_cannot_be_compared_leaves_it_to_a_person(tmp_path: Path) -> None:
    folder = await restored(tmp_path)
    async with open_house(folder) as house:
        await house.until(lambda: house.engine.reconciliation.desk("main").is_ready)
        assert house.engine.hold.reason is not None

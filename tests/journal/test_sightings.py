"""What was noticed at venues is kept, and made anew from the events it is the same."""

from decimal import Decimal
from pathlib import Path

import pytest

from fillgate.domain.events import (
    AccountCameUp,
    AccountReconciled,
    AccountWentDown,
    Event,
    ForeignFillSeen,
    ForeignOrderSeen,
    PositionAgreed,
    PositionDiffered,
    ServiceStarted,
)
from fillgate.domain.orders import Side
from fillgate.engine.recorder import Job
from fillgate.journal.base import SYSTEM, Entry, Sighting
from fillgate.journal.rebuild import rebuild
from fillgate.journal.schema import connect_writer
from fillgate.journal.sightings import sightings_of
from tests.engine.conftest import open_house
from tests.engine.venue import fill, foreign_report

D = Decimal
SECOND = 1_000_000


def differed(ours: str, theirs: str) -> PositionDiffered:
    return PositionDiffered(account="a", symbol="X", ours=D(ours), theirs=D(theirs))


def reconciled(until: int | None) -> AccountReconciled:
    return AccountReconciled(account="a", cause="start", asked=("fills",), fills_until=until)


CASES: list[tuple[Event, tuple[Sighting, ...]]] = [
    (ServiceStarted(software="1"), ()),
    (AccountCameUp(account="a"), (Sighting("a", "first-seen", "", "5000"),)),
    (AccountWentDown(account="a", reason="r"), (Sighting("a", "first-seen", "", "5000"),)),
    (reconciled(7), (Sighting("a", "fills-until", "", "7"),)),
    (reconciled(None), ()),
    (
        ForeignOrderSeen(account="a", report=foreign_report()),
        (Sighting("a", "foreign-order", "BTC/USDT v-foreign", "seen"),),
    ),
    (
        ForeignOrderSeen(account="a", report=foreign_report(), installation="zzzz"),
        (Sighting("a", "foreign-order", "BTC/USDT v-foreign", "zzzz"),),
    ),
    (
        ForeignFillSeen(account="a", symbol="X", side=Side.BUY, order_id="v", fill=fill("7")),
        (Sighting("a", "foreign-fill", "X v 7", "seen"),),
    ),
    (differed("1", "3"), (Sighting("a", "position", "X", "2"),)),
    (differed("1.50", "1"), (Sighting("a", "position", "X", "-0.5"),)),
    (
        PositionAgreed(account="a", symbol="X", quantity=D(1)),
        (Sighting("a", "position", "X", "agreed"),),
    ),
]


@pytest.mark.parametrize(("event", "sightings"), CASES)
def test_what_is_kept_of_an_event(event: Event, sightings: tuple[Sighting, ...]) -> None:
    assert sightings_of(event, 5 * SECOND) == sightings


@pytest.mark.anyio
async def test_when_an_account_was_first_seen_stays_all_else_is_replaced(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        journal = house.engine.journal
        await house.settled()
        (first,) = (await journal.sightings("main", "first-seen", ("",))).values()
        for until in (10, 20):
            house.venue.healthy = not house.venue.healthy
            up = house.venue.healthy
            await house.until(lambda up=up: house.engine.accounts.get("main").up == up)  # type: ignore[misc]
            entry = Entry(SYSTEM, house.clock.now(), reconciled(until))
            house.engine.recorder.record(_job(entry))
        await house.settled()
        assert await journal.sightings("main", "first-seen", ("",)) == {"": first}
        assert await journal.sightings("a", "fills-until", ("",)) == {"": "20"}


@pytest.mark.anyio
async def test_made_anew_they_are_the_same(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for number, (event, _) in enumerate(CASES):
            entry = Entry(SYSTEM, number, event)
            house.engine.recorder.record(_job(entry))
        await house.settled()
    connection = connect_writer(tmp_path / "journal.db", durable=False)
    query = "SELECT account, kind, subject, value FROM sightings ORDER BY 1, 2, 3"
    before = connection.execute(query).fetchall()
    assert len(before) == 6, "one of the account main, and each subject once"
    connection.execute("DELETE FROM sightings")
    rebuild(connection)
    assert connection.execute(query).fetchall() == before
    connection.close()


def _job(entry: Entry) -> Job:
    return Job(prelude=(entry,))

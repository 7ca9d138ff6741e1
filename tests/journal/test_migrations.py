"""Journals of older layouts, as the software of their time left them, brought up to date."""

from pathlib import Path

import apsw
import pytest

from fillgate.domain.life_cycle import OrderStatus
from fillgate.journal.base import (
    INBOX,
    SYSTEM,
    Committed,
    JournalUnavailable,
    KeyTaken,
    account_stream,
)
from fillgate.journal.index import OrderQuery
from fillgate.journal.reader import SqliteReader
from fillgate.journal.schema import load_migrations
from tests.journal.listening import commit, open_journal
from tests.journal.made import ACCOUNT, claim, order_row, signal_row, taken

LAYOUTS = sorted((Path(__file__).parent / "layouts").glob("*.sql"))

pytestmark = pytest.mark.anyio


def leave_behind(layout: Path, folder: Path) -> Path:
    connection = apsw.Connection(str(folder / "journal.db"))
    connection.execute(layout.read_text("utf-8"))
    connection.close()
    return folder / "journal.db"


def test_there_is_a_journal_of_each_layout_but_the_current_one() -> None:
    numbers = [step.number for step in load_migrations()][:-1]
    assert [int(layout.stem) for layout in LAYOUTS] == numbers


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda path: path.stem)
async def test_an_older_layout_is_brought_up_to_date_with_all_that_is_in_it(
    layout: Path, tmp_path: Path
) -> None:
    leave_behind(layout, tmp_path)
    async with open_journal(tmp_path) as journal:
        assert journal.identity == "ab" * 16
        assert list(journal.incarnations) == ["ab" * 16]
        assert (journal.last_signal, journal.hold) == (3, None)
        ends = {head.stream: head.sequence for head in (await journal.heads()).values()}
        assert ends == {SYSTEM: 1, INBOX: 3, account_stream(ACCOUNT): 6}
        assert await journal.verify() is None
        assert [record.position for record in await journal.events()] == list(range(1, 11))
        assert await journal.body(2) == b"body 2"
        assert await journal.find_signal(1) == signal_row(1)
        rows = (await journal.orders(OrderQuery())).rows
        assert list(rows) == [order_row(2, OrderStatus.UNKNOWN), order_row(1, OrderStatus.FILLED)]
        # The first layout had no ids of venues: they are read from the events.
        assert await journal.find_by_order_id(ACCOUNT, "BTC/USDT", "venue-1") == rows[1]
        assert await commit(journal, taken(4, claim=claim(1))) == KeyTaken(1, b"reading 1")
        assert await commit(journal, taken(4)) == Committed(13)
        assert await journal.verify() is None


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda path: path.stem)
async def test_an_older_layout_is_not_read_before(layout: Path, tmp_path: Path) -> None:
    path = leave_behind(layout, tmp_path)
    with pytest.raises(JournalUnavailable, match="start the service once"):
        await SqliteReader.open(path)

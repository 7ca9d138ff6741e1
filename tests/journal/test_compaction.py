"""What moved to an archive is answered as before; nothing is lost if it breaks off."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import apsw
import pytest

from fillgate.journal import compaction
from fillgate.journal.backup import back_up, restore
from fillgate.journal.base import (
    Committed,
    JournalLocked,
    JournalUnavailable,
    KeyTaken,
    Recorded,
)
from fillgate.journal.compaction import compact
from fillgate.journal.index import OrderQuery, SignalQuery
from fillgate.journal.reader import Reading, SqliteReader
from fillgate.journal.schema import connect_writer
from tests.journal.listening import commit, open_journal
from tests.journal.made import AT, claim, order_id, taken, unanswered

pytestmark = pytest.mark.anyio

COUNT = 60
_T = TypeVar("_T")


def names(folder: Path, pattern: str) -> set[str]:
    return {file.name for file in folder.glob(pattern)}


async def lived(folder: Path) -> Path:
    """Leave a journal of signals at AT + their number, whose orders end much later."""
    async with open_journal(folder) as journal:
        for number in range(1, COUNT + 1):
            await commit(journal, taken(number))
            if number > 20:
                await commit(journal, unanswered(number - 20))
    return folder / "journal.db"


async def told(journal: Reading) -> dict[str, Any]:
    """Return all that a journal answers."""
    pages: list[Recorded] = []
    after = 0
    while page := await journal.events(after=after, limit=7):
        pages += page
        after = page[-1].position
    return {
        "events": pages,
        "stories": [await journal.story(number) for number in range(COUNT + 2)],
        "bodies": [await journal.body(number) for number in range(COUNT + 2)],
        "heads": await journal.heads(),
        "orders": await journal.orders(OrderQuery(limit=1000)),
        "signals": await journal.signals(SignalQuery(limit=1000)),
        "positions": await journal.positions(),
        "claims": [await journal.find_claim("tv", f"key {number}") for number in range(COUNT)],
        "last": await journal.last_event(),
        "verify": await journal.verify(),
        "last signal": journal.last_signal,
    }


async def read(path: Path, ask: Callable[[SqliteReader], Awaitable[_T]]) -> _T:
    reader = await SqliteReader.open(path)
    try:
        return await ask(reader)
    finally:
        await reader.close()


async def test_everything_is_answered_as_before(tmp_path: Path) -> None:
    path = await lived(tmp_path)
    before = await read(path, told)
    assert before["verify"] is None
    moved = 0
    for number, step in enumerate((10, 10, 35, 1000), 1):
        done = compact(path, before=AT + step)
        moved += done.events
        assert done.archive == (None if step == 10 and number == 2 else done.archive)
        assert await read(path, told) == before
    # The last event of all stays.
    assert moved == len(before["events"]) - 1
    assert names(tmp_path, "*.archive-*") == {
        f"journal.db.archive-{number:04}" for number in (1, 2, 3)
    }
    async with open_journal(tmp_path) as journal:
        assert await told(journal) == before
        assert await commit(journal, taken(99, claim=claim(1))) == KeyTaken(1, b"reading 1")
        assert isinstance(await commit(journal, taken(COUNT + 1)), Committed)
        assert await journal.verify() is None


async def test_the_journal_s_own_file_gets_smaller(tmp_path: Path) -> None:
    path = await lived(tmp_path)
    done = compact(path, before=AT + 1000)
    assert done.size_after < done.size_before
    assert path.stat().st_size == done.size_after
    assert done.archive is not None
    assert done.archive.stat().st_mode & 0o777 == 0o600


async def test_nothing_old_enough_moves_nothing(tmp_path: Path) -> None:
    path = await lived(tmp_path)
    before = path.read_bytes()
    done = compact(path, before=AT)
    assert (done.events, done.archive) == (0, None)
    assert len(path.read_bytes()) == len(before)
    assert not names(tmp_path, "*.archive-*")


async def test_a_missing_archive_is_told_by_its_name(tmp_path: Path) -> None:
    path = await lived(tmp_path)
    compact(path, before=AT + 30)
    (tmp_path / "journal.db.archive-0001").unlink()
    for ask in (lambda journal: journal.story(1), lambda journal: journal.events()):
        with pytest.raises(
            JournalUnavailable, match=r"archive journal\.db\.archive-0001 is missing"
        ):
            await read(path, ask)
    # What is not in it is answered all the same.
    async with open_journal(tmp_path) as journal:
        assert await journal.find_order(order_id(1)) is not None
        assert await journal.story(COUNT)
        assert isinstance(await commit(journal, taken(COUNT + 1)), Committed)


async def test_a_changed_archive_is_found(tmp_path: Path) -> None:
    path = await lived(tmp_path)
    compact(path, before=AT + 30)
    connection = apsw.Connection(str(tmp_path / "journal.db.archive-0001"))
    connection.execute("UPDATE events SET at = at + 1 WHERE position = 5")
    connection.close()
    problem = await read(path, lambda journal: journal.verify())
    assert problem is not None
    assert problem.position == 5


@pytest.mark.parametrize("where", ["_write", "_follow_chains", "_drop"])
async def test_a_compaction_that_broke_off_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    path = await lived(tmp_path)
    before = await read(path, told)

    def fail(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(compaction._Run, where, fail)
        with pytest.raises(JournalUnavailable, match="disk full"):
            compact(path, before=AT + 30)
    assert not names(tmp_path, "*.partial*")
    assert await read(path, told) == before
    assert compact(path, before=AT + 40).events
    assert await read(path, told) == before


async def test_a_broken_chain_is_not_moved(tmp_path: Path) -> None:
    path = await lived(tmp_path)
    connection = connect_writer(path, durable=False)
    connection.execute("UPDATE events SET at = at + 1 WHERE position = 5")
    connection.close()
    with pytest.raises(
        JournalUnavailable, match="event 5: its hash does not fit; nothing was moved"
    ):
        compact(path, before=AT + 30)
    assert not names(tmp_path, "*.archive-*")


async def test_a_journal_that_a_process_writes_is_not_compacted(tmp_path: Path) -> None:
    path = await lived(tmp_path)
    async with open_journal(tmp_path):
        with pytest.raises(JournalLocked):
            compact(path, before=AT + 30)
    with pytest.raises(JournalUnavailable, match="no such journal"):
        compact(tmp_path / "nothing", before=AT)


async def test_rows_are_made_anew_from_archives_too(tmp_path: Path) -> None:
    path = await lived(tmp_path)
    compact(path, before=AT + 30)
    before = await read(path, told)
    connection = connect_writer(path, durable=False)
    connection.execute("UPDATE meta SET value = 0 WHERE name = 'fold'; DELETE FROM orders")
    connection.close()
    async with open_journal(tmp_path) as journal:
        assert (await journal.orders(OrderQuery(limit=1000))).rows == before["orders"].rows


async def test_archives_go_with_backups_and_come_back(tmp_path: Path) -> None:
    path = await lived(tmp_path)
    compact(path, before=AT + 20)
    compact(path, before=AT + 30)
    before = await read(path, told)
    (tmp_path / "safe").mkdir()
    copy = tmp_path / "safe" / "copy"
    back_up(path, copy)
    assert await read(copy, told) == before
    compact(path, before=AT + 45)
    restore(copy, path, at=AT + 1000, replace=True)
    assert names(tmp_path, "*.archive-*") == {
        *(f"journal.db.archive-{number:04}" for number in (1, 2)),
        *(f"journal.db.replaced.archive-{number:04}" for number in (1, 2, 3)),
    }
    again = await read(path, told)
    assert again["events"][:-1] == before["events"]
    assert again["bodies"] == before["bodies"]
    replaced = await read(tmp_path / "journal.db.replaced", told)
    assert replaced["events"] == before["events"]


async def test_a_backup_without_an_archive_is_none(tmp_path: Path) -> None:
    path = await lived(tmp_path)
    compact(path, before=AT + 20)
    (tmp_path / "journal.db.archive-0001").unlink()
    with pytest.raises(JournalUnavailable, match=r"archive journal\.db\.archive-0001 is missing"):
        back_up(path, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()

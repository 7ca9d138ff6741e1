"""Backups are whole, and what goes on from one is held and has another name."""

import asyncio
import os
from pathlib import Path

import pytest

from fillgate.domain.events import JournalRestored
from fillgate.journal import backup as module
from fillgate.journal.backup import back_up, restore
from fillgate.journal.base import (
    SYSTEM,
    Committed,
    JournalLocked,
    JournalUnavailable,
    KeyTaken,
)
from fillgate.journal.reader import SqliteReader
from tests.journal.listening import append, commit, open_journal
from tests.journal.made import AT, claim, taken

pytestmark = pytest.mark.anyio


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


async def test_a_backup_is_made_while_the_journal_is_written(tmp_path: Path) -> None:
    async with open_journal(tmp_path, checkpoint_pages=30) as journal:
        for number in range(1, 400):
            append(journal, taken(number))
        await commit(journal, taken(400))
        copying = asyncio.create_task(
            asyncio.to_thread(back_up, tmp_path / "journal.db", tmp_path / "copy")
        )
        number = 401
        while not copying.done() or number < 410:
            assert isinstance(await commit(journal, taken(number)), Committed)
            number += 1
        await copying
    reader = await SqliteReader.open(tmp_path / "copy")
    assert await reader.verify() is None
    events = await reader.events(limit=100_000)
    await reader.close()
    # All of a commit or nothing of it.
    assert 3 * 400 <= len(events) <= 3 * (number - 1)
    assert not len(events) % 3
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    assert not {name for name in names(tmp_path) if name.startswith("copy.")}


async def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    async with open_journal(tmp_path):
        pass
    (tmp_path / "copy").write_text("precious")
    with pytest.raises(JournalUnavailable, match="copy is there already"):
        back_up(tmp_path / "journal.db", tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "precious"


async def test_what_cannot_be_copied_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear journal, " * 100)
    for source in (tmp_path / "letter", tmp_path / "nothing"):
        with pytest.raises(JournalUnavailable):
            back_up(source, tmp_path / "copy")
        with pytest.raises(JournalUnavailable):
            restore(source, tmp_path / "journal.db", at=AT)
    assert names(tmp_path) == {"letter", "journal.db.lock"}


async def backed_up(folder: Path) -> Path:
    """Leave a journal of three signals, and a backup that lacks the last."""
    async with open_journal(folder) as journal:
        await commit(journal, taken(1))
        await commit(journal, taken(2))
        back_up(folder / "journal.db", folder / "copy")
        await commit(journal, taken(3))
    return folder / "copy"


async def test_a_restored_journal_is_held_under_a_new_incarnation(tmp_path: Path) -> None:
    copy = await backed_up(tmp_path)
    elsewhere = tmp_path / "new" / "journal.db"
    incarnation = restore(copy, elsewhere, at=AT + 99)
    async with open_journal(tmp_path / "new") as journal:
        assert journal.hold is not None
        assert list(journal.incarnations) == [journal.identity, incarnation]
        assert len(bytes.fromhex(incarnation)) == 16
        assert journal.last_signal == 2
        event = JournalRestored(incarnation=incarnation, reason=journal.hold)
        last = (await journal.events())[-1]
        assert (last.stream, last.at, last.event) == (SYSTEM, AT + 99, event)
        assert await commit(journal, taken(9, claim=claim(2))) == KeyTaken(2, b"reading 2")
        # The key of the lost tail is gone: that is why it is held.
        assert isinstance(await commit(journal, taken(3)), Committed)
        assert await journal.verify() is None
    assert names(tmp_path / "new") == {f"journal.db{end}" for end in ("", ".lock", "-wal", "-shm")}


async def test_a_journal_that_is_there_is_put_aside_only_when_told(tmp_path: Path) -> None:
    copy = await backed_up(tmp_path)
    before = (tmp_path / "journal.db").read_bytes()
    with pytest.raises(JournalUnavailable, match="there is a journal already"):
        restore(copy, tmp_path / "journal.db", at=AT)
    assert (tmp_path / "journal.db").read_bytes() == before
    restore(copy, tmp_path / "journal.db", at=AT, replace=True)
    assert (tmp_path / "journal.db.replaced").read_bytes() == before
    async with open_journal(tmp_path) as journal:
        assert journal.last_signal == 2
    with pytest.raises(JournalUnavailable, match=r"journal\.db\.replaced is there already"):
        restore(copy, tmp_path / "journal.db", at=AT, replace=True)


async def test_a_journal_that_a_process_writes_is_not_restored(tmp_path: Path) -> None:
    copy = await backed_up(tmp_path)
    async with open_journal(tmp_path):
        with pytest.raises(JournalLocked):
            restore(copy, tmp_path / "journal.db", at=AT, replace=True)
    async with open_journal(tmp_path) as journal:
        assert journal.last_signal == 3


@pytest.mark.parametrize("moves", range(5))
async def test_a_restoring_that_broke_off_is_noticed_and_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    """Break off after so many files were moved: a start is refused, or finds the old journal."""
    copy = await backed_up(tmp_path)
    done = 0
    plain = os.replace

    def replace(self: Path, target: str | Path) -> Path:
        nonlocal done
        if done == moves:
            raise KeyboardInterrupt
        done += 1
        plain(self, target)
        return Path(target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        try:
            restore(copy, tmp_path / "journal.db", at=AT, replace=True)
        except KeyboardInterrupt:
            assert done < 5
    if (tmp_path / "journal.db.restoring").exists():
        with pytest.raises(JournalUnavailable, match="its restoring was broken off"):
            async with open_journal(tmp_path):
                pass
        restore(copy, tmp_path / "journal.db", at=AT, replace=True)
    async with open_journal(tmp_path) as journal:
        assert (journal.last_signal, journal.hold is None) in {(3, True), (2, False)}
        assert await journal.verify() is None


async def test_progress_is_told_in_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_STEP_PAGES", 5)
    told: list[int] = []
    async with open_journal(tmp_path) as journal:
        await commit(journal, taken(1))
    back_up(tmp_path / "journal.db", tmp_path / "copy", on_progress=told.append)
    assert told == sorted(set(told))
    assert told[-1] == (tmp_path / "copy").stat().st_size

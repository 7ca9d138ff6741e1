"""The writer without a thread keeps what the other one keeps, and says so when it cannot."""

import threading
from pathlib import Path

import pytest

from fillgate.journal.base import Committed, Lost, Undecided
from fillgate.journal.inline_writer import InlineWriter
from fillgate.journal.reader import SqliteReader
from tests.journal.faulty_disk import FaultyDisk, broken_disk
from tests.journal.listening import append, commit, open_journal
from tests.journal.made import Notes, order_id, taken

pytestmark = pytest.mark.anyio


async def test_it_writes_the_same_records_as_the_thread(tmp_path: Path) -> None:
    written = []
    for threaded in (True, False):
        folder = tmp_path / str(threaded)
        folder.mkdir()
        async with open_journal(folder, threaded=threaded, identity="0" * 32) as journal:
            for number in range(1, 6):
                assert isinstance(await commit(journal, taken(number)), Committed)
            written.append(await journal.records())
    assert written[0] == written[1]


async def test_it_starts_no_thread_and_commits_in_the_loop(tmp_path: Path) -> None:
    async with open_journal(tmp_path, threaded=False) as journal:
        assert isinstance(journal._writer, InlineWriter)
        assert isinstance(await commit(journal, taken(1)), Committed)
        assert "fillgate journal" not in {thread.name for thread in threading.enumerate()}


async def test_what_was_handed_over_is_committed_before_it_ends(tmp_path: Path) -> None:
    async with open_journal(tmp_path, threaded=False) as journal:
        heard = [append(journal, taken(number)) for number in range(1, 21)]
    assert {type(await each.last()) for each in heard} == {Committed}
    reader = await SqliteReader.open(tmp_path / "journal.db")
    assert await reader.find_order(order_id(20)) is not None
    await reader.close()


async def test_a_fault_leaves_the_batch_in_doubt_and_ends_the_journal(tmp_path: Path) -> None:
    notes = Notes()
    with FaultyDisk() as disk:
        async with open_journal(
            tmp_path, threaded=False, vfs=disk.name, durable=True, logger=notes
        ) as journal:
            assert isinstance(await commit(journal, taken(1)), Committed)
            disk.before_flush = broken_disk
            heard = append(journal, taken(2))
            assert isinstance(await heard.first(), Undecided)
            assert journal.fault is not None
            assert isinstance(await commit(journal, taken(3)), Lost)
    assert heard.outcomes[1:] == []
    assert len(notes.about("journal-closed-in-doubt")) == 1

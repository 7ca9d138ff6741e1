"""What the journal counts is what the disk saw."""

from pathlib import Path

import pytest

from fillgate.journal.base import Committed
from fillgate.journal.sqlite import SqliteJournal
from tests.journal.faulty_disk import FaultyDisk, full_disk
from tests.journal.listening import append, commit, open_journal, wait_for
from tests.journal.made import taken

pytestmark = pytest.mark.anyio


def commits(journal: SqliteJournal) -> int:
    return sum(journal.meters.flush.counts)


async def test_every_commit_is_a_flush_of_the_log(tmp_path: Path) -> None:
    with FaultyDisk() as disk:
        async with open_journal(tmp_path, vfs=disk.name, durable=True) as journal:
            await commit(journal, taken(1))
            flushes, before = disk.flushes, commits(journal)
            for number in range(2, 12):
                await commit(journal, taken(number))
            heard = [append(journal, taken(number)) for number in range(12, 22)]
            assert {type(await each.last()) for each in heard} == {Committed}
            # What was heard of has been counted.
            assert commits(journal) - before == disk.flushes - flushes == 11


async def test_batches_are_counted_by_their_writes_and_events(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        await commit(journal, taken(1))
        heard = [append(journal, taken(number)) for number in range(2, 12)]
        assert {type(await each.last()) for each in heard} == {Committed}
        batch = journal.meters.batch
        assert (sum(batch.counts), batch.total) == (2, 11)
        assert batch.counts[batch.bounds.index(1)] == 1
        assert batch.counts[batch.bounds.index(16)] == 1
        assert journal.meters.events == 33


async def test_a_commit_without_a_write_is_none(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        await commit(journal, taken(1))
        await commit(journal, taken(2, claim=taken(1).claim))
        assert (commits(journal), journal.meters.events) == (1, 3)


async def test_a_commit_that_fails_is_counted_as_such(tmp_path: Path) -> None:
    with FaultyDisk() as disk:
        async with open_journal(tmp_path, vfs=disk.name, durable=True) as journal:
            await commit(journal, taken(1))
            disk.on_write = full_disk
            heard = append(journal, taken(2))
            await heard.first()
            assert journal.meters.failed == 1
            disk.heal()
            await wait_for(lambda: journal.fault is None)
            assert commits(journal) == 1


async def test_checkpoints_are_counted_apart(tmp_path: Path) -> None:
    with FaultyDisk() as disk:
        options = {"vfs": disk.name, "durable": True, "checkpoint_pages": 20}
        async with open_journal(tmp_path, **options) as journal:
            before = disk.database_flushes
            for number in range(1, 60):
                await commit(journal, taken(number))
            checkpoint = journal.meters.checkpoint
            await wait_for(lambda: sum(checkpoint.counts) == disk.database_flushes - before)
            assert sum(checkpoint.counts) > 1
            assert commits(journal) == 59


async def test_sizes_are_those_of_the_files(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        await commit(journal, taken(1))
        sizes = journal.sizes()
        assert sizes["database"] == (tmp_path / "journal.db").stat().st_size
        assert sizes["log"] == (tmp_path / "journal.db-wal").stat().st_size > 0
    (tmp_path / "journal.db").unlink()
    assert journal.sizes() == {"database": 0, "log": 0}

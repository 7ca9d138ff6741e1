"""Many who wait share a flush."""

import asyncio
import time
from pathlib import Path

import pytest

from fillgate.journal.base import Committed
from fillgate.journal.sqlite import SqliteJournal
from tests.journal.faulty_disk import FaultyDisk
from tests.journal.listening import append, commit, open_journal
from tests.journal.made import taken

pytestmark = pytest.mark.anyio


async def test_one_write_costs_one_flush(tmp_path: Path) -> None:
    with FaultyDisk() as disk:
        async with open_journal(tmp_path, vfs=disk.name, durable=True) as journal:
            await commit(journal, taken(1))
            before = disk.flushes
            for number in range(2, 12):
                await commit(journal, taken(number))
            assert disk.flushes == before + 10


async def test_who_asks_at_once_shares_a_flush(tmp_path: Path) -> None:
    with FaultyDisk() as disk:
        async with open_journal(tmp_path, vfs=disk.name, durable=True) as journal:
            await commit(journal, taken(1))
            before = disk.flushes
            heard = [append(journal, taken(number)) for number in range(2, 102)]
            assert {type(await each.last()) for each in heard} == {Committed}
            assert disk.flushes == before + 1


async def test_callers_who_wait_for_each_of_their_writes_share_flushes(tmp_path: Path) -> None:
    with FaultyDisk() as disk:
        async with open_journal(tmp_path, vfs=disk.name, durable=True) as journal:
            before = disk.flushes
            writes = await many_callers(journal, callers=32, each=20)
            assert writes == 640
            assert disk.flushes - before <= writes / 8
            assert not disk.temporary_files


async def many_callers(journal: SqliteJournal, *, callers: int, each: int, first: int = 1) -> int:
    async def caller(first: int) -> None:
        for number in range(first, first + each):
            assert isinstance(await commit(journal, taken(number)), Committed)

    starts = range(first, first + callers * each, each)
    await asyncio.gather(*(caller(first) for first in starts))
    return callers * each


async def test_nothing_is_written_for_keys_that_are_taken(tmp_path: Path) -> None:
    with FaultyDisk() as disk:
        async with open_journal(tmp_path, vfs=disk.name, durable=True) as journal:
            await commit(journal, taken(1))
            before = disk.flushes
            for _ in range(5):
                await commit(journal, taken(2, claim=taken(1).claim))
            assert disk.flushes == before


async def test_sharing_flushes_gains_tenfold_on_a_slow_disk(tmp_path: Path) -> None:
    with FaultyDisk() as disk:
        disk.before_flush = lambda: time.sleep(0.01)
        async with open_journal(tmp_path, vfs=disk.name, durable=True) as journal:
            start = time.perf_counter()
            await many_callers(journal, callers=1, each=25)
            alone = 25 / (time.perf_counter() - start)
            start = time.perf_counter()
            writes = await many_callers(journal, callers=32, each=10, first=1000)
            together = writes / (time.perf_counter() - start)
        assert together >= 10 * alone

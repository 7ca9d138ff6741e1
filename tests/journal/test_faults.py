"""What happens when the disk fails: doubt, the truth, and service again."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import apsw
import msgspec
import pytest

from fillgate.journal.base import (
    CommitOutcome,
    Committed,
    JournalUnavailable,
    Lost,
    Undecided,
    Write,
)
from fillgate.journal.reader import SqliteReader
from fillgate.journal.sqlite import SqliteJournal
from tests.journal.faulty_disk import FaultyDisk, broken_disk, full_disk
from tests.journal.listening import Heard, append, commit, open_journal, wait_for
from tests.journal.made import Notes, claim, taken

pytestmark = pytest.mark.anyio


@pytest.fixture
def disk() -> Iterator[FaultyDisk]:
    with FaultyDisk() as disk:
        yield disk


def forget_readers(journal: SqliteJournal) -> None:
    """Close the connections that reading left open, so that the writer's is the only one."""
    while not journal._connections.empty():
        journal._connections.get().close()


FAULTS = {
    "the disk is full": {"on_write": full_disk},
    "writing fails": {"on_write": broken_disk},
    "the flush fails": {"before_flush": broken_disk},
    "the flush fails after the data reached the disk": {"after_flush": broken_disk},
}


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_failed_commit_is_in_doubt_and_then_ends_as_is_true(
    tmp_path: Path, disk: FaultyDisk, fault: str, alone: bool
) -> None:
    async with open_journal(tmp_path, vfs=disk.name, durable=True) as journal:
        assert await commit(journal, taken(1)) == Committed(3)
        if alone:
            forget_readers(journal)
        vars(disk).update(FAULTS[fault])
        doubted = [append(journal, taken(number)) for number in (2, 3)]
        reasons = {await heard.first() for heard in doubted}
        assert {type(reason) for reason in reasons} == {Undecided}
        assert journal.fault is not None
        meanwhile = append(journal, taken(4))
        assert isinstance(await meanwhile.last(), Lost)
        disk.heal()
        outcomes = [await heard.last() for heard in doubted]
        await wait_for(lambda: journal.fault is None)
        there = [bool(await journal.story(number)) for number in (2, 3)]
        assert [isinstance(outcome, Committed) for outcome in outcomes] == there
        assert [len(heard.outcomes) for heard in doubted] == [2, 2]
        if alone and fault == "the flush fails after the data reached the disk":
            assert outcomes == [Committed(6), Committed(9)]
        if fault in {"the disk is full", "writing fails"}:
            assert not any(there)
        assert not await journal.story(4)
        assert isinstance(await commit(journal, taken(5)), Committed)
        assert await journal.verify() is None
    async with await_reader(tmp_path) as reader:
        assert [bool(await reader.story(number)) for number in (2, 3)] == there
        assert await reader.verify() is None


class await_reader:  # noqa: N801 - used as a function
    def __init__(self, folder: Path) -> None:
        self._path = folder / "journal.db"

    async def __aenter__(self) -> SqliteReader:
        self._reader = await SqliteReader.open(self._path)
        return self._reader

    async def __aexit__(self, *_: object) -> None:
        await self._reader.close()


async def test_a_fault_is_seen_before_anything_is_told(tmp_path: Path, disk: FaultyDisk) -> None:
    async with open_journal(tmp_path, vfs=disk.name, durable=True) as journal:
        disk.on_write = broken_disk
        faults: list[str | None] = []
        journal.append(taken(1), lambda outcome: faults.append(journal.fault))
        await wait_for(lambda: bool(faults))
        assert faults == ["IOError: input/output error"]
        disk.heal()
        await wait_for(lambda: len(faults) == 2)
        # The verdict is told first; only then are writes taken again.
        assert faults[1] is not None
        await wait_for(lambda: journal.fault is None)


async def test_what_waits_behind_a_failed_commit_is_lost(tmp_path: Path, disk: FaultyDisk) -> None:
    async with open_journal(tmp_path, vfs=disk.name, durable=True) as journal:
        disk.on_write = broken_disk
        first = append(journal, taken(1))
        behind: list[Heard] = []

        async def keep_appending() -> None:
            number = 2
            while journal.fault is None:
                behind.append(append(journal, taken(number)))
                number += 1
                await asyncio.sleep(0)

        await keep_appending()
        assert isinstance(await first.first(), Undecided)
        disk.heal()
        assert isinstance(await first.last(), Lost)
        outcomes = [await heard.last() for heard in behind]
        assert {type(outcome) for outcome in outcomes} <= {Lost}
        assert not await journal.events()
        # None of them left a claim.
        assert await commit(journal, taken(2)) == Committed(3)


async def test_keys_of_lost_writes_are_free_again(tmp_path: Path, disk: FaultyDisk) -> None:
    async with open_journal(tmp_path, vfs=disk.name, durable=True) as journal:
        disk.before_flush = broken_disk
        holder = append(journal, taken(1))
        repeat = append(journal, taken(2, claim=claim(2, key="key 1")))
        await repeat.first()
        disk.heal()
        outcomes = [await holder.last(), await repeat.last()]
        assert [type(outcome) for outcome in outcomes] == [Lost, Lost]
        assert await commit(journal, taken(2, claim=claim(2, key="key 1"))) == Committed(3)


async def test_the_journal_comes_back_by_itself_however_often_the_disk_fails(
    tmp_path: Path, disk: FaultyDisk
) -> None:
    kept: list[int] = []
    async with open_journal(tmp_path, vfs=disk.name, durable=True) as journal:
        for number in range(1, 25):
            vars(disk).update(list(FAULTS.values())[number % len(FAULTS)])
            heard = append(journal, taken(number))
            await heard.first()
            disk.heal()
            if isinstance(await heard.last(), Committed):
                kept.append(number)
            await wait_for(lambda: journal.fault is None)
            if number % 3 == 0:
                assert isinstance(await commit(journal, taken(100 + number)), Committed)
                kept.append(100 + number)
        seen = {record.signal for record in await journal.events()}
        assert seen == set(kept)
        assert await journal.verify() is None


async def test_it_stays_shut_while_the_disk_is_broken(tmp_path: Path, disk: FaultyDisk) -> None:
    notes = Notes()
    async with open_journal(tmp_path, vfs=disk.name, durable=True, logger=notes) as journal:
        disk.on_write = disk.on_open = broken_disk
        doubted = append(journal, taken(1))
        await wait_for(lambda: len(notes.about("journal-not-reopened")) > 5)
        assert journal.fault is not None
        assert len(doubted.outcomes) == 1
        assert isinstance(await commit(journal, taken(2)), Lost)
        disk.heal()
        assert isinstance(await doubted.last(), Lost)


async def test_closing_during_a_fault_ends_without_a_verdict_it_cannot_know(
    tmp_path: Path, disk: FaultyDisk
) -> None:
    notes = Notes()
    options = {"vfs": disk.name, "durable": True, "logger": notes, "retry_pauses": (3600.0,)}
    async with open_journal(tmp_path, **options) as journal:
        disk.before_flush = disk.on_write = broken_disk
        doubted = append(journal, taken(1))
        await doubted.first()
        await journal.close()
        assert [type(outcome) for outcome in doubted.outcomes] == [Undecided]
        assert notes.about("journal-closed-in-doubt")
        disk.heal()
    async with open_journal(tmp_path) as journal:
        assert isinstance(await commit(journal, taken(2)), Committed)


@pytest.mark.parametrize("heals", [True, False])
async def test_closing_while_the_last_commit_fails_ends(
    tmp_path: Path, disk: FaultyDisk, heals: bool
) -> None:
    options = {"vfs": disk.name, "durable": True, "retry_pauses": (3600.0,)}
    async with open_journal(tmp_path, **options) as journal:
        left = [1] if heals else [10**6]

        def fail_at_first() -> None:
            if left[0]:
                left[0] -= 1
                broken_disk()

        disk.on_write = fail_at_first
        heard = append(journal, taken(1))
        await journal.close()
        expected = [Undecided, Lost] if heals else [Undecided]
        assert [type(outcome) for outcome in heard.outcomes] == expected
        disk.heal()


async def test_a_checkpoint_that_fails_costs_no_write(tmp_path: Path, disk: FaultyDisk) -> None:
    notes = Notes()
    options = {"vfs": disk.name, "durable": True, "logger": notes, "checkpoint_pages": 20}
    async with open_journal(tmp_path, **options) as journal:
        disk.on_database_write = full_disk
        for number in range(1, 30):
            assert isinstance(await commit(journal, taken(number)), Committed)
        assert notes.about("journal-checkpoint-failed")
        assert journal.fault is None
        disk.heal()
        assert await journal.verify() is None


@pytest.mark.parametrize("name", ["journal.db", "journal.db-wal"])
async def test_a_file_that_was_moved_away_takes_nothing(tmp_path: Path, name: str) -> None:
    async with open_journal(tmp_path) as journal:
        await commit(journal, taken(1))
        forget_readers(journal)
        (tmp_path / name).rename(tmp_path / "elsewhere")
        doubted = append(journal, taken(2))
        assert isinstance(await doubted.first(), Undecided)
        (tmp_path / "elsewhere").rename(tmp_path / name)
        assert isinstance(await doubted.last(), Lost)
        await wait_for(lambda: journal.fault is None)
        assert await commit(journal, taken(3)) == Committed(6)


async def test_another_journal_in_its_place_is_not_written(tmp_path: Path) -> None:
    notes = Notes()
    async with open_journal(tmp_path / "other") as other:
        await commit(other, taken(1))
    async with open_journal(tmp_path, logger=notes) as journal:
        own = tmp_path / "journal.db"
        own.rename(tmp_path / "own")
        (tmp_path / "other" / "journal.db").rename(own)
        append(journal, taken(2))
        await wait_for(lambda: len(notes.about("journal-not-reopened")) > 2)
        errors = {fields["error"] for fields in notes.about("journal-not-reopened")}
        assert errors == {f"IOError: {own} was moved or replaced"}
        own.rename(tmp_path / "other" / "journal.db")
        (tmp_path / "own").rename(own)
        await wait_for(lambda: journal.fault is None)
    for folder in (tmp_path, tmp_path / "other"):
        async with open_journal(folder) as journal:
            assert await journal.verify() is None
            assert len(await journal.events()) == (3 if folder.name == "other" else 0)


async def test_a_batch_that_fails_before_its_commit_is_lost(
    tmp_path: Path, disk: FaultyDisk
) -> None:
    async with open_journal(tmp_path, vfs=disk.name, durable=True) as journal:
        await commit(journal, taken(1))
        disk.on_write = full_disk
        # More than the page cache holds, so that pages are written early.
        large = append(journal, taken(2, body=bytes(20 * 2**20)))
        await large.first()
        disk.heal()
        assert isinstance(await large.last(), Lost)
        assert not await journal.story(2)
        await wait_for(lambda: journal.fault is None)
        assert await commit(journal, taken(2)) == Committed(6)


async def test_overlapping_readers_do_not_bring_a_checkpoint_with_every_write(
    tmp_path: Path, disk: FaultyDisk
) -> None:
    options = {"vfs": disk.name, "durable": True, "checkpoint_pages": 100}
    async with open_journal(tmp_path, **options) as journal:
        await commit(journal, taken(1))
        with journal._connection() as one, journal._connection() as two:
            before = disk.database_flushes
            for number in range(2, 42):
                # Before one ends the other has begun: the WAL never starts anew.
                one.execute("BEGIN; SELECT count(*) FROM events").fetchall()
                if two.in_transaction:
                    two.execute("COMMIT")
                one, two = two, one  # noqa: PLW2901 - both are closed by what opened them
                await commit(journal, taken(number))
            assert disk.database_flushes - before <= 10
            two.execute("COMMIT")
        for number in range(42, 60):
            await commit(journal, taken(number))
        assert (tmp_path / "journal.db-wal").stat().st_size < 900 * 4096


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_failed_batch_with_a_write_that_breaks_a_rule_is_decided_too(
    tmp_path: Path, disk: FaultyDisk, fault: str
) -> None:
    async with open_journal(tmp_path, vfs=disk.name, durable=True) as journal:
        await commit(journal, taken(1))
        forget_readers(journal)
        vars(disk).update(FAULTS[fault])
        good = append(journal, taken(2))
        plain = append(journal, taken(3))
        clash = append(journal, msgspec.structs.replace(taken(5), signal=1))
        await good.first()
        disk.heal()
        outcomes = [await heard.last() for heard in (good, plain, clash)]
        await wait_for(lambda: journal.fault is None)
        there = [bool(await journal.story(number)) for number in (2, 3)]
        assert [isinstance(outcome, Committed) for outcome in outcomes] == [*there, False]
        assert len(await journal.story(1)) == 3


async def test_a_failed_batch_without_events_is_decided_too(
    tmp_path: Path, disk: FaultyDisk
) -> None:
    async with open_journal(tmp_path, vfs=disk.name, durable=True) as journal:
        rows = taken(1).signal_row, taken(2).signal_row
        forget_readers(journal)
        disk.after_flush = broken_disk
        heard = append(journal, Write(entries=(), signal_row=rows[0]))
        await heard.first()
        disk.heal()
        assert await heard.last() == Committed(0)
        await wait_for(lambda: journal.fault is None)
        disk.on_write = full_disk
        heard = append(journal, Write(entries=(), signal_row=rows[1]))
        await heard.first()
        disk.heal()
        assert isinstance(await heard.last(), Lost)
        assert await journal.find_signal(1) == rows[0]
        assert await journal.find_signal(2) is None


async def test_reading_fails_as_unavailable_and_works_again(
    tmp_path: Path, disk: FaultyDisk
) -> None:
    async with open_journal(tmp_path, vfs=disk.name) as journal:
        await commit(journal, taken(1))
        forget_readers(journal)
        disk.on_open = broken_disk
        with pytest.raises(JournalUnavailable, match="cannot be read"):
            await journal.story(1)
        disk.heal()
        assert len(await journal.story(1)) == 3


@pytest.mark.parametrize("fault", [None, *FAULTS])
async def test_a_power_cut_takes_nothing_that_was_committed(
    tmp_path: Path, disk: FaultyDisk, fault: str | None
) -> None:
    options = {"vfs": disk.name, "durable": True, "checkpoint_pages": 60}
    async with open_journal(tmp_path / "live", **options) as journal:
        for number in range(1, 60):
            if fault is not None and not number % 7:
                if number % 2:
                    forget_readers(journal)
                vars(disk).update(FAULTS[fault])
            heard = append(journal, taken(number))
            await heard.first()
            disk.heal()
            outcome = await heard.last()
            # Cut before anything else is written that might heal it.
            disk.survivors(tmp_path / f"cut {number}")
            await check_survivors(tmp_path / f"cut {number}", number, outcome)
            await wait_for(lambda: journal.fault is None)


async def check_survivors(folder: Path, number: int, outcome: CommitOutcome) -> None:
    async with open_journal(folder) as journal:
        assert await journal.verify() is None
        assert bool(await journal.story(number)) is isinstance(outcome, Committed)


def test_the_faulty_disk_counts_flushes(tmp_path: Path, disk: FaultyDisk) -> None:
    connection = apsw.Connection(str(tmp_path / "a.db"), vfs=disk.name)
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "full")
    connection.execute("CREATE TABLE a (b)")
    before = disk.flushes
    for _ in range(5):
        connection.execute("INSERT INTO a VALUES (1)")
    assert disk.flushes == before + 5
    connection.close()

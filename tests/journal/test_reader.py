import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from fillgate.journal.base import Committed, JournalUnavailable
from fillgate.journal.reader import SqliteReader
from fillgate.journal.schema import connect_writer
from tests.journal.listening import append, commit, open_journal
from tests.journal.made import order_id, order_row, taken

pytestmark = pytest.mark.anyio


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def listing(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        file.name: (file.stat().st_mode, file.read_bytes())
        for file in folder.iterdir()
        if not file.name.endswith("-shm")
    }


async def test_a_closed_journal_is_read_and_nothing_is_changed(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        await commit(journal, taken(3))
        identity = journal.identity
    before = listing(tmp_path)
    files = names(tmp_path)
    reader = await SqliteReader.open(tmp_path / "journal.db")
    assert (reader.identity, reader.last_signal) == (identity, 3)
    assert len(await reader.story(3)) == 3
    assert await reader.find_order(order_id(3)) == order_row(3)
    assert await reader.verify() is None
    await reader.close()
    assert listing(tmp_path) == before
    assert names(tmp_path) == files


async def test_a_journal_is_read_while_it_is_written(tmp_path: Path) -> None:
    async with open_journal(tmp_path, checkpoint_pages=30) as journal:
        await commit(journal, taken(1))
        reader = await SqliteReader.open(tmp_path / "journal.db")
        for number in range(2, 100):
            heard = append(journal, taken(number))
            events = await reader.events(limit=1000)
            assert [record.position for record in events] == list(range(1, len(events) + 1))
            assert isinstance(await heard.last(), Committed)
            assert len(await reader.story(number)) == 3
        assert await reader.verify() is None
        await reader.close()


async def test_several_ask_at_a_time(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        for number in range(1, 30):
            append(journal, taken(number))
        await commit(journal, taken(30))
        stories = await asyncio.gather(*(journal.story(number) for number in range(1, 31)))
        assert [story[0].signal for story in stories] == list(range(1, 31))


async def test_a_journal_is_read_after_its_writer_was_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.journal.crash_child", str(tmp_path / "journal.db")]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as child:  # noqa: ASYNC220 - nothing else runs
        assert child.stdout is not None
        position = int(child.stdout.readline().split()[1])
        child.kill()
    before = listing(tmp_path)
    assert before["journal.db-wal"][1]
    reader = await SqliteReader.open(tmp_path / "journal.db")
    assert position in {record.position for record in await reader.events()}
    assert await reader.verify() is None
    await reader.close()
    assert listing(tmp_path) == before


async def test_a_copy_of_the_file_alone_is_read_where_nothing_can_be_written(
    tmp_path: Path,
) -> None:
    async with open_journal(tmp_path) as journal:
        await commit(journal, taken(3))
    folder = tmp_path / "back up #1?"
    folder.mkdir()
    (folder / "journal.db").write_bytes((tmp_path / "journal.db").read_bytes())
    (folder / "journal.db").chmod(0o400)
    folder.chmod(0o500)
    reader = await SqliteReader.open(folder / "journal.db")
    assert len(await reader.story(3)) == 3
    await reader.close()
    assert names(folder) == ["journal.db"]
    folder.chmod(0o700)


async def test_a_missing_journal_is_refused_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "journal.db"
    with pytest.raises(JournalUnavailable, match=r"nowhere/journal\.db: there is no such journal"):
        await SqliteReader.open(path)
    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "has layout 0"), (b"Dear journal, " * 100, "not a database")],
)
async def test_what_is_no_journal_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "letter").write_bytes(content)
    with pytest.raises(JournalUnavailable, match=f"letter.*{words}"):
        await SqliteReader.open(tmp_path / "letter")
    assert names(tmp_path) == ["letter"]


TAMPERING = {
    "a changed event": """
        UPDATE events SET data = CAST(replace(CAST(data AS TEXT), '0.5', '5.0') AS BLOB)
        WHERE position = 5
    """,
    "a changed time": "UPDATE events SET at = at + 1 WHERE position = 5",
    "another signal": "UPDATE events SET signal = 1 WHERE position = 5",
    "another kind": "UPDATE events SET kind = 'order-absent' WHERE position = 5",
    "another version": "UPDATE events SET version = -1 WHERE position = 5",
    "another stream": "UPDATE events SET stream = 9 - stream WHERE position = 5",
    "a renamed stream": "UPDATE streams SET name = 'x' WHERE name = 'account:main'",
    "a hole": "DELETE FROM events WHERE position = 5",
    "two swapped": """
        UPDATE events SET position = -position WHERE position IN (5, 6);
        UPDATE events SET position = 11 + position WHERE position < 0;
        UPDATE events SET sequence = -sequence WHERE position IN (5, 6);
        UPDATE events SET sequence = 7 + sequence WHERE sequence < 0;
    """,
}


@pytest.mark.parametrize("tampering", TAMPERING)
async def test_tampering_is_found(tmp_path: Path, tampering: str) -> None:
    async with open_journal(tmp_path) as journal:
        for number in range(1, 4):
            await commit(journal, taken(number))
    tamper(tmp_path, TAMPERING[tampering])
    reader = await SqliteReader.open(tmp_path / "journal.db")
    problem = await reader.verify()
    await reader.close()
    assert problem is not None
    expected = {"a hole": {6}, "a renamed stream": {2}, "another stream": {5, 6}}
    assert problem.position in expected.get(tampering, {5})


async def test_a_cut_off_end_is_found_by_the_ends_that_the_journal_notes(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        for number in range(1, 4):
            await commit(journal, taken(number))
    tamper(tmp_path, "DELETE FROM events WHERE position > 7")
    reader = await SqliteReader.open(tmp_path / "journal.db")
    problem = await reader.verify()
    await reader.close()
    assert problem is not None
    assert problem.problem == "the stream ends at 4, it reached 6"


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM events WHERE position > 7",
        "DELETE FROM events WHERE position = 7",
        "UPDATE events SET hash = X'00' WHERE position = 9",
        "UPDATE events SET sequence = 9 WHERE position = 9",
        "UPDATE streams SET position = 8, sequence = 5 WHERE name = 'account:main'",
        "UPDATE streams SET hash = X'00' WHERE name = 'inbox'",
        "DELETE FROM streams WHERE name = 'account:main'",
        "DELETE FROM streams",
        "DELETE FROM events",
    ],
)
async def test_nothing_is_appended_where_a_stream_s_end_is_not_its_last_event(
    tmp_path: Path, tampering: str
) -> None:
    async with open_journal(tmp_path) as journal:
        for number in range(1, 4):
            await commit(journal, taken(number))
    tamper(tmp_path, tampering)
    before = (tmp_path / "journal.db").read_bytes()
    with pytest.raises(JournalUnavailable, match=r"the end of its stream .* is not its last event"):
        async with open_journal(tmp_path):
            pass
    assert len((tmp_path / "journal.db").read_bytes()) == len(before)


async def test_a_cut_off_end_is_found_by_noted_heads(tmp_path: Path) -> None:
    async with open_journal(tmp_path) as journal:
        for number in range(1, 4):
            await commit(journal, taken(number))
        heads = list((await journal.heads()).values())
    tamper(
        tmp_path,
        """
        DELETE FROM events WHERE position > 7;
        UPDATE streams SET (position, sequence, hash) = (
            SELECT position, sequence, hash FROM events WHERE stream = streams.id
            ORDER BY position DESC LIMIT 1
        )
        """,
    )
    reader = await SqliteReader.open(tmp_path / "journal.db")
    assert await reader.verify() is None
    problem = await reader.verify(heads)
    await reader.close()
    assert problem is not None
    assert problem.problem == "the stream ends at 4, it reached 6"


def tamper(folder: Path, sql: str) -> None:
    connection = connect_writer(folder / "journal.db", durable=False)
    connection.execute(sql)
    assert connection.total_changes()
    connection.close()

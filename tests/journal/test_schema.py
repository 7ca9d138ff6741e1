from pathlib import Path

import apsw
import pytest

from fillgate.journal.base import JournalUnavailable
from fillgate.journal.schema import (
    Migration,
    check_layout,
    connect_reader,
    connect_writer,
    create_file,
    load_migrations,
    migrate,
    open_errors,
)

FIRST = load_migrations()[:1]


def tables(connection: apsw.Connection) -> set[str]:
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {str(name) for (name,) in rows}


def new_file(folder: Path) -> apsw.Connection:
    create_file(folder / "journal.db")
    return connect_writer(folder / "journal.db", durable=False)


def test_migrations_are_numbered_from_one_without_a_gap() -> None:
    numbers = [step.number for step in load_migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_an_empty_file_is_brought_to_the_current_layout(tmp_path: Path) -> None:
    connection = new_file(tmp_path)
    migrate(connection)
    assert connection.pragma("user_version") == load_migrations()[-1].number
    assert {"events", "streams", "keys", "meta", "orders", "positions"} <= tables(connection)
    check_layout(connection)
    migrate(connection)
    check_layout(connection)


def test_a_later_migration_finds_the_data_of_the_layout_before(tmp_path: Path) -> None:
    connection = new_file(tmp_path)
    migrate(connection, FIRST)
    connection.execute("INSERT INTO meta VALUES ('identity', 'abc')")
    later = Migration(2, "CREATE TABLE extra (a TEXT) STRICT")
    migrate(connection, [*FIRST, later])
    assert connection.pragma("user_version") == 2
    assert connection.execute("SELECT value FROM meta").get == "abc"
    assert "extra" in tables(connection)


def test_a_migration_that_fails_leaves_nothing_of_itself(tmp_path: Path) -> None:
    connection = new_file(tmp_path)
    good = Migration(2, "CREATE TABLE extra (a TEXT) STRICT")
    bad = Migration(3, "CREATE TABLE more (a TEXT) STRICT; CREATE TABLE extra (a TEXT) STRICT")
    with pytest.raises(apsw.SQLError, match="extra"):
        migrate(connection, [*FIRST, good, bad])
    assert connection.pragma("user_version") == 2
    assert "more" not in tables(connection)
    migrate(connection, [*FIRST, good, Migration(3, "CREATE TABLE more (a TEXT) STRICT")])
    assert "more" in tables(connection)


def test_a_newer_layout_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    connection = new_file(tmp_path)
    newer = load_migrations()[-1].number + 1
    migrate(connection, [*load_migrations(), Migration(newer, "CREATE TABLE new (a TEXT) STRICT")])
    with pytest.raises(JournalUnavailable, match=f"has layout {newer}, .*up to {newer - 1}"):
        migrate(connection)
    with pytest.raises(JournalUnavailable, match="use a newer one"):
        check_layout(connection)
    assert connection.pragma("user_version") == newer


def test_an_older_layout_cannot_be_read_before_it_is_migrated(tmp_path: Path) -> None:
    connection = new_file(tmp_path)
    with pytest.raises(JournalUnavailable, match=r"has layout 0, .*start the service once"):
        check_layout(connection)


def test_another_program_s_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    other = apsw.Connection(str(path))
    other.execute("CREATE TABLE friends (name TEXT)")
    other.close()
    connection = connect_writer(path, durable=False)
    with pytest.raises(JournalUnavailable, match="no journal of fillgate"):
        migrate(connection)
    assert tables(connection) == {"friends"}


def test_what_is_no_database_is_refused_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear journal, " * 100)
    with (
        pytest.raises(JournalUnavailable, match=r"letter\.txt is no journal of fillgate"),
        open_errors(path),
    ):
        connect_writer(path, durable=False)
    assert path.read_text().startswith("Dear")


def test_what_is_made_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "journal.db"
    create_file(path)
    connection = connect_writer(path, durable=False)
    migrate(connection)
    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert modes == {"journal.db": 0o600, "journal.db-wal": 0o600, "journal.db-shm": 0o600}
    assert {folder.stat().st_mode & 0o777 for folder in list(path.parents)[:2]} == {0o700}


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o750)
    create_file(folder / "journal.db")
    create_file(folder / "journal.db")
    assert folder.stat().st_mode & 0o777 == 0o750


def test_a_file_that_cannot_be_made_is_told_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "journal.db"
    with pytest.raises(JournalUnavailable, match=r"file/journal\.db"), open_errors(path):
        create_file(path)


def test_readers_cannot_write(tmp_path: Path) -> None:
    migrate(new_file(tmp_path))
    reader = connect_reader(tmp_path / "journal.db")
    with pytest.raises(apsw.ReadOnlyError):
        reader.execute("DELETE FROM events")


def test_commits_are_flushed_and_checkpoints_left_to_us(tmp_path: Path) -> None:
    create_file(tmp_path / "journal.db")
    connection = connect_writer(tmp_path / "journal.db", durable=True)
    assert connection.pragma("journal_mode") == "wal"
    assert connection.pragma("synchronous") == 2
    assert connection.pragma("wal_autocheckpoint") == 0

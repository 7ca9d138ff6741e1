"""The database file: how it is made, opened and brought to the current layout.

Invariants:

1. The layout's number is `PRAGMA user_version`. Migrations are the numbered files in `migrations/`;
   each is applied in one transaction together with its number.
2. A file of a newer layout, or one that is no journal, is refused and left as it is.
3. The file is only ever opened through apsw, never through the standard library's SQLite.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

import apsw

from fillgate.journal.archives import Archives, JournalConnection
from fillgate.journal.base import JournalUnavailable

__all__ = [
    "Migration",
    "check_layout",
    "connect_reader",
    "connect_writer",
    "create_file",
    "flush_folder",
    "load_migrations",
    "migrate",
    "open_errors",
    "transaction",
]

_APPLICATION_ID: Final = 0x66676174
_BUSY_TIMEOUT_MS: Final = 2000
_CACHE_KIB: Final = 32768
_NAME: Final = re.compile(r"(\d{4})_\w+\.sql")


class Migration(NamedTuple):
    """A step to the layout of this number."""

    number: int
    sql: str


@cache
def load_migrations() -> Sequence[Migration]:
    """Return all migrations that come with this fillgate, in order."""
    folder = files("fillgate.journal").joinpath("migrations")
    found = ((_NAME.fullmatch(file.name), file) for file in folder.iterdir())
    return sorted(
        Migration(int(match[1]), file.read_text("utf-8"))
        for match, file in found
        if match is not None
    )


def create_file(path: Path) -> None:
    """Make an empty database file and its folders, readable by their owner only, durably.

    What exists already is left as it is.

    Raises:
        OSError: it cannot be made.
    """
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
        flush_folder(folder.parent)
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Make durable which files are in a folder.

    Raises:
        OSError: it cannot be.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def connect_writer(path: Path, *, durable: bool, vfs: str | None = None) -> JournalConnection:
    """Open an existing file for writing; its layout is not looked at.

    Args:
        path: the database.
        durable: False to flush nothing, for runs whose journal nobody needs afterwards.
        vfs: name of the SQLite VFS to go through; None for the default one.

    Raises:
        apsw.Error: SQLite cannot open it or not in WAL mode.
    """
    connection = JournalConnection(str(path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=vfs)
    connection.archives = Archives(path)
    try:
        _set_up(connection)
        _use_wal(connection)
        connection.pragma("synchronous", "full" if durable else "off")
        connection.pragma("cache_size", -_CACHE_KIB)
        connection.pragma("temp_store", "memory")
    except BaseException:
        connection.close()
        raise
    return connection


def _use_wal(connection: apsw.Connection) -> None:
    mode = connection.pragma("journal_mode", "wal")
    if mode != "wal":
        raise apsw.CantOpenError(f"its file system allows no WAL mode, only {mode}")
    connection.wal_autocheckpoint(0)


def connect_reader(path: Path, *, vfs: str | None = None) -> JournalConnection:
    """Open an existing file for reading, whether or not a process writes it.

    Raises:
        apsw.Error: SQLite cannot open it.
    """
    name, flags = str(path), apsw.SQLITE_OPEN_READONLY
    if not Path(f"{path}-wal").exists():
        # A copy that no writer has opened: SQLite would make the files that a writer leaves.
        name, flags = f"{path.absolute().as_uri()}?immutable=1", flags | apsw.SQLITE_OPEN_URI
    connection = JournalConnection(name, flags=flags, vfs=vfs)
    connection.archives = Archives(path)
    try:
        _set_up(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_up(connection: apsw.Connection) -> None:
    connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
    # Without this the last one to close would checkpoint and delete the WAL; readers could then
    # open the file only by making a new one.
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
    connection.pragma("trusted_schema", 0)


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """Write what happens inside all at once or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        # After a full disk or an I/O error SQLite has rolled back by itself.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def migrate(connection: apsw.Connection, migrations: Sequence[Migration] | None = None) -> None:
    """Bring the file to the current layout.

    Raises:
        JournalUnavailable: it is of a newer layout, or is no journal.
        apsw.Error: a step failed; those before it stand.
    """
    steps = load_migrations() if migrations is None else migrations
    layout = _checked_layout(connection, steps[-1].number)
    for step in steps:
        if step.number > layout:
            with transaction(connection):
                connection.execute(step.sql)
                connection.pragma("user_version", step.number)


def check_layout(connection: apsw.Connection) -> None:
    """Raise unless the file is of the current layout.

    Raises:
        JournalUnavailable: it is not; the text says what to do.
    """
    newest = load_migrations()[-1].number
    layout = _checked_layout(connection, newest)
    if layout < newest:
        raise JournalUnavailable(
            f"this journal has layout {layout}, this fillgate reads {newest}: start the service"
            " once, it brings the journal up to date"
        )


def _checked_layout(connection: apsw.Connection, newest: int) -> int:
    layout = int(str(connection.pragma("user_version")))
    empty = connection.execute("SELECT count(*) FROM sqlite_schema").get == 0
    ours = connection.pragma("application_id") == _APPLICATION_ID
    if not ours and not (empty and not layout):
        raise JournalUnavailable("this file is a database, but no journal of fillgate")
    if layout > newest:
        raise JournalUnavailable(
            f"this journal has layout {layout}, this fillgate knows up to {newest}: use a newer one"
        )
    return layout


@contextmanager
def open_errors(path: Path) -> Iterator[None]:
    """Turn what can go wrong while a journal is opened into `JournalUnavailable`."""
    try:
        yield
    except apsw.NotADBError as error:
        raise JournalUnavailable(f"{path} is no journal of fillgate: {error}") from error
    except (apsw.Error, OSError) as error:
        raise JournalUnavailable(f"cannot open the journal {path}: {error}") from error
    except JournalUnavailable as error:
        raise type(error)(f"{path}: {error}") from error

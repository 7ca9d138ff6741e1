"""Old history moves to an archive; the journal's own file gets small again.

Invariants:

1. Events are deleted only in the commit that lists their archive, and only once that is written,
   flushed and its chains were followed from the ends before it.
2. Keys, rows and the ends of streams stay. So nothing that is answered changes.
3. A file that no journal lists is what a compaction left that broke off; it is written anew.
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

import apsw
from msgspec.structs import astuple

from fillgate.journal import queries
from fillgate.journal.archives import Archive, JournalConnection, archive_path, list_archives
from fillgate.journal.arriving import arriving
from fillgate.journal.base import Head, JournalUnavailable
from fillgate.journal.chain import Verifier
from fillgate.journal.lock import LockFile
from fillgate.journal.schema import connect_writer, open_errors, transaction
from fillgate.journal.store import Store, StoreSettings

__all__ = ["Compacted", "compact"]

_PAGE: Final = 10_000

Progress = Callable[[int], None]


class Compacted(NamedTuple):
    """What a compaction did."""

    events: int
    """How many events moved; 0 for none: nothing was old enough."""
    archive: Path | None
    """Where to."""
    size_before: int
    """Bytes of the journal's own file."""
    size_after: int


def compact(path: Path, *, before: int, on_progress: Progress = lambda _: None) -> Compacted:
    """Move the events and bodies of a journal to an archive, up to a time.

    Args:
        path: the journal; no process may have it open for writing.
        before: events from then on stay, Unix microseconds.
        on_progress: hears how many events are written to the archive.

    Raises:
        JournalLocked: a process writes the journal.
        JournalUnavailable: there is no journal, or it is not as it should be; nothing moved.
    """
    path = path.resolve()
    with open_errors(path):
        if not path.is_file():
            raise JournalUnavailable("there is no such journal")
        lock = LockFile.acquire(Path(f"{path}.lock"))
        try:
            # Settles what a crash left, and refuses a journal whose ends do not fit.
            Store(StoreSettings(path, identity="")).close()
            with closing(connect_writer(path, durable=True)) as connection:
                return _Run(path, connection, on_progress).compact(before)
        finally:
            lock.release()


class _Run:
    def __init__(self, path: Path, connection: JournalConnection, on_progress: Progress) -> None:
        self._path = path
        self._connection = connection
        self._on_progress = on_progress

    def compact(self, before: int) -> Compacted:
        size = self._path.stat().st_size
        past = list_archives(self._connection)
        first = past[-1].last + 1 if past else 1
        last = self._last_before(before, first)
        if last < first:
            return Compacted(0, None, size, size)
        number = past[-1].number + 1 if past else 1
        target = archive_path(self._path, number)
        with arriving(target) as partial:
            self._write(partial, first, last)
            self._follow_chains(partial, first, last, past[-1] if past else None)
            first_signal, last_signal = self._signals(partial)
        self._drop(Archive(number, last, first_signal, last_signal))
        return Compacted(last - first + 1, target, size, self._path.stat().st_size)

    def _last_before(self, before: int, first: int) -> int:
        """Return the last position whose events, as far as is seen, happened before a time."""
        low, high = first - 1, int(self._connection.execute(_LAST).get)
        while low < high:
            middle = (low + high + 1) // 2
            at = self._connection.execute(_AT, (middle,)).get
            low, high = (middle, high) if at is not None and at < before else (low, middle - 1)
        return low

    def _write(self, partial: Path, first: int, last: int) -> None:
        with closing(apsw.Connection(str(partial))) as archive:
            archive.pragma("synchronous", "full")
            archive.execute(_SCHEMA)
            with transaction(archive):
                archive.executemany(_PUT_STREAM, self._connection.execute(_STREAMS).fetchall())
                for begin in range(first, last + 1, _PAGE):
                    end = min(begin + _PAGE - 1, last)
                    events = self._connection.execute(_EVENTS, (begin, end)).fetchall()
                    archive.executemany(_PUT_EVENT, events)
                    bodies = self._connection.execute(_BODIES, (begin, end)).fetchall()
                    archive.executemany(_PUT_BODY, bodies)
                    self._on_progress(end - first + 1)

    def _follow_chains(self, partial: Path, first: int, last: int, past: Archive | None) -> None:
        """Follow the chains of what was written, behind the last archive, and note their ends."""
        verifier = Verifier()
        if past is not None:
            archive = self._connection.archives.connection(past)
            ends: list[tuple[Any, ...]] = archive.execute(_ENDS).fetchall()
            verifier.begin(first - 1, [Head(*end) for end in ends])
        with closing(apsw.Connection(str(partial))) as archive:
            while records := queries.records_in(archive, verifier.position, _PAGE):
                for record in records:
                    broken = verifier.check(record)
                    if broken is not None:
                        raise JournalUnavailable(
                            f"event {broken.position}: {broken.problem}; nothing was moved"
                        )
            if verifier.position != last:
                raise JournalUnavailable(f"the events behind {verifier.position} are missing")
            with transaction(archive):
                archive.executemany(_PUT_END, map(astuple, verifier.heads.values()))

    def _signals(self, partial: Path) -> tuple[int, int]:
        with closing(apsw.Connection(str(partial), flags=apsw.SQLITE_OPEN_READONLY)) as archive:
            first, last = archive.execute(_SIGNALS).fetchall()[0]
        return int(str(first)), int(str(last))

    def _drop(self, archive: Archive) -> None:
        with transaction(self._connection):
            self._connection.execute(_DROP_BODIES, (archive.last,))
            self._connection.execute(_DROP_EVENTS, (archive.last,))
            self._connection.execute(_LIST, archive)
        self._connection.execute("VACUUM")
        self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)


_SCHEMA: Final = """
    CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
    CREATE TABLE events (
        position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, sequence INTEGER NOT NULL,
        at INTEGER NOT NULL, signal INTEGER, kind TEXT NOT NULL, version INTEGER NOT NULL,
        data BLOB NOT NULL, hash BLOB NOT NULL
    ) STRICT;
    CREATE INDEX events_by_signal ON events (signal) WHERE signal IS NOT NULL;
    CREATE TABLE bodies (signal INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
    -- The last record of each stream up to the end of this archive.
    CREATE TABLE ends (stream TEXT PRIMARY KEY, sequence INTEGER, hash BLOB) STRICT;
"""
# The last event of all stays: by it the journal is known, and goes on.
_LAST: Final = "SELECT coalesce(max(position), 1) - 1 FROM events"
_AT: Final = "SELECT at FROM events WHERE position = ?"
_STREAMS: Final = "SELECT id, name FROM streams"
_EVENTS: Final = "SELECT * FROM events WHERE position BETWEEN ? AND ? ORDER BY position"
_BODIES: Final = """
    SELECT signal, body FROM bodies WHERE signal IN (
        SELECT signal FROM events WHERE position BETWEEN ? AND ?
        AND kind IN ('signal-accepted', 'signal-refused', 'duplicate-suspected')
    ) ORDER BY signal
"""
_PUT_STREAM: Final = "INSERT INTO streams VALUES (?, ?)"
_PUT_EVENT: Final = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_PUT_BODY: Final = "INSERT INTO bodies VALUES (?, ?)"
_PUT_END: Final = "INSERT INTO ends VALUES (?, ?, ?)"
_ENDS: Final = "SELECT stream, sequence, hash FROM ends"
_SIGNALS: Final = "SELECT coalesce(min(signal), 0), coalesce(max(signal), 0) FROM events"
_DROP_BODIES: Final = """
    DELETE FROM bodies WHERE signal IN (
        SELECT signal FROM events WHERE position <= ?
        AND kind IN ('signal-accepted', 'signal-refused', 'duplicate-suspected')
    )
"""
_DROP_EVENTS: Final = "DELETE FROM events WHERE position <= ?"
_LIST: Final = """
    INSERT INTO archives (number, last, first_signal, last_signal) VALUES (?, ?, ?, ?)
"""

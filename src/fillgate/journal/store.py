"""The writing side of the database: batches of writes, each batch one transaction.

Invariants:

1. Memory (heads, last position) never knows more than the database has: after any
   roll-back it is read anew.
2. A write whose claim is taken inserts nothing.
3. A write that breaks a rule of the database (`is_own_making`) spoils nobody else's: the batch is
   rolled back and done again with a savepoint around each write, and that write is Lost as invalid.
   Whatever else fails leaves the batch undecided, and the store must be closed.
4. A store is open only when all that is in it is proven to be on the disk (`_settle`). So what the
   last flush left in doubt, of this process or one before it, is in doubt no more.
5. Rows are those of this software's fold: others are made anew from the events at opening.
6. A database whose file was moved or deleted takes nothing: it would be gone after a restart.
"""

import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple

import apsw

from fillgate.domain.fold import FOLD_VERSION
from fillgate.journal.base import Committed, JournalUnavailable, KeyTaken, Lost
from fillgate.journal.claims import ClaimTable
from fillgate.journal.codec import UnreadableEvent
from fillgate.journal.files import FileIds, OpenFiles, file_ids
from fillgate.journal.pending import Pending
from fillgate.journal.rebuild import rebuild
from fillgate.journal.rows import Rows
from fillgate.journal.schema import connect_writer, migrate, transaction
from fillgate.journal.streams import LastRecord, StreamTable

__all__ = ["Evidence", "Place", "Store", "StoreSettings", "is_own_making"]

# A WAL of so many times the usual length has been kept from starting anew.
_LONG_WAL: Final = 8
_BUSY_TIMEOUT_MS: Final = 250

_OWN_MAKING: Final = (
    apsw.ConstraintError,
    apsw.MismatchError,
    apsw.TooBigError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    struct.error,
)


def is_own_making(error: Exception) -> bool:
    """Tell whether a write failed because of what it is, not because of the disk."""
    return isinstance(error, _OWN_MAKING)


class StoreSettings(NamedTuple):
    """How to open a store."""

    path: Path
    identity: str
    """The id of the journal, if it is made now: 32 hexadecimal digits."""
    durable: bool = True
    checkpoint_pages: int = 1000
    """How many pages of 4 KiB the WAL takes before they are moved to the database."""
    vfs: str | None = None


class Place(NamedTuple):
    """Which journal a store is, and which files it lies in."""

    identity: str
    files: FileIds
    """The database and its WAL."""


class Evidence(NamedTuple):
    """What tells whether a batch is in the database."""

    last: LastRecord | None
    """None for a batch without events."""
    eventless: int
    """How many batches without events there are with this one."""


class Store:
    """An open database that takes batches. Used by one thread at a time."""

    def __init__(self, settings: StoreSettings, *, reopened: Place | None = None) -> None:
        """Open the file, bring it to the current layout, and settle it.

        Args:
            settings: how to open it.
            reopened: the journal that must be there; None for any, or to make it.

        Raises:
            JournalUnavailable: the file is no journal, a newer one, or not the one it was.
            apsw.Error, OSError: it cannot be opened or written now.
        """
        self._settings = settings
        self._paths = (str(settings.path), f"{settings.path}-wal")
        # The WAL of one file and the pages of another would make a journal that never was.
        if reopened is not None and file_ids(self._paths) != reopened.files:
            raise self._misplaced()
        self._connection = connect_writer(settings.path, durable=settings.durable, vfs=settings.vfs)
        self._cursor = self._connection.cursor()
        self._claims = ClaimTable(self._cursor)
        self._streams = StreamTable(self._cursor)
        self._eventless = 0
        self.evidence: Evidence | None = None
        """Of the last batch; None if its commit was never begun."""
        self.replayed = 0
        """How many events were read to make stale rows anew."""
        self.flush_seconds = 0.0
        """How long the last commit took."""
        self._wal_pages = 0
        self._moved_pages = 0
        self._files: OpenFiles | None = None
        try:
            identity = self._prepare(reopened)
            self._files = OpenFiles(self._paths)
            self.place = Place(identity, self._files.ids)
            """Which journal this is."""
        except BaseException:
            self.abandon()
            raise

    def _prepare(self, reopened: Place | None) -> str:
        if reopened is None:
            migrate(self._connection)
            self._introduce()
        identity = self._checked_identity(reopened)
        self._settle()
        self._streams.check()
        self._renew_rows()
        with transaction(self._connection):
            self._claims.load()
        self._reload()
        self._connection.set_wal_hook(self._note_wal)
        self._connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
        return identity

    def _misplaced(self) -> Exception:
        return apsw.IOError(f"{self._settings.path} was moved or replaced")

    def _introduce(self) -> None:
        values = (("identity", self._settings.identity), ("fold", FOLD_VERSION))
        with transaction(self._connection):
            self._cursor.executemany(_INTRODUCE, values)
            self._cursor.execute(_FIRST_INCARNATION)

    def _checked_identity(self, place: Place | None) -> str:
        found = self._cursor.execute(_META, ("identity",)).get
        if found is None:
            raise JournalUnavailable("this journal has events, but its identity is gone")
        if place is not None and found != place.identity:
            raise JournalUnavailable(f"journal {found} has taken the place of {place.identity}")
        return str(found)

    def _settle(self) -> None:
        # Pages whose flush failed may be marked clean while they are not on the disk. Moving all
        # frames to the database writes them anew; the commit after that replaces the WAL's start,
        # so that no frame of a lost commit can come back.
        self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        with transaction(self._connection):
            self._cursor.execute(_COUNT_OPENING)

    def _renew_rows(self) -> None:
        fold = self._cursor.execute(_META, ("fold",)).get
        if fold == FOLD_VERSION:
            return
        try:
            with transaction(self._connection):
                self.replayed = rebuild(self._connection)
                self._cursor.execute(_SET_FOLD, (FOLD_VERSION,))
        except (UnreadableEvent, LookupError) as error:
            raise JournalUnavailable(
                f"its rows are of the fold {fold} and cannot be made anew: {error}"
            ) from error

    def _reload(self) -> None:
        self._streams.reload()
        self._eventless = int(self._cursor.execute(_META, ("eventless",)).get or 0)

    def _note_wal(self, connection: apsw.Connection, name: str, pages: int) -> int:
        if pages < self._wal_pages:
            self._moved_pages = 0
        self._wal_pages = pages
        return apsw.SQLITE_OK

    def commit(self, batch: Sequence[Pending]) -> bool:
        """Write a batch, durably, and set the outcome of each write.

        Returns:
            False if some are Lost because they cannot be written.

        Raises:
            Exception: the batch is undecided, and the store must be closed.
        """
        self.evidence = None
        self._streams.last = None
        assert self._files is not None
        if not self._files.are_in_place:
            raise self._misplaced()
        if self._written(batch, self._write_together):
            return True
        self._written(batch, self._write_one_by_one)
        return False

    def _written(
        self, batch: Sequence[Pending], write: Callable[[Sequence[Pending]], None]
    ) -> bool:
        """Write a batch in a transaction; False if one of its writes cannot be written."""
        self._cursor.execute("BEGIN IMMEDIATE")
        try:
            write(batch)
        except Exception as error:
            if not is_own_making(error):
                raise
            self._cursor.execute("ROLLBACK")
            self._reload()
            return False
        self.evidence = Evidence(self._streams.last, self._eventless)
        began = monotonic()
        self._cursor.execute("COMMIT")
        self.flush_seconds = monotonic() - began
        return True

    def _write_together(self, batch: Sequence[Pending]) -> None:
        rows = Rows()
        taken = self._claim(batch)
        for pending in batch:
            outcome = taken.get(pending)
            pending.outcome = self._staged(pending, rows) if outcome is None else outcome
        self._insert(rows)

    def _claim(self, batch: Sequence[Pending]) -> dict[Pending, KeyTaken | None]:
        claims = {pending: pending.claim for pending in batch if pending.claim is not None}
        if not claims:
            return {}
        taken = self._claims.take(list(claims.values()), self._streams.position)
        return dict(zip(claims, taken, strict=True))

    def _write_one_by_one(self, batch: Sequence[Pending]) -> None:
        for pending in batch:
            last = self._streams.last
            self._cursor.execute("SAVEPOINT one_write")
            try:
                self._write_together([pending])
            except Exception as error:
                if not is_own_making(error):
                    raise
                pending.outcome = Lost(f"{type(error).__name__}: {error}", invalid=True)
                self._cursor.execute("ROLLBACK TO one_write")
                self._reload()
                self._streams.last = last
            self._cursor.execute("RELEASE one_write")

    def _staged(self, pending: Pending, rows: Rows) -> Committed:
        position = self._streams.stage(pending, rows) if pending.events else 0
        rows.add(pending.write, self._streams.position)
        return Committed(position)

    def _insert(self, rows: Rows) -> None:
        if rows.are_eventless:
            self._eventless += 1
            self._cursor.execute(_COUNT_EVENTLESS, (self._eventless,))
        rows.insert(self._cursor)
        self._streams.write_ends()

    def holds(self, evidence: Evidence | None) -> bool:
        """Tell whether the batch that left this evidence is in the database.

        Without evidence it is not; of a batch that had nothing to write it is true.
        """
        if evidence is None:
            return False
        if evidence.last is not None:
            return self._streams.has(evidence.last)
        return self._eventless >= evidence.eventless

    @property
    def is_checkpoint_due(self) -> bool:
        """Whether the WAL has many pages that are not moved to the database."""
        return self._wal_pages - self._moved_pages >= self._settings.checkpoint_pages

    def checkpoint(self) -> None:
        """Move the WAL's pages to the database.

        Raises:
            apsw.Error: it failed or a reader was in the way. What is durable stays so, and it will
                be due again after as many pages more.
        """
        self._moved_pages = self._wal_pages
        impatient = self._wal_pages >= _LONG_WAL * self._settings.checkpoint_pages
        mode = apsw.SQLITE_CHECKPOINT_RESTART if impatient else apsw.SQLITE_CHECKPOINT_PASSIVE
        self._connection.wal_checkpoint(mode=mode)

    def close(self) -> None:
        """Move everything to the database and close.

        Raises:
            apsw.Error: it could not be moved; it is durable all the same, and closed.
        """
        try:
            # What cannot be saved is learnt anew.
            with suppress(apsw.Error), transaction(self._connection):
                self._claims.save()
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close without a further write, and without complaint."""
        with suppress(Exception):
            self._connection.close(force=True)
        if self._files is not None:
            self._files.close()


_META: Final = "SELECT value FROM meta WHERE name = ?"
_INTRODUCE: Final = """
    INSERT INTO meta (name, value) SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM events)
    ON CONFLICT DO NOTHING
"""
_FIRST_INCARNATION: Final = """
    INSERT INTO incarnations (number, id) SELECT 1, value FROM meta WHERE name = 'identity'
    ON CONFLICT DO NOTHING
"""
_SET_FOLD: Final = "UPDATE meta SET value = ? WHERE name = 'fold'"
_COUNT_OPENING: Final = """
    INSERT INTO meta (name, value) VALUES ('openings', 1)
    ON CONFLICT (name) DO UPDATE SET value = value + 1
"""
_COUNT_EVENTLESS: Final = """
    INSERT INTO meta (name, value) VALUES ('eventless', ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""

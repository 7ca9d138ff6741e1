"""The writing side of the database: batches of writes, each batch one transaction.

Invariants:

1. What a batch did is known to this module's memory (heads, buckets, last position) only as far as
   the database has it: after any roll-back memory is read anew.
2. A write whose claim is taken inserts nothing.
3. A write that breaks a rule of the database (`is_own_making`) spoils nobody else's: the batch is
   rolled back and done again with a savepoint around each write. Everything else that fails is the
   database's fault, leaves the batch undecided, and the store must be closed.
4. A store is opened only if everything in it is proven to be on the disk (`settle`): what the last
   flush left in doubt, for this process or one before it, is in doubt no more.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import apsw

from fillgate.domain.order_state import FOLD_VERSION
from fillgate.journal.base import (
    Claim,
    CommitOutcome,
    Committed,
    Done,
    JournalUnavailable,
    KeyTaken,
    Lost,
    Write,
)
from fillgate.journal.chain import GENESIS, link
from fillgate.journal.codec import encode
from fillgate.journal.rows import Rows
from fillgate.journal.schema import connect_writer, migrate, transaction

__all__ = ["Evidence", "Pending", "Store", "StoreSettings", "is_own_making"]

BUCKET_MICROSECONDS: Final = 30 * 24 * 3600 * 1_000_000

_PRUNE_EVERY: Final = 64
_PRUNE_LIMIT: Final = 2 * _PRUNE_EVERY

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


class Pending:
    """A write on its way: encoded, with who waits for it and how it went."""

    __slots__ = ("done", "events", "outcome", "write")

    def __init__(self, write: Write, done: Done) -> None:
        """Encode a write.

        Raises:
            TypeError, ValueError: it is none that could ever be written.
        """
        if write.signal is None and (write.claim is not None or write.body is not None):
            raise ValueError("a write with a claim or a body needs the number of its signal")
        self.write = write
        self.done = done
        self.events = [encode(entry.event) for entry in write.entries]
        self.outcome: CommitOutcome = Lost("it was never handed over")


class Evidence(NamedTuple):
    """What is in the database if, and only if, a batch is."""

    stream: str
    """Empty for a batch without events."""
    sequence: int
    """For a batch without events its number among those."""
    hash: bytes


class _Head:
    __slots__ = ("hash", "id", "name", "sequence")

    def __init__(self, stream_id: int, name: str, sequence: int, digest: bytes) -> None:
        self.id = stream_id
        self.name = name.encode()
        self.sequence = sequence
        self.hash = digest


class Store:
    """An open database that takes batches. Used by one thread at a time."""

    def __init__(self, settings: StoreSettings, *, reopened: str | None = None) -> None:
        """Open the file, bring it to the current layout, and settle it.

        Args:
            settings: how to open it.
            reopened: id of the journal that must be there; None for any, or to make it.

        Raises:
            JournalUnavailable: the file is no journal, a newer one, or another one.
            apsw.Error: it cannot be opened or written now.
        """
        self._settings = settings
        self.evidence: Evidence | None = None
        """Of the batch that was written last."""
        self._wal_pages = 0
        self._moved_pages = 0
        self._prune_in = 0
        self._connection = connect_writer(settings.path, durable=settings.durable, vfs=settings.vfs)
        try:
            if reopened is None:
                migrate(self._connection)
                self._introduce()
            self.identity = self._checked_identity(reopened)
            """The journal's own id."""
            self._settle()
            self._reload()
        except BaseException:
            self._connection.close(force=True)
            raise
        self._connection.set_wal_hook(self._note_wal)
        self._connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
        self._files = _file_ids(settings.path)

    def _introduce(self) -> None:
        settings = self._settings
        values = (
            ("identity", settings.identity),
            ("fold", FOLD_VERSION),
        )
        with transaction(self._connection):
            self._connection.executemany(_INTRODUCE, values)

    def _checked_identity(self, expected: str | None) -> str:
        found = self._connection.execute("SELECT value FROM meta WHERE name = 'identity'").get
        if expected not in {None, found}:
            raise JournalUnavailable(f"another journal has taken the place of {expected}: {found}")
        return str(found)

    def _settle(self) -> None:
        # Pages whose flush failed may be marked clean while they are not on the disk. Moving all
        # frames to the database writes them anew; the commit after that replaces the WAL's start,
        # so that no frame of a lost commit can come back.
        self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        with transaction(self._connection):
            self._connection.execute(_COUNT_OPENING)

    def _reload(self) -> None:
        execute = self._connection.execute
        self._position = int(execute("SELECT coalesce(max(position), 0) FROM events").get)
        self._heads = {name: _Head(key, name, *end) for key, name, *end in execute(_HEADS)}
        self._buckets = {bucket for (bucket,) in execute(_BUCKETS)}
        self._eventless = execute("SELECT value FROM meta WHERE name = 'eventless'").get or 0

    def _note_wal(self, connection: apsw.Connection, name: str, pages: int) -> int:
        if pages < self._wal_pages:
            self._moved_pages = 0
        self._wal_pages = pages
        return apsw.SQLITE_OK

    def commit(self, batch: Sequence[Pending]) -> None:
        """Write a batch, durably, and set the outcome of each write.

        Raises:
            Exception: the batch is undecided, and the store must be closed.
        """
        self.evidence = None
        if _file_ids(self._settings.path) != self._files:
            raise apsw.IOError(f"{self._settings.path} was moved or deleted")
        try:
            with transaction(self._connection):
                self._write_together(batch)
        except Exception as error:
            if not is_own_making(error):
                raise
            self._reload()
            with transaction(self._connection):
                self._write_one_by_one(batch)

    def _write_together(self, batch: Sequence[Pending]) -> None:
        rows = Rows()
        for pending in batch:
            pending.outcome = self._stage(pending, rows)
        self._insert(rows)

    def _write_one_by_one(self, batch: Sequence[Pending]) -> None:
        for pending in batch:
            evidence = self.evidence
            self._connection.execute("SAVEPOINT one_write")
            try:
                rows = Rows()
                pending.outcome = self._stage(pending, rows)
                self._insert(rows)
            except Exception as error:
                if not is_own_making(error):
                    raise
                self._connection.execute("ROLLBACK TO one_write")
                self._reload()
                self.evidence = evidence
                reason = f"the write itself cannot be written: {type(error).__name__}: {error}"
                pending.outcome = Lost(reason, invalid=True)
            self._connection.execute("RELEASE one_write")

    def _insert(self, rows: Rows) -> None:
        if rows.are_eventless:
            self._eventless += 1
            self.evidence = self.evidence or Evidence("", self._eventless, b"")
            self._connection.execute(_COUNT_EVENTLESS, (self._eventless,))
        rows.insert(self._connection)

    def _stage(self, pending: Pending, rows: Rows) -> CommitOutcome:
        write = pending.write
        if write.claim is not None:
            taken = self._claim(write.claim, write.signal)
            if taken is not None:
                return taken
        position = self._stage_events(pending, rows) if pending.events else 0
        rows.add(write)
        return Committed(position)

    def _stage_events(self, pending: Pending, rows: Rows) -> int:
        signal = pending.write.signal
        for entry, (kind, version, data) in zip(pending.write.entries, pending.events, strict=True):
            head = self._heads.get(entry.stream) or self._new_stream(entry.stream)
            sequence = head.sequence = head.sequence + 1
            digest = head.hash = link(
                head.hash,
                stream=head.name,
                sequence=sequence,
                at=entry.at,
                signal=signal,
                kind=kind.encode(),
                version=version,
                data=data,
            )
            self._position += 1
            rows.events.append(
                (self._position, head.id, sequence, entry.at, signal, kind, version, data, digest)
            )
        self.evidence = Evidence(entry.stream, sequence, digest)
        return self._position

    def _new_stream(self, name: str) -> _Head:
        head = self._heads[name] = _Head(len(self._heads) + 1, name, 0, GENESIS)
        self._connection.execute("INSERT INTO streams (id, name) VALUES (?, ?)", (head.id, name))
        return head

    def _claim(self, claim: Claim, signal: int | None) -> KeyTaken | None:
        if claim.expires is not None:
            return self._claim_fingerprint(claim, signal)
        bucket = claim.at // BUCKET_MICROSECONDS
        others = [other for other in self._buckets if other != bucket]
        taken = self._key_holder(others, claim) if others else None
        if taken is None:
            row = (bucket, claim.source, claim.key, signal, claim.reading)
            self._connection.execute(_CLAIM_KEY, row)
            if not self._connection.changes():
                taken = self._key_holder([bucket], claim)
            self._buckets.add(bucket)
        return taken

    def _key_holder(self, buckets: list[int], claim: Claim) -> KeyTaken | None:
        places = ",".join("?" * len(buckets))
        sql = (
            f"SELECT signal, reading FROM keys WHERE bucket IN ({places})"  # noqa: S608 - only ?s
            " AND source = ? AND key = ?"
        )
        return self._taken(sql, (*buckets, claim.source, claim.key))

    def _taken(self, sql: str, values: tuple[Any, ...]) -> KeyTaken | None:
        holder: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
        return None if holder is None else KeyTaken(*holder)

    def _claim_fingerprint(self, claim: Claim, signal: int | None) -> KeyTaken | None:
        self._prune(claim.at)
        values = (claim.source, claim.key, signal, claim.reading, claim.expires, claim.at)
        self._connection.execute(_CLAIM_FINGERPRINT, values)
        if self._connection.changes():
            return None
        return self._taken(_FINGERPRINT_HOLDER, (claim.source, claim.key))

    def _prune(self, now: int) -> None:
        if not self._prune_in:
            self._connection.execute(_PRUNE, (now, _PRUNE_LIMIT))
            self._prune_in = _PRUNE_EVERY
        self._prune_in -= 1

    def holds(self, evidence: Evidence | None) -> bool:
        """Tell whether the batch that left this evidence is in the database."""
        if evidence is None:
            return False
        if not evidence.stream:
            return bool(self._eventless >= evidence.sequence)
        values = (evidence.stream, evidence.sequence, evidence.hash)
        return self._connection.execute(_HOLDS, values).get is not None

    def checkpoint_if_due(self) -> None:
        """Move the WAL's pages to the database if there are many.

        Raises:
            apsw.Error: it failed or a reader was in the way. What is durable stays so, and it will
                be due again after as many pages more.
        """
        limit = self._settings.checkpoint_pages
        if self._wal_pages - self._moved_pages < limit:
            return
        self._moved_pages = self._wal_pages
        # Readers that overlap all the time would keep the WAL from ever starting anew.
        impatient = self._wal_pages >= _LONG_WAL * limit
        mode = apsw.SQLITE_CHECKPOINT_RESTART if impatient else apsw.SQLITE_CHECKPOINT_PASSIVE
        self._connection.wal_checkpoint(mode=mode)

    def close(self) -> None:
        """Move everything to the database and close.

        Raises:
            apsw.Error: it could not be moved; it is durable all the same, and closed.
        """
        try:
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close without a further write."""
        self._connection.close(force=True)


def _file_ids(path: Path) -> tuple[tuple[int, int], ...]:
    stats = (path.stat(), Path(f"{path}-wal").stat())
    return tuple((each.st_dev, each.st_ino) for each in stats)


_HEADS: Final = """
    SELECT streams.id, streams.name, sequence, hash
    FROM streams JOIN events ON events.stream = streams.id
    WHERE sequence = (SELECT max(sequence) FROM events WHERE stream = streams.id)
"""
# One seek a bucket, however many keys there are.
_BUCKETS: Final = """
    WITH RECURSIVE found (bucket) AS (
        SELECT min(bucket) FROM keys
        UNION ALL
        SELECT (SELECT min(bucket) FROM keys WHERE bucket > found.bucket)
        FROM found WHERE bucket IS NOT NULL
    )
    SELECT bucket FROM found WHERE bucket IS NOT NULL
"""
_INTRODUCE: Final = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING"
_COUNT_OPENING: Final = """
    INSERT INTO meta (name, value) VALUES ('openings', 1)
    ON CONFLICT (name) DO UPDATE SET value = value + 1
"""
_COUNT_EVENTLESS: Final = """
    INSERT INTO meta (name, value) VALUES ('eventless', ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
_CLAIM_KEY: Final = """
    INSERT INTO keys (bucket, source, key, signal, reading) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING
"""
_CLAIM_FINGERPRINT: Final = """
    INSERT INTO fingerprints (source, key, signal, reading, expires) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE
    SET signal = excluded.signal, reading = excluded.reading, expires = excluded.expires
    WHERE fingerprints.expires <= ?
"""
_FINGERPRINT_HOLDER: Final = """
    SELECT signal, reading FROM fingerprints WHERE source = ? AND key = ?
"""
_PRUNE: Final = """
    DELETE FROM fingerprints WHERE (source, key) IN (
        SELECT source, key FROM fingerprints WHERE expires <= ? ORDER BY expires LIMIT ?
    )
"""
_HOLDS: Final = """
    SELECT 1 FROM events JOIN streams ON streams.id = events.stream
    WHERE streams.name = ? AND sequence = ? AND hash = ?
"""

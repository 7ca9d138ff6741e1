"""Streams of events: the next place in each, and its hash chain.

Invariants:

1. A stream's end in `streams` is its last event: both are written in one transaction, and compared
   when the journal is opened, unless that event is in an archive. So no two events can get one
   sequence, though no index forbids it.
"""

from typing import Any, Final, NamedTuple

import apsw

from fillgate.journal.base import JournalUnavailable
from fillgate.journal.chain import GENESIS, link
from fillgate.journal.pending import Pending
from fillgate.journal.rows import Rows

__all__ = ["LastRecord", "StreamTable"]


class LastRecord(NamedTuple):
    """The last record of a batch: it is in the database if, and only if, the batch is."""

    position: int
    hash: bytes


class _Head:
    __slots__ = ("hash", "id", "name", "position", "sequence", "text")

    def __init__(self, key: int, text: str, position: int, sequence: int, digest: bytes) -> None:
        self.id = key
        self.text = text
        self.name = text.encode()
        self.position = position
        self.sequence = sequence
        self.hash = digest


class StreamTable:
    """The heads of all streams, in memory. To be used inside a transaction."""

    def __init__(self, cursor: apsw.Cursor) -> None:
        """Use this cursor's connection; `reload` comes before the first event."""
        self._cursor = cursor
        self._heads: dict[str, _Head] = {}
        self._moved: set[_Head] = set()
        self.position = 0
        """Of the record that was staged last, over all streams."""
        self.last: LastRecord | None = None
        """The record that was staged last since `reload`."""

    def check(self) -> None:
        """Compare the ends of all streams with the events.

        Raises:
            JournalUnavailable: they are not the same; what is appended would break a chain.
        """
        stray = self._cursor.execute(_STRAY).get
        if stray is not None:
            raise JournalUnavailable(
                f"the end of its stream {stray} is not its last event: see what `fillgate journal"
                " verify` says, and go on from a backup"
            )

    def reload(self) -> None:
        """Read the heads anew: after opening, and after a roll-back."""
        self.last = None
        self._moved.clear()
        rows: list[tuple[Any, ...]] = self._cursor.execute(_HEADS).fetchall()
        self._heads = {text: _Head(key, text, *end) for key, text, *end in rows}
        self.position = max((head.position for head in self._heads.values()), default=0)

    def stage(self, pending: Pending, rows: Rows) -> int:
        """Add a write's events to the rows, and return the position of the last one."""
        signal = pending.write.signal
        for entry, (kind, version, data) in zip(pending.write.entries, pending.events, strict=True):
            head = self._heads.get(entry.stream) or self._new(entry.stream)
            head.sequence += 1
            head.hash = link(
                head.hash,
                stream=head.name,
                sequence=head.sequence,
                at=entry.at,
                signal=signal,
                kind=kind.encode(),
                version=version,
                data=data,
            )
            self.position = head.position = self.position + 1
            self._moved.add(head)
            place = (head.position, head.id, head.sequence, entry.at, signal)
            rows.events.append((*place, kind, version, data, head.hash))
        self.last = LastRecord(self.position, head.hash)
        return self.position

    def _new(self, name: str) -> _Head:
        head = self._heads[name] = _Head(len(self._heads) + 1, name, 0, 0, GENESIS)
        return head

    def write_ends(self) -> None:
        """Write the ends of those streams to which something was added."""
        for head in self._moved:
            end = (head.position, head.sequence, head.hash)
            self._cursor.execute(_MOVE, (head.id, head.text, *end))
        self._moved.clear()

    def has(self, record: LastRecord) -> bool:
        """Tell whether this very record is in the database."""
        return self._cursor.execute(_HAS, record).get is not None


_HEADS: Final = "SELECT id, name, position, sequence, hash FROM streams"
_MOVE: Final = """
    INSERT INTO streams (id, name, position, sequence, hash) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE
    SET position = excluded.position, sequence = excluded.sequence, hash = excluded.hash
"""
_STRAY: Final = """
    SELECT name FROM streams LEFT JOIN events ON events.position = streams.position
    WHERE streams.position > (SELECT coalesce(max(last), 0) FROM archives)
        AND (events.stream, events.sequence, events.hash)
        IS NOT (streams.id, streams.sequence, streams.hash)
    UNION ALL
    SELECT coalesce(name, '?') FROM events LEFT JOIN streams ON streams.id = events.stream
    WHERE events.position > (SELECT coalesce(max(position), 0) FROM streams)
    LIMIT 1
"""
_HAS: Final = "SELECT 1 FROM events WHERE position = ? AND hash = ?"

"""Streams of events: the next place in each, and its hash chain."""

from typing import Any, Final, NamedTuple

import apsw

from fillgate.journal.chain import GENESIS, link
from fillgate.journal.pending import Pending
from fillgate.journal.rows import Rows

__all__ = ["LastRecord", "StreamTable"]


class LastRecord(NamedTuple):
    """The last record of a batch: it is in the database if, and only if, the batch is."""

    stream: str
    sequence: int
    hash: bytes


class _Head:
    __slots__ = ("hash", "id", "name", "sequence")

    def __init__(self, stream_id: int, name: str, sequence: int, digest: bytes) -> None:
        self.id = stream_id
        self.name = name.encode()
        self.sequence = sequence
        self.hash = digest


class StreamTable:
    """The heads of all streams, in memory. To be used inside a transaction."""

    def __init__(self, cursor: apsw.Cursor) -> None:
        """Use this cursor's connection; `reload` comes before the first event."""
        self._cursor = cursor
        self._heads: dict[str, _Head] = {}
        self._position = 0
        self.last: LastRecord | None = None
        """The record that was staged last."""

    def reload(self) -> None:
        """Read the heads anew: after opening, and after a roll-back."""
        self.last = None
        self._position = int(self._cursor.execute(_POSITION).get)
        rows: list[tuple[Any, ...]] = self._cursor.execute(_HEADS).fetchall()
        self._heads = {name: _Head(key, name, *end) for key, name, *end in rows}

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
            self._position += 1
            place = (self._position, head.id, head.sequence, entry.at, signal)
            rows.events.append((*place, kind, version, data, head.hash))
        self.last = LastRecord(entry.stream, head.sequence, head.hash)
        return self._position

    def _new(self, name: str) -> _Head:
        head = self._heads[name] = _Head(len(self._heads) + 1, name, 0, GENESIS)
        self._cursor.execute("INSERT INTO streams (id, name) VALUES (?, ?)", (head.id, name))
        return head

    def has(self, record: LastRecord) -> bool:
        """Tell whether this very record is in the database."""
        return self._cursor.execute(_HAS, record).get is not None


_POSITION: Final = "SELECT coalesce(max(position), 0) FROM events"
_HEADS: Final = """
    SELECT streams.id, streams.name, sequence, hash
    FROM streams JOIN events ON events.stream = streams.id
    WHERE sequence = (SELECT max(sequence) FROM events WHERE stream = streams.id)
"""
_HAS: Final = """
    SELECT 1 FROM events JOIN streams ON streams.id = events.stream
    WHERE streams.name = ? AND sequence = ? AND hash = ?
"""

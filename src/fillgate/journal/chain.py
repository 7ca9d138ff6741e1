"""The hash chain of a stream: any change of what was written is found.

A record's hash is SHA-256 over a header of fixed size and the texts and bytes behind it. The header
holds the previous record's hash (32 zero bytes before the first), sequence, at, signal (and whether
there is one), version, and the lengths of stream, kind and data, so that no two records give the
same bytes.

Invariants:

1. Sequences of a stream go up from 1 by one, positions of the journal by one.
2. The hash covers the stored bytes, not the event they decode to.
3. A chain cannot tell that its end was cut off. For that, heads known from elsewhere are compared.
"""

import struct
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

import msgspec

from fillgate.journal.base import Head

__all__ = ["GENESIS", "ChainBreak", "StoredRecord", "Verifier", "link", "verify"]

GENESIS: Final = bytes(32)
"""What stands for the previous hash in a stream's first record."""

_HEADER: Final = struct.Struct(">32sqq?qqIII")


def link(
    previous: bytes,
    *,
    stream: bytes,
    sequence: int,
    at: int,
    signal: int | None,
    kind: bytes,
    version: int,
    data: bytes,
) -> bytes:
    """Return the hash of a record.

    Args:
        previous: hash of the record before it in its stream; `GENESIS` for the first.
        stream: name of the stream, UTF-8.
        sequence: its place in the stream, from 1.
        at: Unix microseconds.
        signal: number of the signal it belongs to.
        kind: name of the event's kind, UTF-8.
        version: version of the kind.
        data: the event as stored.
    """
    header = _HEADER.pack(
        previous,
        sequence,
        at,
        signal is not None,
        signal or 0,
        version,
        len(stream),
        len(kind),
        len(data),
    )
    return sha256(b"".join((header, stream, kind, data))).digest()


class StoredRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it is stored, its event not decoded."""

    position: int
    stream: str
    sequence: int
    at: int
    signal: int | None
    kind: str
    version: int
    data: bytes
    hash: bytes


class ChainBreak(msgspec.Struct, frozen=True):
    """The first place where a journal is not what was written."""

    position: int
    """Of the bad record; where a stream's end is missing, of the last record there is."""
    stream: str
    sequence: int
    """Of the bad or missing record."""
    problem: str


class Verifier:
    """Checks records in the order of commits, one after another."""

    def __init__(self, known: Iterable[Head] = ()) -> None:
        """Begin before the first record of a journal.

        Args:
            known: heads noted elsewhere at any time; the chain must lead through them.
        """
        self.position = 0
        """Of the last record that was checked."""
        self.broken: ChainBreak | None = None
        """The first bad record, if there was one."""
        self._heads: dict[str, Head] = {}
        self._known = {(head.stream, head.sequence): head.hash for head in known}

    def begin(self, position: int, heads: Iterable[Head]) -> None:
        """Go on behind a position where the streams had these heads."""
        self.position = position
        self._heads = {head.stream: head for head in heads}

    @property
    def heads(self) -> Mapping[str, Head]:
        """The last checked record of each stream."""
        return self._heads

    def check(self, record: StoredRecord) -> ChainBreak | None:
        """Return what is wrong with the next record, or None."""
        head = self._heads.get(record.stream) or Head(record.stream, 0, GENESIS)
        problem = self._problem(record, head)
        self.position = record.position
        self._heads[record.stream] = Head(record.stream, record.sequence, record.hash)
        if problem is None:
            return None
        bad = ChainBreak(record.position, record.stream, record.sequence, problem)
        self.broken = self.broken or bad
        return bad

    def _problem(self, record: StoredRecord, head: Head) -> str | None:
        if record.position != self.position + 1:
            return f"expected position {self.position + 1}: records before it are missing"
        if record.sequence != head.sequence + 1:
            return f"expected sequence {head.sequence + 1} of its stream"
        if record.hash != _hash_of(record, head.hash):
            return "its hash does not fit"
        known = self._known.pop((record.stream, record.sequence), record.hash)
        return None if known == record.hash else "it is not the record that was noted elsewhere"

    def missing(self) -> ChainBreak | None:
        """Return the first known head that no checked record led to, or None."""
        for stream, sequence in self._known:
            if sequence:
                end = self._heads[stream].sequence if stream in self._heads else 0
                problem = f"the stream ends at {end}, it reached {sequence}"
                return ChainBreak(self.position, stream, end + 1, problem)
        return None


def _hash_of(record: StoredRecord, previous: bytes) -> bytes:
    return link(
        previous,
        stream=record.stream.encode(),
        sequence=record.sequence,
        at=record.at,
        signal=record.signal,
        kind=record.kind.encode(),
        version=record.version,
        data=record.data,
    )


def verify(records: Iterable[StoredRecord], known: Iterable[Head] = ()) -> ChainBreak | None:
    """Return the first bad record of a whole journal, or None if all are as they were written.

    Args:
        records: all records from position 1, in order.
        known: heads noted elsewhere at any time, to notice that an end was cut off.
    """
    verifier = Verifier(known)
    for record in records:
        problem = verifier.check(record)
        if problem is not None:
            return problem
    return verifier.missing()

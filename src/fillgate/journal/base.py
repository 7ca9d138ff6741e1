"""The Journal protocol: the append-only, durable log of everything that happened.

Invariants:

1. A `Write` is atomic: its claim, events, body and rows are durable together or not at all, and
   `done` hears `Committed` only after the flush.
2. Writes are committed in the order in which they were appended; within a stream events get
   consecutive sequence numbers from 1 and a hash chain.
3. A key is claimed at most once. A `Write` whose claim is taken leaves nothing behind.
4. A failed commit is undecided: the journal stops taking writes, re-opens, reads its tail, tells
   each write how it ended, and only then goes on. It never guesses and never re-writes by itself.
5. Rows are an index of the events, for readers; the events are the truth (`rebuild` follows from
   them).
6. Reading never blocks writing.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final, Protocol

import msgspec

from fillgate.domain.events import Event
from fillgate.domain.positions import Position
from fillgate.journal.index import OrderQuery, OrderRow, Page, SignalQuery, SignalRow
from fillgate.meters import JournalMeters

__all__ = [
    "INBOX",
    "SYSTEM",
    "Claim",
    "CommitOutcome",
    "Committed",
    "Done",
    "Entry",
    "Head",
    "Incarnation",
    "Journal",
    "JournalLocked",
    "JournalUnavailable",
    "KeyTaken",
    "Lost",
    "Recorded",
    "Sighting",
    "Undecided",
    "VenueId",
    "Write",
    "account_stream",
]

INBOX: Final = "inbox"
"""The stream of what sources asked."""

SYSTEM: Final = "system"
"""The stream of what happened to the service itself."""


@lru_cache(maxsize=1024)
def account_stream(account: str) -> str:
    """Return the name of an account's stream."""
    return f"account:{account}"


class JournalUnavailable(Exception):
    """The journal takes nothing now; the text says why. What was asked left no trace."""


class JournalLocked(JournalUnavailable):
    """Another process writes this journal; the text names it."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """An event to append to a stream."""

    stream: str
    at: int
    """When it happened, Unix microseconds."""
    event: Event


class Recorded(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An event as it stands in the journal."""

    position: int
    """Place in the order of commits, over all streams."""
    stream: str
    sequence: int
    """Place in its stream, from 1."""
    at: int
    signal: int | None
    """Number of the signal it belongs to."""
    event: Event
    hash: bytes
    """SHA-256 over the previous hash of the stream and this record."""


class Head(msgspec.Struct, frozen=True, gc=False):
    """The last record of a stream."""

    stream: str
    sequence: int
    hash: bytes


class Claim(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The claim of an idempotency key, or of a fingerprint for a while."""

    source: str
    key: str
    reading: bytes
    """Digest of the reading, to tell a repeat from a re-use."""
    at: int
    """Unix microseconds."""
    expires: int | None = None
    """When a fingerprint's claim ends, Unix microseconds; None for keys: never."""


class VenueId(msgspec.Struct, frozen=True, gc=False):
    """What a venue calls one of our orders."""

    account: str
    symbol: str
    order_id: str
    """The venue's id of the order; its own within account and symbol."""
    client_order_id: str
    """The order's name here."""


class Sighting(msgspec.Struct, frozen=True, gc=False):
    """Something noticed at a venue and told of; it is not told of again after a restart."""

    account: str
    kind: str
    """What kind of thing, for example `foreign-order`."""
    subject: str
    """Which one of its kind, for example the venue's id of an order."""
    value: str
    """What was told of it; another value is news."""


class Incarnation(msgspec.Struct, frozen=True, gc=False):
    """A new life of a journal: it was restored from a backup."""

    id: str
    """32 hexadecimal digits."""
    hold: str
    """Why nothing may be sent for now."""


class Write(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What is to become durable together."""

    entries: tuple[Entry, ...]
    signal: int | None = None
    """Number of the signal that all entries belong to."""
    claim: Claim | None = None
    body: bytes | None = None
    """The signal's bytes as received, credentials cut; needs `signal`."""
    signal_row: SignalRow | None = None
    """Inserted, or replaces the row of the same number."""
    order_rows: tuple[OrderRow, ...] = ()
    """Inserted, or bring the status of the rows of the same ids up to date; nothing else of a row
    ever changes."""
    positions: tuple[Position, ...] = ()
    """Inserted, or replace those of the same account and symbol."""
    venue_ids: tuple[VenueId, ...] = ()
    """Inserted; where account, symbol and order id are there already, the first stays."""
    sightings: tuple[Sighting, ...] = ()
    """Inserted, or replace those of the same account, kind and subject."""
    begins: Incarnation | None = None
    """The journal goes on under this id, and is held."""
    ends_hold: bool = False
    """True if with this the journal is held no more."""


class Committed(msgspec.Struct, frozen=True, gc=False):
    """The write is durable."""

    position: int
    """Position of its last event; 0 without events."""


class KeyTaken(msgspec.Struct, frozen=True, gc=False):
    """The claim was taken before; nothing was written."""

    signal: int
    """Number of the signal that holds the key."""
    reading: bytes
    """Digest of that signal's reading."""


class Undecided(msgspec.Struct, frozen=True, gc=False):
    """The commit failed and it is not known yet whether it is durable; one more answer follows."""

    reason: str


class Lost(msgspec.Struct, frozen=True, gc=False):
    """The write is proven not to be in the journal."""

    reason: str
    invalid: bool = False
    """True when the write itself breaks a rule of the journal: it would be lost again."""


CommitOutcome = Committed | KeyTaken | Undecided | Lost
Done = Callable[[CommitOutcome], None]
"""Called in the event loop: once with Committed, KeyTaken or Lost, before that perhaps once with
Undecided. An exception in it is logged and reaches nobody else."""


class Journal(Protocol):
    """A durable log with one writer.

    Reading methods run off the event loop. They raise JournalUnavailable when the journal cannot be
    read or is closed.
    """

    @property
    def identity(self) -> str:
        """The journal's own random id: 32 hexadecimal digits, made when it was created."""
        ...

    @property
    def incarnations(self) -> Sequence[str]:
        """The ids under which it was written: its identity, then one for each restoring.

        What is minted now carries the last one; what carries any of them is this journal's.
        """
        ...

    @property
    def hold(self) -> str | None:
        """Why nothing may be sent, as it was when the journal was opened; None where all may."""
        ...

    @property
    def last_signal(self) -> int:
        """The highest signal number that was in the journal when it was opened; 0 for none."""
        ...

    @property
    def fault(self) -> str | None:
        """Why the journal takes no writes now; None while it does."""
        ...

    @property
    def meters(self) -> JournalMeters:
        """What was counted since the journal was opened."""
        ...

    def sizes(self) -> Mapping[str, int]:
        """Return how many bytes the journal takes: `database` and `log`, its write-ahead log."""
        ...

    def append(self, write: Write, done: Done) -> None:
        """Make a write durable and tell `done` how it went. Must be called in the event loop.

        While `fault` is set, `done` hears Lost soon after, never at once.
        """
        ...

    async def close(self) -> None:
        """Commit what waits, then close. Further appends are Lost."""
        ...

    async def heads(self) -> Mapping[str, Head]:
        """Return the last record of each stream."""
        ...

    async def story(self, signal: int) -> Sequence[Recorded]:
        """Return all events of a signal and its orders, in the order of commits."""
        ...

    async def stories(self, signals: Sequence[int]) -> Sequence[Sequence[Recorded]]:
        """Return the story of each of these signals."""
        ...

    async def body(self, signal: int) -> bytes | None:
        """Return the stored bytes of a signal; None if there are none or they were erased."""
        ...

    async def find_claim(self, source: str, key: str) -> KeyTaken | None:
        """Return who holds a key; None if nobody does. Fingerprints are not looked for."""
        ...

    async def find_order(self, client_order_id: str) -> OrderRow | None:
        """Return an order's row."""
        ...

    async def find_by_order_id(self, account: str, symbol: str, order_id: str) -> OrderRow | None:
        """Return the row of the order that a venue calls so."""
        ...

    async def find_signal(self, number: int) -> SignalRow | None:
        """Return a signal's row."""
        ...

    async def orders(self, query: OrderQuery) -> Page[OrderRow]:
        """List orders, newest first."""
        ...

    async def signals(self, query: SignalQuery) -> Page[SignalRow]:
        """List signals, newest first."""
        ...

    async def open_orders(self) -> Sequence[OrderRow]:
        """Return all orders whose status is not final, oldest first."""
        ...

    async def absent_orders(self, *, since: int = 0) -> Sequence[OrderRow]:
        """Return the orders that are ABSENT and were planned since then (Unix microseconds)."""
        ...

    async def waiting_signals(self) -> Sequence[SignalRow]:
        """Return all accepted signals whose order is not planned yet, oldest first."""
        ...

    async def positions(self) -> Sequence[Position]:
        """Return all positions, by account and symbol."""
        ...

    async def sightings(
        self, account: str, kind: str, subjects: Sequence[str]
    ) -> Mapping[str, str]:
        """Return what was told last of each of these; those never told of are left out."""
        ...

    async def events(self, *, after: int = 0, limit: int = 1000) -> Sequence[Recorded]:
        """Return events of all streams after a position, in the order of commits."""
        ...

    async def last_event(self) -> Recorded | None:
        """Return the last event in the order of commits; None in an empty journal."""
        ...

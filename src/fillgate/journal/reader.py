"""Reading a journal file, whether or not a process writes it."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Concatenate, ParamSpec, Self, TypeVar

import apsw

from fillgate.domain.positions import Position
from fillgate.journal import many, queries
from fillgate.journal.archives import JournalConnection
from fillgate.journal.base import (
    Head,
    JournalUnavailable,
    KeyTaken,
    Recorded,
)
from fillgate.journal.chain import ChainBreak, StoredRecord, Verifier
from fillgate.journal.index import OrderQuery, OrderRow, Page, SignalQuery, SignalRow
from fillgate.journal.schema import check_layout, connect_reader, open_errors

__all__ = ["Reading", "SqliteReader"]

_P = ParamSpec("_P")
_T = TypeVar("_T")

_THREADS = 2
_VERIFY_PAGE = 2000


class Reading:
    """The reading methods of a `Journal`, in threads and over connections of their own."""

    def __init__(self, path: Path, *, vfs: str | None = None) -> None:
        """Get ready to read an existing journal; `open` checks that it is one."""
        self._path = path
        self._vfs = vfs
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="fillgate journal reader")
        self._connections: SimpleQueue[JournalConnection] = SimpleQueue()
        self._closed = False
        self._identity = ""
        self._last_signal = 0
        self._incarnations: Sequence[str] = ()
        self._hold: str | None = None

    async def _load(self) -> None:
        with open_errors(self._path):
            await self._read(check_layout)
            self._identity = await self._read(queries.identity)
            self._last_signal = await self._read(queries.last_signal)
            self._incarnations = await self._read(queries.incarnations)
            self._hold = await self._read(queries.hold)

    async def _read(
        self,
        query: Callable[Concatenate[JournalConnection, _P], _T],
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> _T:
        def run() -> _T:
            with self._connection() as connection:
                return query(connection, *args, **kwargs)

        if self._closed:
            raise JournalUnavailable("the journal is closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, run)
        except apsw.Error as error:
            raise JournalUnavailable(f"the journal cannot be read: {error}") from error

    @contextmanager
    def _connection(self) -> Iterator[JournalConnection]:
        try:
            connection = self._connections.get_nowait()
        except Empty:
            connection = self._connect()
        try:
            yield connection
        except apsw.Error:
            connection.close()
            raise
        except BaseException:
            self._connections.put(connection)
            raise
        self._connections.put(connection)

    def _connect(self) -> JournalConnection:
        if not self._path.is_file():
            raise JournalUnavailable("there is no such journal")
        return connect_reader(self._path, vfs=self._vfs)

    async def close(self) -> None:
        """Finish what is being read, then close."""
        self._closed = True
        await asyncio.to_thread(self._close_connections)

    def _close_connections(self) -> None:
        self._pool.shutdown()
        while not self._connections.empty():
            self._connections.get_nowait().close()

    @property
    def identity(self) -> str:
        """The journal's own random id: 32 hexadecimal digits, made when it was created."""
        return self._identity

    @property
    def incarnations(self) -> Sequence[str]:
        """The ids under which it was written: its identity, then one for each restoring."""
        return self._incarnations

    @property
    def hold(self) -> str | None:
        """Why nothing may be sent, as it was when the journal was opened; None where all may."""
        return self._hold

    @property
    def last_signal(self) -> int:
        """The highest signal number that was in the journal when it was opened; 0 for none."""
        return self._last_signal

    async def heads(self) -> Mapping[str, Head]:
        """Return the last record of each stream."""
        return await self._read(queries.heads)

    async def story(self, signal: int) -> Sequence[Recorded]:
        """Return all events of a signal and its orders, in the order of commits."""
        return await self._read(queries.story, signal)

    async def stories(self, signals: Sequence[int]) -> Sequence[Sequence[Recorded]]:
        """Return the story of each of these signals."""
        return await self._read(queries.stories, signals)

    async def body(self, signal: int) -> bytes | None:
        """Return the stored bytes of a signal; None if there are none or they were erased."""
        return await self._read(queries.body_of, signal)

    async def find_claim(self, source: str, key: str) -> KeyTaken | None:
        """Return who holds a key; None if nobody does. Fingerprints are not looked for."""
        return await self._read(queries.find_claim, source, key)

    async def find_order(self, client_order_id: str) -> OrderRow | None:
        """Return an order's row."""
        return await self._read(queries.find_order, client_order_id)

    async def find_by_order_id(self, account: str, symbol: str, order_id: str) -> OrderRow | None:
        """Return the row of the order that a venue calls so."""
        return await self._read(queries.find_by_order_id, account, symbol, order_id)

    async def find_signal(self, number: int) -> SignalRow | None:
        """Return a signal's row."""
        return await self._read(queries.find_signal, number)

    async def orders(self, query: OrderQuery) -> Page[OrderRow]:
        """List orders, newest first."""
        return await self._read(queries.orders, query)

    async def signals(self, query: SignalQuery) -> Page[SignalRow]:
        """List signals, newest first."""
        return await self._read(queries.signals, query)

    async def open_orders(self) -> Sequence[OrderRow]:
        """Return all orders whose status is not final, oldest first."""
        return await self._read(queries.open_orders)

    async def absent_orders(self, *, since: int = 0) -> Sequence[OrderRow]:
        """Return the orders that are ABSENT and were planned since then (Unix microseconds)."""
        return await self._read(queries.absent_orders, since)

    async def waiting_signals(self) -> Sequence[SignalRow]:
        """Return all accepted signals whose order is not planned yet, oldest first."""
        return await self._read(queries.waiting_signals)

    async def positions(self) -> Sequence[Position]:
        """Return all positions, by account and symbol."""
        return await self._read(queries.positions)

    async def sightings(
        self, account: str, kind: str, subjects: Sequence[str]
    ) -> Mapping[str, str]:
        """Return what was told last of each of these; those never told of are left out."""
        return await self._read(queries.sightings, account, kind, subjects)

    async def events(self, *, after: int = 0, limit: int = 1000) -> Sequence[Recorded]:
        """Return events of all streams after a position, in the order of commits."""
        return await self._read(queries.events_after, after, limit)

    async def last_event(self) -> Recorded | None:
        """Return the last event in the order of commits; None in an empty journal."""
        return await self._read(queries.last_event)

    async def order_rows(self, ids: Sequence[str]) -> Sequence[OrderRow | None]:
        """Return the row of each of these orders."""
        return await self._read(many.order_rows, ids)

    async def signal_rows(self, numbers: Sequence[int]) -> Sequence[SignalRow | None]:
        """Return the row of each of these signals."""
        return await self._read(many.signal_rows, numbers)

    async def body_digests(self, numbers: Sequence[int]) -> Sequence[str | None]:
        """Return SHA-256 of each of these signals' bodies, hexadecimal; None for no body."""
        return await self._read(many.body_digests, numbers)

    async def key_holders(self, keys: Sequence[many.ToldKey]) -> Sequence[int | None]:
        """Return which signal holds each of these keys."""
        return await self._read(many.key_holders, keys)

    async def venue_id_holders(self, ids: Sequence[many.ToldId]) -> Sequence[str | None]:
        """Return which order has each of these ids."""
        return await self._read(many.venue_id_holders, ids)

    async def keys(self, *, after: many.ToldKey | None, limit: int) -> Sequence[many.ToldKey]:
        """Return keys in the order of the table, with their buckets as positions."""
        return await self._read(many.all_keys, after, limit)

    async def venue_ids(self, *, after: many.ToldId | None, limit: int) -> Sequence[many.ToldId]:
        """Return the venues' ids in the order of the table, with their buckets as positions."""
        return await self._read(many.all_venue_ids, after, limit)

    async def tail(self, *, after: int, limit: int) -> many.Tail:
        """Return the last records after a position, and how many rows there are with them."""
        return await self._read(many.tail, after, limit)

    async def records(self, *, after: int = 0, limit: int = 1000) -> Sequence[StoredRecord]:
        """Return records after a position as they are stored, in the order of commits."""
        return await self._read(queries.records_after, after, limit)

    async def verify(self, known: Sequence[Head] = ()) -> ChainBreak | None:
        """Check the hash chains of the whole journal.

        Args:
            known: heads noted elsewhere at any time, to notice that an end was cut off. Those that
                the journal itself notes are looked for in any case.

        Returns:
            The first record that is not what was written; None if all are.
        """
        verifier = Verifier([*(await self.heads()).values(), *known])
        while await self._read(_check_page, verifier):
            pass
        return verifier.broken or verifier.missing()


def _check_page(connection: JournalConnection, verifier: Verifier) -> bool:
    """Check some records more; False when there are none or one is bad."""
    records = queries.records_after(connection, verifier.position, _VERIFY_PAGE)
    return bool(records) and all(verifier.check(record) is None for record in records)


class SqliteReader(Reading):
    """A journal opened for reading only, whether or not a process writes it.

    It never writes and never makes a file. Several may read one journal at a time.
    """

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open an existing journal for reading.

        Raises:
            JournalUnavailable: there is none, it cannot be read, or its layout is not this
                software's; the text says which.
        """
        reader = cls(path)
        try:
            await reader._load()
        except BaseException:
            await reader.close()
            raise
        return reader

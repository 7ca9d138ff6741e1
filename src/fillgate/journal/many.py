"""Many rows in one question, for those who look at all of them: checks and exports."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

import apsw

from fillgate.journal import queries
from fillgate.journal.archives import JournalConnection
from fillgate.journal.buckets import bucket_of
from fillgate.journal.chain import StoredRecord
from fillgate.journal.claims import KEY_HOLDER
from fillgate.journal.index import OrderRow, SignalRow
from fillgate.journal.venue_ids import client_order_id_of

__all__ = [
    "Counts",
    "Tail",
    "ToldId",
    "ToldKey",
    "all_keys",
    "all_venue_ids",
    "body_digests",
    "key_holders",
    "order_rows",
    "signal_rows",
    "tail",
    "venue_id_holders",
]


class ToldKey(NamedTuple):
    """A key that an event tells of."""

    position: int
    """Of the event."""
    source: str
    key: str
    signal: int


class ToldId(NamedTuple):
    """An order's id at its venue that an event tells of."""

    position: int
    """Of the event."""
    account: str
    symbol: str
    order_id: str
    client_order_id: str


class Counts(NamedTuple):
    """How many rows tables have."""

    orders: int
    signals: int
    keys: int
    venue_ids: int


class Tail(NamedTuple):
    """The last records, and how many rows there are with the last of them."""

    records: Sequence[StoredRecord]
    counts: Counts | None
    """None where more records follow."""


def order_rows(connection: apsw.Connection, ids: Sequence[str]) -> list[OrderRow | None]:
    """Return the row of each of these orders."""
    return [queries.find_order(connection, each) for each in ids]


def signal_rows(connection: apsw.Connection, numbers: Sequence[int]) -> list[SignalRow | None]:
    """Return the row of each of these signals."""
    return [queries.find_signal(connection, number) for number in numbers]


def body_digests(connection: JournalConnection, numbers: Sequence[int]) -> list[str | None]:
    """Return SHA-256 of each of these signals' bodies, hexadecimal; None where there is none."""
    bodies = (queries.body_of(connection, number) for number in numbers)
    return [None if body is None else sha256(body).hexdigest() for body in bodies]


def key_holders(connection: apsw.Connection, keys: Sequence[ToldKey]) -> list[int | None]:
    """Return which signal holds each of these keys."""
    return [_key_holder(connection, key) for key in keys]


def _key_holder(connection: apsw.Connection, told: ToldKey) -> int | None:
    # A claim lies in the bucket of the event before its batch.
    bucket = bucket_of(told.position)
    near = (bucket - 1, bucket, told.source, told.key)
    found: int | None = connection.execute(_KEY_NEAR, near).get
    if found is not None:
        return found
    row = connection.execute(KEY_HOLDER, (told.source, told.key)).fetchone()
    return None if row is None else int(str(row[0]))


def venue_id_holders(connection: apsw.Connection, ids: Sequence[ToldId]) -> list[str | None]:
    """Return which order has each of these ids."""
    return [_venue_id_holder(connection, each) for each in ids]


def _venue_id_holder(connection: apsw.Connection, told: ToldId) -> str | None:
    # An id lies in the bucket of the last event of its write.
    bucket = bucket_of(told.position)
    near = (bucket, bucket + 1, told.account, told.symbol, told.order_id)
    found: str | None = connection.execute(_ID_NEAR, near).get
    return found or client_order_id_of(connection, told.account, told.symbol, told.order_id)


def all_keys(connection: apsw.Connection, after: ToldKey | None, limit: int) -> list[ToldKey]:
    """Return keys in the order of the table, with their buckets as positions."""
    place = (-1, "", "") if after is None else after[:3]
    return [ToldKey(*row) for row in _rows(connection, _ALL_KEYS, (*place, limit))]


def all_venue_ids(connection: apsw.Connection, after: ToldId | None, limit: int) -> list[ToldId]:
    """Return ids in the order of the table, with their buckets as positions."""
    place = (-1, "", "", "") if after is None else after[:4]
    return [ToldId(*row) for row in _rows(connection, _ALL_IDS, (*place, limit))]


def _rows(
    connection: apsw.Connection, sql: str, values: tuple[int | str, ...]
) -> list[tuple[Any, ...]]:
    return connection.execute(sql, values).fetchall()


def tail(connection: JournalConnection, after: int, limit: int) -> Tail:
    """Return the records after a position and, if those are the last, how many rows there are."""
    with queries.snapshot(connection):
        records = queries.records_after(connection, after, limit)
        return Tail(records, None if len(records) == limit else _counts(connection))


def _counts(connection: apsw.Connection) -> Counts:
    return Counts(*(int(str(connection.execute(sql).get)) for sql in _COUNTS))


_KEY_NEAR: Final = """
    SELECT signal FROM keys WHERE bucket IN (?, ?) AND source = ? AND key = ?
"""
_ID_NEAR: Final = """
    SELECT client_order_id FROM venue_ids
    WHERE bucket IN (?, ?) AND account = ? AND symbol = ? AND order_id = ?
    ORDER BY bucket LIMIT 1
"""
_ALL_KEYS: Final = """
    SELECT bucket, source, key, signal FROM keys WHERE (bucket, source, key) > (?, ?, ?)
    ORDER BY bucket, source, key LIMIT ?
"""
_ALL_IDS: Final = """
    SELECT bucket, account, symbol, order_id, client_order_id FROM venue_ids
    WHERE (bucket, account, symbol, order_id) > (?, ?, ?, ?)
    ORDER BY bucket, account, symbol, order_id LIMIT ?
"""
_COUNTS: Final = (
    "SELECT count(*) FROM orders",
    "SELECT count(*) FROM signals",
    "SELECT count(*) FROM keys",
    "SELECT count(*) FROM venue_ids",
)

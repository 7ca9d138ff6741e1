"""The reading side: what is asked of the database, as plain functions over a connection.

Each is one statement, read to its end, or some in one transaction where archives are read too: a
read transaction is short, so that it never keeps the WAL from starting anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import apsw
import msgspec

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.positions import Position
from fillgate.journal.archives import JournalConnection
from fillgate.journal.base import Head, KeyTaken, Recorded
from fillgate.journal.chain import StoredRecord
from fillgate.journal.claims import KEY_HOLDER
from fillgate.journal.codec import Codec
from fillgate.journal.index import OrderQuery, OrderRow, Page, SignalQuery, SignalRow, SignalState
from fillgate.journal.venue_ids import client_order_id_of

__all__ = [
    "absent_orders",
    "body_of",
    "events_after",
    "find_by_order_id",
    "find_claim",
    "find_order",
    "find_signal",
    "heads",
    "hold",
    "identity",
    "incarnations",
    "last_signal",
    "open_orders",
    "orders",
    "positions",
    "records_after",
    "records_in",
    "sightings",
    "signals",
    "snapshot",
    "stories",
    "story",
    "waiting_signals",
]

_Row = tuple[Any, ...]

_POSITION: Final = msgspec.json.Decoder(Position)
_CODEC: Final = Codec()

_RECORD: Final = """
    SELECT events.position, name, events.sequence, at, signal, kind, version, data, events.hash
    FROM events JOIN streams ON streams.id = events.stream
"""
_OF_SIGNAL: Final = "? BETWEEN first_signal AND last_signal"
_BODY: Final = "SELECT body FROM bodies WHERE signal = ?"
_SIGNAL: Final = "SELECT number, at, source, state, account, symbol, code FROM signals"
_ORDER: Final = "SELECT client_order_id, signal, leg, account, symbol, status, at FROM orders"
_HEADS: Final = "SELECT name, sequence, hash FROM streams"
_LAST_SIGNAL: Final = """
    SELECT max(
        coalesce((SELECT max(signal) FROM events WHERE signal IS NOT NULL), 0),
        coalesce((SELECT max(number) FROM signals), 0),
        coalesce((SELECT max(signal) FROM bodies), 0)
    )
"""
_SYMBOL_BITS: Final = 10
_IN_BUCKET: Final = f"signal >> {_SYMBOL_BITS} = ?"
"""As the index by symbol has it."""
_BUCKETS_OF_SYMBOL: Final = f"""
    WITH RECURSIVE buckets (bucket) AS (
        SELECT ? UNION ALL SELECT bucket - 1 FROM buckets WHERE bucket > 0
    )
    SELECT bucket FROM buckets
    WHERE EXISTS (SELECT 1 FROM orders WHERE signal >> {_SYMBOL_BITS} = bucket AND symbol = ?)
    ORDER BY bucket DESC
"""  # noqa: S608 - all constants
_NEWEST_ORDER: Final = "SELECT coalesce(max(signal), 0) FROM orders"
_ABSENT: Final = f"{_ORDER} WHERE status = 'ABSENT' AND at >= ? ORDER BY at, signal, leg"
_SIGHTINGS: Final = """
    SELECT subject, sightings.value
    FROM json_each(?) CROSS JOIN sightings ON subject = json_each.value
    WHERE account = ? AND kind = ?
"""
_HOLD: Final = "SELECT value FROM meta WHERE name = 'hold'"
_INCARNATIONS: Final = "SELECT id FROM incarnations ORDER BY number"
_POSITIONS: Final = "SELECT data FROM positions ORDER BY account, symbol"
# Partial indexes serve only where the state stands in the statement itself.
_STATE_TERMS: Final[Mapping[str, str]] = {
    state: f"state = '{state}'"
    for state in (
        SignalState.WAITING,
        SignalState.PLANNED,
        SignalState.REFUSED,
        SignalState.DUPLICATE,
    )
}


def identity(connection: apsw.Connection) -> str:
    """Return the journal's own id."""
    return str(connection.execute("SELECT value FROM meta WHERE name = 'identity'").get)


def incarnations(connection: apsw.Connection) -> Sequence[str]:
    """Return the ids under which the journal was written, the newest last."""
    rows: list[_Row] = connection.execute(_INCARNATIONS).fetchall()
    return [identity for (identity,) in rows]


def hold(connection: apsw.Connection) -> str | None:
    """Return why the journal is held."""
    found: str | None = connection.execute(_HOLD).get
    return found


def last_signal(connection: apsw.Connection) -> int:
    """Return the highest signal number there is; 0 for none."""
    return int(connection.execute(_LAST_SIGNAL).get)


def heads(connection: apsw.Connection) -> Mapping[str, Head]:
    """Return the last record of each stream."""
    rows: list[_Row] = connection.execute(_HEADS).fetchall()
    return {row[0]: Head(*row) for row in rows}


def story(connection: JournalConnection, signal: int) -> list[Recorded]:
    """Return all events of a signal, in the order of commits."""
    sql = f"{_RECORD} WHERE signal = ? ORDER BY events.position"
    told: list[Recorded] = []
    with snapshot(connection):
        for part in connection.parts(_OF_SIGNAL, signal):
            told += map(_recorded, part.execute(sql, (signal,)).fetchall())
    return told


def stories(connection: JournalConnection, signals: Sequence[int]) -> list[list[Recorded]]:
    """Return the story of each of these signals, as they are at one time."""
    with snapshot(connection):
        return [story(connection, signal) for signal in signals]


def events_after(connection: JournalConnection, after: int, limit: int) -> list[Recorded]:
    """Return events after a position, in the order of commits."""
    return [_recorded(row) for row in _rows_after(connection, after, limit)]


def last_event(connection: apsw.Connection) -> Recorded | None:
    """Return the last event in the order of commits."""
    row = connection.execute(f"{_RECORD} ORDER BY events.position DESC LIMIT 1").fetchone()
    return None if row is None else _recorded(row)


def records_after(connection: JournalConnection, after: int, limit: int) -> list[StoredRecord]:
    """Return records after a position as they are stored, for `chain.verify`."""
    return [_stored(row) for row in _rows_after(connection, after, limit)]


def records_in(connection: apsw.Connection, after: int, limit: int) -> list[StoredRecord]:
    """Return records after a position that are in this very file."""
    return [_stored(row) for row in _rows_in(connection, after, limit)]


def _rows_after(connection: JournalConnection, after: int, limit: int) -> list[_Row]:
    rows: list[_Row] = []
    with snapshot(connection):
        for part in connection.parts("last > ?", after):
            rows += _rows_in(part, after, limit - len(rows))
            if len(rows) == limit:
                break
    return rows


def _rows_in(connection: apsw.Connection, after: int, limit: int) -> list[_Row]:
    sql = f"{_RECORD} WHERE events.position > ? ORDER BY events.position LIMIT ?"
    return connection.execute(sql, (after, limit)).fetchall()


@contextmanager
def snapshot(connection: apsw.Connection) -> Iterator[None]:
    """Let several statements see one state."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("COMMIT")


def _recorded(row: _Row) -> Recorded:
    position, stream, sequence, at, signal, kind, version, data, digest = row
    return Recorded(
        position=position,
        stream=stream,
        sequence=sequence,
        at=at,
        signal=signal,
        event=_CODEC.decode((kind, version, data)),
        hash=digest,
    )


def _stored(row: _Row) -> StoredRecord:
    position, stream, sequence, at, signal, kind, version, data, digest = row
    return StoredRecord(
        position=position,
        stream=stream,
        sequence=sequence,
        at=at,
        signal=signal,
        kind=kind,
        version=version,
        data=data,
        hash=digest,
    )


def body_of(connection: JournalConnection, signal: int) -> bytes | None:
    """Return the stored bytes of a signal."""
    with snapshot(connection):
        for part in connection.parts(_OF_SIGNAL, signal):
            body: bytes | None = part.execute(_BODY, (signal,)).get
            if body is not None:
                return body
    return None


def find_order(connection: apsw.Connection, client_order_id: str) -> OrderRow | None:
    """Return an order's row."""
    row = connection.execute(f"{_ORDER} WHERE client_order_id = ?", (client_order_id,)).fetchone()
    return None if row is None else _order(row)


def find_by_order_id(
    connection: apsw.Connection, account: str, symbol: str, order_id: str
) -> OrderRow | None:
    """Return the row of the order that a venue calls so."""
    name = client_order_id_of(connection, account, symbol, order_id)
    return None if name is None else find_order(connection, name)


def find_claim(connection: apsw.Connection, source: str, key: str) -> KeyTaken | None:
    """Return who holds a key."""
    row = connection.execute(KEY_HOLDER, (source, key)).fetchone()
    return None if row is None else KeyTaken(*row)


def find_signal(connection: apsw.Connection, number: int) -> SignalRow | None:
    """Return a signal's row."""
    row = connection.execute(f"{_SIGNAL} WHERE number = ?", (number,)).fetchone()
    return None if row is None else _signal(row)


def orders(connection: apsw.Connection, query: OrderQuery) -> Page[OrderRow]:
    """List orders, newest first."""
    terms, values = _order_terms(query)
    rows: list[_Row] = []
    for some, more in _buckets(connection, query):
        places = _where([*some, *terms])
        sql = f"{_ORDER} {places} ORDER BY signal DESC, leg DESC LIMIT ?"
        left = query.limit + 1 - len(rows)
        rows += connection.execute(sql, (*more, *values, left)).fetchall()
        if len(rows) > query.limit:
            break
    return Page([_order(row) for row in rows[: query.limit]], more=len(rows) > query.limit)


def _buckets(
    connection: apsw.Connection, query: OrderQuery
) -> Iterator[tuple[list[str], tuple[int, ...]]]:
    """Yield the parts of the orders to look into, newest first: all at once but by symbol.

    Open orders have an index of their own.
    """
    if query.symbol is None or _wants_open(query):
        yield [], ()
        return
    newest = int(connection.execute(_NEWEST_ORDER).get)
    if query.before is not None:
        newest = min(newest, query.before[0])
    places = (newest >> _SYMBOL_BITS, query.symbol)
    found: list[_Row] = connection.execute(_BUCKETS_OF_SYMBOL, places).fetchall()
    for (bucket,) in found:
        yield [_IN_BUCKET], (int(bucket),)


def _wants_open(query: OrderQuery) -> bool:
    return bool(query.statuses) and not any(status.is_final for status in query.statuses)


def _order_terms(query: OrderQuery) -> tuple[list[str], list[Any]]:
    terms, values = _equal(account=query.account, symbol=query.symbol)
    if query.statuses:
        terms.append(f"status IN ({','.join('?' * len(query.statuses))})")
        values += [status.value for status in query.statuses]
        if _wants_open(query):
            terms.append("open = 1")
    if query.before is not None:
        terms.append("(signal, leg) < (?, ?)")
        values += query.before
    return terms, values


def signals(connection: apsw.Connection, query: SignalQuery) -> Page[SignalRow]:
    """List signals, newest first."""
    terms, values = _equal(source=query.source)
    if query.state is not None:
        terms.append(_STATE_TERMS.get(query.state, "false"))
    if query.before is not None:
        terms.append("number < ?")
        values.append(query.before)
    sql = f"{_SIGNAL} {_where(terms)} ORDER BY number DESC LIMIT ?"
    rows = connection.execute(sql, (*values, query.limit + 1)).fetchall()
    return Page([_signal(row) for row in rows[: query.limit]], more=len(rows) > query.limit)


def _equal(**wanted: str | None) -> tuple[list[str], list[Any]]:
    given = {name: value for name, value in wanted.items() if value is not None}
    return [f"{name} = ?" for name in given], list(given.values())


def _where(terms: list[str]) -> str:
    return f"WHERE {' AND '.join(terms)}" if terms else ""


def open_orders(connection: apsw.Connection) -> Sequence[OrderRow]:
    """Return all orders whose status is not final, oldest first."""
    rows = connection.execute(f"{_ORDER} WHERE open = 1 ORDER BY signal, leg")
    return [_order(row) for row in rows.fetchall()]


def absent_orders(connection: apsw.Connection, since: int) -> Sequence[OrderRow]:
    """Return the orders that are ABSENT and were planned since then, oldest first."""
    return [_order(row) for row in connection.execute(_ABSENT, (since,)).fetchall()]


def waiting_signals(connection: apsw.Connection) -> Sequence[SignalRow]:
    """Return all accepted signals whose order is not planned yet, oldest first."""
    term = _STATE_TERMS[SignalState.WAITING]
    rows = connection.execute(f"{_SIGNAL} WHERE {term} ORDER BY number")
    return [_signal(row) for row in rows.fetchall()]


def positions(connection: apsw.Connection) -> Sequence[Position]:
    """Return all positions, by account and symbol."""
    rows: list[_Row] = connection.execute(_POSITIONS).fetchall()
    return [_POSITION.decode(data) for (data,) in rows]


def sightings(
    connection: apsw.Connection, account: str, kind: str, subjects: Sequence[str]
) -> Mapping[str, str]:
    """Return what was told last of each subject."""
    wanted = msgspec.json.encode(subjects).decode()
    rows: list[_Row] = connection.execute(_SIGHTINGS, (wanted, account, kind)).fetchall()
    return dict(rows)


def _order(row: _Row) -> OrderRow:
    client_order_id, signal, leg, account, symbol, status, at = row
    return OrderRow(
        client_order_id=client_order_id,
        signal=signal,
        leg=leg,
        account=account,
        symbol=symbol,
        status=OrderStatus(status),
        at=at,
    )


def _signal(row: _Row) -> SignalRow:
    number, at, source, state, account, symbol, code = row
    return SignalRow(
        number=number,
        at=at,
        source=source,
        state=state,
        account=account,
        symbol=symbol,
        code=code,
    )

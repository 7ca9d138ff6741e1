"""The rows that a batch of writes inserts, table by table."""

from collections.abc import Mapping
from itertools import chain
from typing import Any, Final

import apsw
from msgspec.structs import astuple

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.positions import Position
from fillgate.journal.base import Incarnation, Write
from fillgate.journal.buckets import bucket_of
from fillgate.journal.codec import encode_plain
from fillgate.journal.index import OrderRow, SignalRow
from fillgate.journal.sightings import FIRST_SEEN
from fillgate.journal.statements import in_portions, insert_statements

__all__ = ["Rows"]

_Row = tuple[Any, ...]

_STATUS: Final = {status: (status.value, not status.is_final) for status in OrderStatus}


class Rows:
    """Rows on their way into the database, in the order in which they came."""

    def __init__(self) -> None:
        """Start empty."""
        self.events: list[_Row] = []
        self._bodies: list[_Row] = []
        self._signals: list[_Row] = []
        self._orders: list[_Row] = []
        self._positions: list[_Row] = []
        self._venue_ids: list[_Row] = []
        self._sightings: list[_Row] = []
        self._begins: list[Incarnation] = []
        self._ends_hold = False

    @property
    def are_eventless(self) -> bool:
        """True when there are rows but no event among them."""
        rare = self._ends_hold or self._begins
        return not self.events and bool(rare or any(rows for _, rows in self._tables()))

    def add(self, write: Write, position: int) -> None:
        """Add all rows of a write but its events and its claim.

        Args:
            write: the write.
            position: of its last event; of the last event before it, if it has none.
        """
        if write.body is not None:
            self._bodies.append((write.signal, write.body))
        if write.signal_row is not None:
            self._signals.append(_signal_values(write.signal_row))
        for row in write.order_rows:
            self._orders.append(_order_values(row))
        for held in write.positions:
            self._positions.append(_position_values(held))
        for venue_id in write.venue_ids:
            self._venue_ids.append((bucket_of(position), *astuple(venue_id)))
        for sighting in write.sightings:
            self._sightings.append(astuple(sighting))
        if write.ends_hold:
            self._ends_hold = True
        if write.begins is not None:
            self._begins.append(write.begins)

    def insert(self, cursor: apsw.Cursor) -> None:
        """Insert everything, or replace what is there where a table's rule says so."""
        for statements, rows in ((_EVENTS, self.events), *self._tables()):
            if rows:
                _insert(cursor, statements, rows)
        if self._ends_hold:
            cursor.execute(_END_HOLD)
        for incarnation in self._begins:
            cursor.execute(_BEGIN, (incarnation.id,))
            cursor.execute(_HOLD, (incarnation.hold,))

    def _tables(self) -> tuple[tuple[Mapping[int, str], list[_Row]], ...]:
        return (
            (_BODIES, self._bodies),
            (_SIGNALS, self._signals),
            (_ORDERS, self._orders),
            (_POSITIONS, self._positions),
            (_VENUE_IDS, self._venue_ids),
            (_SIGHTINGS, self._sightings),
        )


def _insert(cursor: apsw.Cursor, statements: Mapping[int, str], rows: list[_Row]) -> None:
    for some in in_portions(rows):
        cursor.execute(statements[len(some)], tuple(chain.from_iterable(some)))


def _signal_values(row: SignalRow) -> _Row:
    return (row.number, row.at, row.source, row.state, row.account, row.symbol, row.code)


def _order_values(row: OrderRow) -> _Row:
    key = (row.signal, row.leg, row.client_order_id, row.account, row.symbol)
    return (*key, *_STATUS[row.status], row.at)


def _position_values(position: Position) -> _Row:
    return (position.account, position.symbol, encode_plain(position))


_EVENTS: Final = insert_statements(
    "events", "position stream sequence at signal kind version data hash"
)
_BODIES: Final = insert_statements("bodies", "signal body")
_SIGNALS: Final = insert_statements(
    "signals",
    "number at source state account symbol code",
    """ON CONFLICT DO UPDATE SET
        at = excluded.at, source = excluded.source, state = excluded.state,
        account = excluded.account, symbol = excluded.symbol, code = excluded.code""",
)
_ORDERS: Final = insert_statements(
    "orders",
    "signal leg client_order_id account symbol status open at",
    """ON CONFLICT (client_order_id) DO UPDATE SET
        status = excluded.status, open = excluded.open""",
)
_POSITIONS: Final = insert_statements(
    "positions", "account symbol data", "ON CONFLICT DO UPDATE SET data = excluded.data"
)
_VENUE_IDS: Final = insert_statements(
    "venue_ids", "bucket account symbol order_id client_order_id", "ON CONFLICT DO NOTHING"
)
_SIGHTINGS: Final = insert_statements(
    "sightings",
    "account kind subject value",
    f"""ON CONFLICT DO UPDATE SET value = excluded.value
        WHERE kind <> '{FIRST_SEEN}'""",
)
_BEGIN: Final = "INSERT INTO incarnations (id) VALUES (?)"
_HOLD: Final = """
    INSERT INTO meta (name, value) VALUES ('hold', ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
_END_HOLD: Final = "DELETE FROM meta WHERE name = 'hold'"

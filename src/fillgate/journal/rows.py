"""The rows that a batch of writes inserts, table by table."""

from typing import Any, Final

import apsw

from fillgate.domain.positions import Position
from fillgate.journal.base import OrderRow, SignalRow, Write
from fillgate.journal.codec import encode_plain

__all__ = ["Rows"]

_Row = tuple[Any, ...]


class Rows:
    """Rows on their way into the database, in the order in which they came."""

    def __init__(self) -> None:
        """Start empty."""
        self.events: list[_Row] = []
        self._bodies: list[_Row] = []
        self._signals: list[_Row] = []
        self._orders: list[_Row] = []
        self._positions: list[_Row] = []

    @property
    def are_eventless(self) -> bool:
        """True when there are rows but no event among them."""
        others = self._bodies or self._signals or self._orders or self._positions
        return bool(others) and not self.events

    def add(self, write: Write) -> None:
        """Add all rows of a write but its events and its claim."""
        if write.body is not None:
            self._bodies.append((write.signal, write.body))
        if write.signal_row is not None:
            self._signals.append(_signal_values(write.signal_row))
        if write.order_rows:
            self._orders.extend(map(_order_values, write.order_rows))
        if write.positions:
            self._positions.extend(map(_position_values, write.positions))

    def insert(self, connection: apsw.Connection) -> None:
        """Insert everything, or replace what is there where a table's rule says so."""
        for sql, rows in (
            (_INSERT_EVENT, self.events),
            (_INSERT_BODY, self._bodies),
            (_UPSERT_SIGNAL, self._signals),
            (_UPSERT_ORDER, self._orders),
            (_UPSERT_POSITION, self._positions),
        ):
            if rows:
                connection.executemany(sql, rows)


def _signal_values(row: SignalRow) -> _Row:
    return (row.number, row.at, row.source, row.state, row.account, row.symbol, row.code)


def _order_values(row: OrderRow) -> _Row:
    return (
        row.signal,
        row.leg,
        row.client_order_id,
        row.account,
        row.symbol,
        row.status.value,
        not row.status.is_final,
        row.at,
    )


def _position_values(position: Position) -> _Row:
    return (position.account, position.symbol, encode_plain(position))


_INSERT_EVENT: Final = """
    INSERT INTO events (position, stream, sequence, at, signal, kind, version, data, hash)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_INSERT_BODY: Final = "INSERT INTO bodies (signal, body) VALUES (?, ?)"
_UPSERT_SIGNAL: Final = """
    INSERT INTO signals (number, at, source, state, account, symbol, code)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET
        at = excluded.at, source = excluded.source, state = excluded.state,
        account = excluded.account, symbol = excluded.symbol, code = excluded.code
"""
_UPSERT_ORDER: Final = """
    INSERT INTO orders (signal, leg, client_order_id, account, symbol, status, open, at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (client_order_id) DO UPDATE SET status = excluded.status, open = excluded.open
"""
_UPSERT_POSITION: Final = """
    INSERT INTO positions (account, symbol, data) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET data = excluded.data
"""

"""What a check of a journal asks of it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from fillgate.domain.positions import Position
from fillgate.journal.base import Head, Recorded
from fillgate.journal.chain import StoredRecord
from fillgate.journal.index import OrderQuery, OrderRow, Page, SignalQuery, SignalRow
from fillgate.journal.many import Tail, ToldId, ToldKey

__all__ = ["Source"]


class Source(Protocol):
    """A journal that can be read, also while it is written."""

    async def records(self, *, after: int = 0, limit: int = 1000) -> Sequence[StoredRecord]:
        """Return records after a position, in the order of commits."""
        ...

    async def story(self, signal: int) -> Sequence[Recorded]:
        """Return all events of a signal and its orders."""
        ...

    async def heads(self) -> Mapping[str, Head]:
        """Return the last record of each stream, as the journal notes it."""
        ...

    async def tail(self, *, after: int, limit: int) -> Tail:
        """Return the last records after a position, and how many rows there are with them."""
        ...

    async def body_digests(self, numbers: Sequence[int]) -> Sequence[str | None]:
        """Return SHA-256 of each of these signals' bodies, hexadecimal."""
        ...

    async def order_rows(self, ids: Sequence[str]) -> Sequence[OrderRow | None]:
        """Return the row of each of these orders."""
        ...

    async def signal_rows(self, numbers: Sequence[int]) -> Sequence[SignalRow | None]:
        """Return the row of each of these signals."""
        ...

    async def key_holders(self, keys: Sequence[ToldKey]) -> Sequence[int | None]:
        """Return which signal holds each of these keys."""
        ...

    async def venue_id_holders(self, ids: Sequence[ToldId]) -> Sequence[str | None]:
        """Return which order has each of these ids."""
        ...

    async def sightings(
        self, account: str, kind: str, subjects: Sequence[str]
    ) -> Mapping[str, str]:
        """Return what was told last of each of these."""
        ...

    async def keys(self, *, after: ToldKey | None, limit: int) -> Sequence[ToldKey]:
        """Return keys in the order of their table."""
        ...

    async def venue_ids(self, *, after: ToldId | None, limit: int) -> Sequence[ToldId]:
        """Return the venues' ids in the order of their table."""
        ...

    async def find_order(self, client_order_id: str) -> OrderRow | None:
        """Return an order's row."""
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
        """Return all orders that the index lists as open."""
        ...

    async def positions(self) -> Sequence[Position]:
        """Return all positions."""
        ...

"""What a check of a journal asks of it."""

from collections.abc import Sequence
from typing import Protocol

from fillgate.domain.positions import Position
from fillgate.journal.base import OrderQuery, OrderRow, Page, Recorded, SignalQuery, SignalRow
from fillgate.journal.chain import StoredRecord

__all__ = ["Source"]


class Source(Protocol):
    """A journal that can be read, also while it is written."""

    async def records(self, *, after: int = 0, limit: int = 1000) -> Sequence[StoredRecord]:
        """Return records after a position, in the order of commits."""
        ...

    async def story(self, signal: int) -> Sequence[Recorded]:
        """Return all events of a signal and its orders."""
        ...

    async def body(self, signal: int) -> bytes | None:
        """Return the stored bytes of a signal."""
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

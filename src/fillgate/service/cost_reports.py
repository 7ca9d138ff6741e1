"""What trading cost, read from a journal: of a running service or a stopped one.

Invariants:

1. Orders are read page by page, newest first, until the first day that is asked for; nothing of
   them is kept but the totals.
2. The pages are so small that a running service takes orders in between.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple, Protocol

import msgspec

from fillgate.costs import Grouping, Key, OrderCost, cost_of
from fillgate.journal.base import Recorded
from fillgate.journal.index import OrderQuery, OrderRow, Page

__all__ = [
    "CostFilter",
    "CostJournal",
    "CostPage",
    "Place",
    "TooManyOrders",
    "cost_pages",
    "grouped",
]

_PAGE: Final = 50
_OLD: Final = timedelta(days=1)


class CostJournal(Protocol):
    """What is asked of a journal."""

    async def orders(self, query: OrderQuery) -> Page[OrderRow]:
        """List orders, newest first."""
        ...

    async def stories(self, signals: Sequence[int]) -> Sequence[Sequence[Recorded]]:
        """Return the story of each of these signals."""
        ...


class CostFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which orders count."""

    account: str | None = None
    symbol: str | None = None
    strategy: str | None = None
    first: date | None = None
    """The first day of signals that count, by UTC."""
    last: date | None = None
    """The last one."""

    def takes(self, order: OrderCost) -> bool:
        """Tell whether an order counts."""
        day = date.fromisoformat(order.day)
        return (
            (self.strategy is None or order.strategy == self.strategy)
            and (self.first is None or day >= self.first)
            and (self.last is None or day <= self.last)
        )

    def is_before(self, row: OrderRow) -> bool:
        """Tell whether an order, and so every older one, is from before the first day.

        An order may be planned on a later day than its signal came, but not a whole day later.
        """
        planned = datetime.fromtimestamp(row.at / 1e6, UTC).date()
        return self.first is not None and planned < self.first - _OLD


Place = tuple[int, int]
"""Where an order stands: (signal, leg)."""


class CostPage(NamedTuple):
    """Some orders that were read one after another."""

    read: int
    """How many."""
    found: Sequence[tuple[Place, OrderCost]]
    """What those of them cost that count, newest first."""
    last: Place | None
    """The place of the last one that was read; None after the end."""


class TooManyOrders(Exception):
    """More orders would have to be read than may be; the text says how many."""


async def cost_pages(
    journal: CostJournal, wanted: CostFilter, *, before: Place | None = None
) -> AsyncIterator[CostPage]:
    """Return what orders cost, newest first.

    Args:
        journal: where they are read.
        wanted: which count.
        before: the place of the last one that was read; None to begin with the newest.

    Raises:
        JournalUnavailable: it cannot be read.
    """
    more = True
    while more:
        query = OrderQuery(account=wanted.account, symbol=wanted.symbol, before=before, limit=_PAGE)
        page = await journal.orders(query)
        rows = [row for row in page.rows if not wanted.is_before(row)]
        more = page.more and len(rows) == len(page.rows)
        costs = await _costs(journal, rows)
        found = [
            ((row.signal, row.leg), cost)
            for row in rows
            if (cost := costs.get(row.client_order_id)) is not None and wanted.takes(cost)
        ]
        before = (rows[-1].signal, rows[-1].leg) if more else None
        yield CostPage(len(rows), found, before)


async def _costs(journal: CostJournal, rows: Sequence[OrderRow]) -> dict[str, OrderCost]:
    signals = sorted({row.signal for row in rows})
    costs: dict[str, OrderCost] = {}
    for story in await journal.stories(signals):
        for cost in cost_of((record.at, record.event) for record in story):
            costs[cost.client_order_id] = cost
    return costs


async def grouped(
    journal: CostJournal, wanted: CostFilter, by: Sequence[Key], *, most: int | None = None
) -> Grouping:
    """Return totals of the orders that count.

    Args:
        journal: where they are read.
        wanted: which count.
        by: what they are grouped by.
        most: how many orders may be read; None for any number.

    Raises:
        JournalUnavailable: it cannot be read.
        TooManyOrders: there are more.
    """
    grouping, read = Grouping(by), 0
    async for page in cost_pages(journal, wanted):
        read += page.read
        if most is not None and read > most:
            raise TooManyOrders(f"more than {most} orders")
        for _, cost in page.found:
            grouping.add(cost)
    return grouping

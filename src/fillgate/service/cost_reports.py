"""What trading cost, read from a journal: of a running service or a stopped one.

Orders are read page by page, newest first, until the first day that is asked for; nothing of them
is kept but the totals.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, Protocol

import msgspec

from fillgate.costs import Grouping, Key, OrderCost, cost_of
from fillgate.journal.base import Recorded
from fillgate.journal.index import OrderQuery, OrderRow, Page

__all__ = ["CostFilter", "CostJournal", "costs_of_orders", "grouped"]

_PAGE: Final = 200
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


async def costs_of_orders(
    journal: CostJournal, wanted: CostFilter, *, before: tuple[int, int] | None = None
) -> AsyncIterator[tuple[tuple[int, int], OrderCost]]:
    """Return what orders cost, newest first, each with its place: (signal, leg).

    Args:
        journal: where they are read.
        wanted: which count.
        before: the place of the last one that was read; None to begin with the newest.

    Raises:
        JournalUnavailable: it cannot be read.
    """
    while True:
        query = OrderQuery(account=wanted.account, symbol=wanted.symbol, before=before, limit=_PAGE)
        page = await journal.orders(query)
        costs = await _costs(journal, page.rows)
        for row in page.rows:
            if wanted.is_before(row):
                return
            before = (row.signal, row.leg)
            cost = costs.get(row.client_order_id)
            if cost is not None and wanted.takes(cost):
                yield before, cost
        if not page.more:
            return


async def _costs(journal: CostJournal, rows: Sequence[OrderRow]) -> dict[str, OrderCost]:
    signals = sorted({row.signal for row in rows})
    costs: dict[str, OrderCost] = {}
    for story in await journal.stories(signals):
        for cost in cost_of((record.at, record.event) for record in story):
            costs[cost.client_order_id] = cost
    return costs


async def grouped(journal: CostJournal, wanted: CostFilter, by: Sequence[Key]) -> Grouping:
    """Return totals of the orders that count.

    Args:
        journal: where they are read.
        wanted: which count.
        by: what they are grouped by.

    Raises:
        JournalUnavailable: it cannot be read.
    """
    grouping = Grouping(by)
    async for _, cost in costs_of_orders(journal, wanted):
        grouping.add(cost)
    return grouping

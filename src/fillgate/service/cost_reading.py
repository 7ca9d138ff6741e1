"""Reports of costs without a running service, from the journal in a data folder."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

from fillgate.costs import Key
from fillgate.journal.reader import SqliteReader
from fillgate.service.cost_reports import CostFilter, CostPage, cost_pages, grouped
from fillgate.service.files import JOURNAL_FILE
from fillgate.service.shown_costs import (
    CostGroup,
    OrderCostView,
    cost_group,
    order_cost_view,
)

__all__ = ["read_groups", "read_orders"]


async def read_groups(data: Path, wanted: CostFilter, by: Sequence[str]) -> Sequence[CostGroup]:
    """Return what trading cost, by groups.

    Args:
        data: the folder of the journal.
        wanted: which orders count.
        by: names of `Key`s.

    Raises:
        JournalUnavailable: there is no journal, or it cannot be read.
    """
    reader = await SqliteReader.open(data / JOURNAL_FILE)
    try:
        totals = await grouped(reader, wanted, [Key(each) for each in by])
        return [cost_group(*each) for each in totals.groups()]
    finally:
        await reader.close()


def read_orders(data: Path, wanted: CostFilter) -> Iterator[OrderCostView]:
    """Return what each order cost, newest first, some of them in memory at a time.

    It runs an event loop of its own. As `read_groups` otherwise; what it raises comes with the
    first order.
    """
    with asyncio.Runner() as runner:
        reader = runner.run(SqliteReader.open(data / JOURNAL_FILE))
        try:
            pages = cost_pages(reader, wanted)
            while (page := runner.run(_next(pages))) is not None:
                for _, cost in page.found:
                    yield order_cost_view(cost)
        finally:
            runner.run(reader.close())


async def _next(pages: AsyncIterator[CostPage]) -> CostPage | None:
    return await anext(pages, None)

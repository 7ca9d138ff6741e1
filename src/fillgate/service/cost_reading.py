"""Reports of costs without a running service, from the journal in a data folder."""

from collections.abc import Sequence
from pathlib import Path

from fillgate.costs import Key
from fillgate.journal.reader import SqliteReader
from fillgate.service.cost_reports import CostFilter, costs_of_orders, grouped
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


async def read_orders(data: Path, wanted: CostFilter) -> Sequence[OrderCostView]:
    """Return what each order cost, newest first; as `read_groups` otherwise."""
    reader = await SqliteReader.open(data / JOURNAL_FILE)
    try:
        costs = costs_of_orders(reader, wanted)
        return [order_cost_view(cost) async for _, cost in costs]
    finally:
        await reader.close()

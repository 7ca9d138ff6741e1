"""What trading cost, over HTTP: by groups, or order by order.

Invariant: one report at a time is made, of a bounded number of orders, so that it keeps no order
waiting. Larger ones are `fillgate report costs`, in a process of its own.
"""

import asyncio
from typing import Final

from starlette.requests import Request

from fillgate.engine.engine import Engine
from fillgate.service.cost_reports import (
    CostFilter,
    Place,
    TooManyOrders,
    cost_pages,
    grouped,
)
from fillgate.service.cursors import decode_cursor, encode_cursor
from fillgate.service.problems import Problem
from fillgate.service.queries import CostOrdersQuery, CostsQuery
from fillgate.service.shown_costs import (
    CostOrderPage,
    CostReport,
    OrderCostView,
    cost_group,
    order_cost_view,
)

__all__ = ["CostsApi"]

_MOST: Final = 10_000


class CostsApi:
    """Handlers over one engine."""

    def __init__(self, engine: Engine) -> None:
        """Read the journal of `engine`."""
        self._engine = engine
        self._turn = asyncio.Lock()

    async def report_costs(self, request: Request, query: CostsQuery) -> CostReport:
        """Tell what trading cost: slippage, fees, and how long it took."""
        async with self._turn:
            try:
                journal = self._engine.journal
                totals = await grouped(journal, _filter(query), query.by, most=_MOST)
            except TooManyOrders as error:
                raise Problem("TOO_MANY_ORDERS", str(error)) from None
        return CostReport(groups=tuple(cost_group(*each) for each in totals.groups()))

    async def list_costs(self, request: Request, query: CostOrdersQuery) -> CostOrderPage:
        """List what each order cost, newest first."""
        before = None
        if query.cursor is not None:
            signal, leg = decode_cursor(query.cursor, 2)
            before = (signal, leg)
        async with self._turn:
            found, following = await self._some(_filter(query), before, query.limit)
        return CostOrderPage(
            orders=tuple(found), next=None if following is None else encode_cursor(following)
        )

    async def _some(
        self, wanted: CostFilter, before: Place | None, limit: int
    ) -> tuple[list[OrderCostView], Place | None]:
        """Return at most `limit` orders, and the place behind which others may follow."""
        found: list[OrderCostView] = []
        read = 0
        async for page in cost_pages(self._engine.journal, wanted, before=before):
            for place, cost in page.found:
                if len(found) == limit:
                    return found, before
                found.append(order_cost_view(cost))
                before = place
            read += page.read
            if page.last is not None:
                before = page.last
                if read >= _MOST:
                    return found, before
        return found, None


def _filter(query: CostsQuery | CostOrdersQuery) -> CostFilter:
    return CostFilter(
        account=query.account,
        symbol=query.symbol,
        strategy=query.strategy,
        first=query.first,
        last=query.last,
    )

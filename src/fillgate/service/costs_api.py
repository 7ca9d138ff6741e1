"""What trading cost, over HTTP: by groups, or order by order."""

from starlette.requests import Request

from fillgate.engine.engine import Engine
from fillgate.service.cost_reports import CostFilter, costs_of_orders, grouped
from fillgate.service.cursors import decode_cursor, encode_cursor
from fillgate.service.queries import CostOrdersQuery, CostsQuery
from fillgate.service.shown_costs import (
    CostOrderPage,
    CostReport,
    OrderCostView,
    cost_group,
    order_cost_view,
)

__all__ = ["CostsApi"]


class CostsApi:
    """Handlers over one engine."""

    def __init__(self, engine: Engine) -> None:
        """Read the journal of `engine`."""
        self._engine = engine

    async def report_costs(self, request: Request, query: CostsQuery) -> CostReport:
        """Tell what trading cost: slippage, fees, and how long it took."""
        totals = await grouped(self._engine.journal, _filter(query), query.by)
        return CostReport(groups=tuple(cost_group(*each) for each in totals.groups()))

    async def list_costs(self, request: Request, query: CostOrdersQuery) -> CostOrderPage:
        """List what each order cost, newest first."""
        before = None
        if query.cursor is not None:
            signal, leg = decode_cursor(query.cursor, 2)
            before = (signal, leg)
        found: list[OrderCostView] = []
        async for place, cost in costs_of_orders(
            self._engine.journal, _filter(query), before=before
        ):
            if len(found) == query.limit:
                return CostOrderPage(orders=tuple(found), next=encode_cursor(before or (0, 0)))
            before = place
            found.append(order_cost_view(cost))
        return CostOrderPage(orders=tuple(found), next=None)


def _filter(query: CostsQuery | CostOrdersQuery) -> CostFilter:
    return CostFilter(
        account=query.account,
        symbol=query.symbol,
        strategy=query.strategy,
        first=query.first,
        last=query.last,
    )

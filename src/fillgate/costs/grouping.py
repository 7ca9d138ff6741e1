"""Which orders belong together in a report."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final

from fillgate.costs.order_cost import OrderCost
from fillgate.costs.totals import CostTotals

__all__ = ["Grouping", "Key"]


class Key(StrEnum):
    """What orders can be grouped by."""

    DAY = "day"
    ACCOUNT = "account"
    SYMBOL = "symbol"
    STRATEGY = "strategy"


_VALUES: Final[Mapping[Key, Callable[[OrderCost], str]]] = {
    Key.DAY: lambda order: order.day,
    Key.ACCOUNT: lambda order: order.account,
    Key.SYMBOL: lambda order: order.symbol,
    Key.STRATEGY: lambda order: order.strategy or "",
}


class Grouping:
    """Totals by the values of some keys; amounts that are not of one kind are never added."""

    def __init__(self, by: Sequence[Key] = ()) -> None:
        """Group by these keys, in this order; by the currency alone without any."""
        self.by = tuple(dict.fromkeys(by))
        self._totals: dict[tuple[str, ...], CostTotals] = {}

    def add(self, order: OrderCost) -> None:
        """Count an order."""
        kind = (order.currency, order.quantity_unit.value, order.only_symbol or "")
        values = (*(_VALUES[key](order) for key in self.by), *kind)
        totals = self._totals.get(values)
        if totals is None:
            totals = self._totals[values] = CostTotals.like(order)
        totals.add(order)

    def groups(self) -> Iterator[tuple[dict[Key, str], CostTotals]]:
        """Return the groups with the values of their keys, sorted by these."""
        for values, totals in sorted(self._totals.items()):
            yield dict(zip(self.by, values, strict=False)), totals

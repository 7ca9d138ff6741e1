"""What trading cost: from the events of orders to a report. Pure: it reads nothing itself.

- `references`: the prices against which an execution is held
- `order_cost`: what one order cost
- `totals`: what many cost together
- `grouping`: which belong together
"""

from fillgate.costs.grouping import Grouping, Key
from fillgate.costs.order_cost import OrderCost, cost_of
from fillgate.costs.totals import CostTotals

__all__ = ["CostTotals", "Grouping", "Key", "OrderCost", "cost_of"]

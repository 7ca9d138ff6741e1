"""What many orders cost together, without keeping them.

Slippage of several orders is the sum of their costs over the sum of their worths at the reference:
each order counts by its size. Times are averages over orders.

Invariant: totals of one currency only; adding another is an error of the caller's.
"""

from decimal import Decimal

from fillgate.costs.order_cost import OrderCost
from fillgate.costs.references import basis_points
from fillgate.domain.fills import Fee
from fillgate.domain.numbers import ZERO, add, divide, multiply

__all__ = ["CostTotals"]


class _Against:
    """Costs against one kind of reference."""

    __slots__ = ("cost", "paper")

    def __init__(self) -> None:
        self.cost = self.paper = ZERO

    def add(self, cost: Decimal | None, quantity: Decimal, reference: Decimal | None) -> None:
        """Count an order; one without a reference counts nothing."""
        if cost is not None and reference is not None:
            self.cost = add(self.cost, cost)
            self.paper = add(self.paper, multiply(quantity, reference))

    @property
    def bps(self) -> Decimal | None:
        """The cost in basis points of the worth at the references; None without any."""
        return basis_points(self.cost, self.paper)


class _Mean:
    __slots__ = ("_count", "_sum", "most")

    def __init__(self) -> None:
        self._sum, self._count = ZERO, 0
        self.most: Decimal | None = None

    def add(self, value: Decimal | None) -> None:
        if value is not None:
            self._sum, self._count = add(self._sum, value), self._count + 1
            self.most = value if self.most is None else max(self.most, value)

    @property
    def value(self) -> Decimal | None:
        return divide(self._sum, Decimal(self._count)) if self._count else None


class CostTotals:
    """Sums over orders."""

    def __init__(self, currency: str) -> None:
        """Start with none.

        Args:
            currency: in which all of them are quoted.
        """
        self.currency = currency
        self.orders = 0
        """All of them."""
        self.executed = 0
        """Those of which something was executed."""
        self.without_signal_price = 0
        """Those executed whose signal named no price."""
        self.without_arrival_price = 0
        """Those executed of which no quote at their arrival is known."""
        self.worth = ZERO
        self.signal, self.arrival = _Against(), _Against()
        self._fees: dict[str, Decimal] = {}
        self.answered, self.first_fill, self.last_fill = _Mean(), _Mean(), _Mean()

    def add(self, order: OrderCost) -> None:
        """Count an order."""
        if order.currency != self.currency:
            raise ValueError(f"an order in {order.currency} among those in {self.currency}")
        self.orders += 1
        self.answered.add(order.answered_ms)
        for fee in order.fees:
            self._fees[fee.asset] = add(self._fees.get(fee.asset, ZERO), fee.amount)
        if not order.is_executed:
            return
        self.executed += 1
        self.without_signal_price += order.signal_cost is None
        self.without_arrival_price += order.arrival_cost is None
        self.worth = add(self.worth, order.worth)
        self.signal.add(order.signal_cost, order.quantity, order.signal_price)
        self.arrival.add(order.arrival_cost, order.quantity, order.arrival_price)
        self.first_fill.add(order.first_fill_ms)
        self.last_fill.add(order.last_fill_ms)

    @property
    def fees(self) -> tuple[Fee, ...]:
        """What was charged, by asset."""
        return tuple(Fee(asset, amount) for asset, amount in sorted(self._fees.items()))

    @property
    def fee_bps(self) -> Decimal | None:
        """Fees in the currency, in basis points of the worth; None where others were charged."""
        if any(asset != self.currency for asset in self._fees):
            return None
        return basis_points(self._fees.get(self.currency, ZERO), self.worth)

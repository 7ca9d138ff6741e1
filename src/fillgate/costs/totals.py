"""What many orders cost together, without keeping them.

Slippage of several orders is the sum of their costs over the sum of their worths at the reference:
each order counts by its size. Times are averages over orders.

Invariant: amounts of one kind only; adding another is an error of the caller's. Amounts in a
currency that nobody tells, or of contracts whose size nobody tells, are of the symbol's own kind.
"""

from decimal import Decimal

from fillgate.costs.order_cost import OrderCost
from fillgate.costs.references import basis_points
from fillgate.domain.fills import Fee
from fillgate.domain.numbers import ZERO, add, divide, multiply
from fillgate.domain.orders import QuantityUnit

__all__ = ["CostTotals"]


class _Against:
    """Costs against one kind of reference."""

    __slots__ = ("cost", "paper")

    def __init__(self) -> None:
        self.cost = self.paper = ZERO

    def add(self, cost: Decimal | None, paper: Decimal) -> None:
        """Count an order with what it is weighed by; one whose cost is not known counts nothing."""
        if cost is not None:
            self.cost = add(self.cost, cost)
            self.paper = add(self.paper, paper)

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

    def __init__(
        self,
        currency: str,
        quantity_unit: QuantityUnit = QuantityUnit.BASE,
        only_symbol: str | None = None,
    ) -> None:
        """Start with none.

        Args:
            currency: in which all of them are quoted.
            quantity_unit: in which they were executed.
            only_symbol: of which they are, where amounts of others cannot be added.
        """
        self.currency = currency
        self.quantity_unit = quantity_unit
        self.only_symbol = only_symbol
        self.orders = 0
        """All of them."""
        self.executed = 0
        """Those of which something was executed."""
        self.without_signal_price = 0
        """Those executed whose signal named no price."""
        self.without_arrival_price = 0
        """Those executed of which no quote at their arrival is known."""
        self.without_price = 0
        """Those executed at a price that nobody told: they count in no amount."""
        self.without_fee = 0
        """Those executed whose fees were not told, or not in the currency."""
        self.worth = ZERO
        self.signal, self.arrival, self._fee = _Against(), _Against(), _Against()
        self._fees: dict[str, Decimal] = {}
        self.answered, self.first_fill, self.last_fill = _Mean(), _Mean(), _Mean()

    @classmethod
    def like(cls, order: OrderCost) -> "CostTotals":
        """Start with none, for orders that can be added to this one."""
        return cls(order.currency, order.quantity_unit, order.only_symbol)

    def add(self, order: OrderCost) -> None:
        """Count an order."""
        ours = (self.currency, self.quantity_unit, self.only_symbol)
        theirs = (order.currency, order.quantity_unit, order.only_symbol)
        if ours != theirs:
            raise ValueError(f"an order of {theirs} among those of {ours}")
        self.orders += 1
        self.answered.add(order.answered_ms)
        for fee in order.fees:
            self._fees[fee.asset] = add(self._fees.get(fee.asset, ZERO), fee.amount)
        if not order.is_executed:
            return
        self.executed += 1
        if order.worth:
            self.without_signal_price += order.signal_price is None
            self.without_arrival_price += order.arrival_price is None
            self.without_fee += order.fee_cost is None
        else:
            self.without_price += 1
        self.worth = add(self.worth, order.worth)
        self.signal.add(order.signal_cost, multiply(order.quantity, order.signal_price or ZERO))
        self.arrival.add(order.arrival_cost, multiply(order.quantity, order.arrival_price or ZERO))
        self._fee.add(order.fee_cost, order.worth)
        self.first_fill.add(order.first_fill_ms)
        self.last_fill.add(order.last_fill_ms)

    @property
    def fees(self) -> tuple[Fee, ...]:
        """What was charged, by asset."""
        return tuple(Fee(asset, amount) for asset, amount in sorted(self._fees.items()))

    @property
    def fee_bps(self) -> Decimal | None:
        """Fees in the currency, in basis points of the worth of the orders that told them so."""
        return self._fee.bps

"""Positions and realised profit, by average cost.

Invariants:

1. Totals are stored, averages are derived.
2. `cash` is exact: minus what was bought, plus what was sold. Realised profit is `cash + cost`, so
   that profit is neither made nor lost by the way it is split.
3. Crossing zero closes the whole old position and opens the rest at the price of the crossing.
4. Fees are kept by asset and never mixed into prices.
"""

from decimal import Decimal

import msgspec

from fillgate.domain.executions import Totals, sum_fees
from fillgate.domain.fills import Fee, Fill
from fillgate.domain.numbers import ZERO, add, divide, multiply, subtract
from fillgate.domain.orders import Side

__all__ = ["Position"]


class Position(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """What an account holds of one symbol as far as its executions tell."""

    account: str
    symbol: str
    quantity: Decimal = ZERO
    """Base units; negative when short."""
    cost: Decimal = ZERO
    """What the open quantity cost, in the quote currency; negative when short."""
    cash: Decimal = ZERO
    """Quote currency received less paid, over all executions, without fees."""
    fees: tuple[Fee, ...] = ()

    @property
    def average_price(self) -> Decimal | None:
        """Average cost of the open quantity; None when flat."""
        return divide(self.cost, self.quantity) if self.quantity else None

    @property
    def realised(self) -> Decimal:
        """Realised profit in the quote currency, before fees."""
        return add(self.cash, self.cost)

    def executed(self, side: Side, before: Totals, after: Totals) -> "Position":
        """Return the position after an order's executed totals went from `before` to `after`."""
        less, more = (before, after) if side is Side.BUY else (after, before)
        quantity = subtract(more.quantity, less.quantity)
        notional = subtract(more.notional, less.notional)
        return Position(
            account=self.account,
            symbol=self.symbol,
            quantity=add(self.quantity, quantity),
            cost=self._cost_after(side, quantity, notional),
            cash=subtract(self.cash, notional),
            fees=sum_fees(self.fees, _difference(before.fees, after.fees)),
        )

    def with_fill(self, side: Side, fill: Fill) -> "Position":
        """Return the position with a fill that belongs to none of our orders."""
        return self.executed(side, Totals(), Totals().with_fill(fill))

    def _cost_after(self, side: Side, quantity: Decimal, notional: Decimal) -> Decimal:
        if not quantity:
            # A real price replaced an inferred one: the difference belongs to the open position
            # where that side opened it, else to realised profit.
            return add(self.cost, notional) if self.quantity * side.sign > 0 else self.cost
        if self.quantity * quantity >= 0:
            return add(self.cost, notional)
        remaining = add(self.quantity, quantity)
        if not remaining:
            return ZERO
        if remaining * self.quantity > 0:
            return divide(multiply(self.cost, remaining), self.quantity)
        return divide(multiply(notional, remaining), quantity)


def _difference(before: tuple[Fee, ...], after: tuple[Fee, ...]) -> tuple[Fee, ...]:
    if before == after:
        return ()
    negated = tuple([Fee(fee.asset, fee.amount.copy_negate()) for fee in before])
    return tuple([fee for fee in sum_fees(negated, after) if fee.amount])

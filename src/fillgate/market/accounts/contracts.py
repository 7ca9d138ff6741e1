"""A position in a linear contract: what it cost, what secures it, and where that is used up.

The contract pays the difference of its price in the quote currency. The position is secured by a
margin of its own (isolated margin), set aside when it is entered and given back in proportion when
it is reduced.

Invariants:

1. `cost` is the total of what the open quantity cost; the entry price is derived from it.
2. What is realised over the life of a position is what was earned by its sales less what was spent
   on its purchases, exactly, once it is closed: nothing is lost to rounding.
"""

from decimal import Decimal
from typing import Final, NamedTuple

from fillgate.domain.numbers import ZERO, add, divide, multiply, subtract
from fillgate.domain.orders import Side

__all__ = ["FLAT", "Contracts"]

_ONE: Final = Decimal(1)


class Contracts(NamedTuple):
    """A position; `quantity` is negative when short."""

    quantity: Decimal
    cost: Decimal
    """What the open quantity cost, or earned when short; not negative."""
    margin: Decimal
    """What secures it, in the quote currency."""

    def executed(
        self, side: Side, quantity: Decimal, price: Decimal, leverage: Decimal
    ) -> tuple["Contracts", Decimal]:
        """Return the position after an execution, and the profit that it realised.

        Args:
            side: of the execution.
            quantity: executed.
            price: at which.
            leverage: worth of what is entered for each unit of margin.
        """
        signed = quantity if side is Side.BUY else subtract(ZERO, quantity)
        if self.quantity * signed >= 0:
            return self.entered(signed, multiply(quantity, price), leverage), ZERO
        closing = min(quantity, abs(self.quantity))
        left, profit = self._reduced(closing, price)
        opening = subtract(quantity, closing)
        if not opening:
            return left, profit
        signed = opening if side is Side.BUY else subtract(ZERO, opening)
        return left.entered(signed, multiply(opening, price), leverage), profit

    def entered(self, signed: Decimal, worth: Decimal, leverage: Decimal) -> "Contracts":
        """Return the position with more of its side: a signed quantity that cost this worth."""
        return Contracts(
            add(self.quantity, signed),
            add(self.cost, worth),
            add(self.margin, divide(worth, leverage)),
        )

    def _reduced(self, closing: Decimal, price: Decimal) -> tuple["Contracts", Decimal]:
        size = abs(self.quantity)
        if closing == size:
            cost, margin = self.cost, self.margin
        else:
            cost = divide(multiply(self.cost, closing), size)
            margin = divide(multiply(self.margin, closing), size)
        gained = subtract(multiply(closing, price), cost)
        if self.quantity > 0:
            left, profit = subtract(self.quantity, closing), gained
        else:
            left, profit = add(self.quantity, closing), subtract(ZERO, gained)
        return Contracts(left, subtract(self.cost, cost), subtract(self.margin, margin)), profit

    def secured(self, leverage: Decimal) -> "Contracts":
        """Return the position with the margin that this leverage asks for."""
        return self._replace(margin=divide(self.cost, leverage))

    def liquidation_price(self, maintenance: Decimal) -> Decimal | None:
        """Return the price at which the margin and the loss leave no more than maintenance.

        For a long position q bought for C, with margin M and maintenance rate m, that is where
        M + q p - C = m q p, so p = (C - M) / (q (1 - m)); for a short one where
        M + C - q p = m q p, so p = (C + M) / (q (1 + m)). The formulas of Binance and Bybit for
        isolated margin, without their tiers of m.

        Args:
            maintenance: the part of the position's worth that has to be there.

        Returns:
            None where no price above zero does that, or without a position.
        """
        size = abs(self.quantity)
        if not size:
            return None
        if self.quantity < 0:
            return divide(add(self.cost, self.margin), multiply(size, add(_ONE, maintenance)))
        left = subtract(self.cost, self.margin)
        return divide(left, multiply(size, subtract(_ONE, maintenance))) if left > 0 else None


FLAT: Final = Contracts(ZERO, ZERO, ZERO)
"""No position."""

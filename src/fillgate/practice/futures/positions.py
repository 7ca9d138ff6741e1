"""What an account holds of a contract, and what that is worth now."""

from decimal import Decimal

import msgspec

from fillgate.domain.numbers import ZERO, divide, multiply, subtract
from fillgate.market.accounts.contracts import Contracts
from fillgate.practice.symbols import Symbol

__all__ = ["MAINTENANCE", "Position", "Wallet"]

MAINTENANCE = Decimal("0.004")
"""The part of a position's worth at which it is liquidated."""


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """An account in one contract."""

    symbol: Symbol
    held: Contracts
    leverage: Decimal
    mark: Decimal
    """The price at which it is valued."""
    liquidation: Decimal | None
    """Where it is liquidated; None for nowhere."""
    locked: Decimal
    """What it and the working orders hold back."""
    updated: int
    """When something last happened in it, Unix milliseconds; 0 for never."""

    @property
    def entry(self) -> Decimal:
        """The average price at which it was entered; 0 without one."""
        size = abs(self.held.quantity)
        return divide(self.held.cost, size) if size else ZERO

    @property
    def notional(self) -> Decimal:
        """Its worth; negative when short."""
        return multiply(self.held.quantity, self.mark)

    @property
    def profit(self) -> Decimal:
        """What it would earn if it were closed at the mark."""
        cost = self.held.cost if self.held.quantity > 0 else subtract(ZERO, self.held.cost)
        return subtract(self.notional, cost)

    @property
    def maintenance(self) -> Decimal:
        """The margin that has to be there."""
        return multiply(abs(self.notional), MAINTENANCE)

    @property
    def of_orders(self) -> Decimal:
        """What the working orders hold back."""
        return subtract(self.locked, self.held.margin)

    @property
    def is_shown(self) -> bool:
        """Whether there is something to tell."""
        return bool(self.held.quantity or self.locked)


class Wallet(msgspec.Struct, frozen=True, kw_only=True):
    """What an account owns of what secures its positions."""

    asset: str
    total: Decimal
    locked: Decimal
    profit: Decimal
    """Of all positions, if they were closed at the mark."""
    maintenance: Decimal
    of_positions: Decimal
    """What of the locked secures positions."""

    @property
    def margin(self) -> Decimal:
        """What it were worth if all were closed at the mark."""
        return self.total + self.profit

    @property
    def free(self) -> Decimal:
        """What new orders can use."""
        return max(ZERO, subtract(self.total, self.locked))

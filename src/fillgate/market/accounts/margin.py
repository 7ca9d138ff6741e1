"""An account that holds contracts, secured by a balance in their quote currency.

Isolated margin: each position has a margin of its own, worth / leverage when it is entered. What an
unrealised profit is worth cannot be used for other orders; what is realised can.

Working orders lock the margin and the highest fee of what they would open: of all orders of one
side of a symbol, what goes beyond the position that they close. Reduce-only orders lock nothing.

Invariants:

1. An order that `shortfall` has nothing against leaves nothing free below zero when it is executed
   at the price that it was asked for with.
2. A position that is liquidated costs its margin, not more and not less: what is missing comes from
   the insurance fund, what is left goes to it (`settle`).
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from fillgate.domain.fills import Fill
from fillgate.domain.numbers import ZERO, add, divide, multiply, subtract
from fillgate.domain.orders import Side
from fillgate.market.accounts.base import AccountKind, Instrument, Need, Shortfall
from fillgate.market.accounts.contracts import FLAT, Contracts
from fillgate.market.accounts.wallet import Holding, Wallet

__all__ = ["MarginAccount", "MarginTerms"]


class MarginTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a margin account is subject to."""

    leverage: Decimal = Decimal(1)
    """Of positions whose orders ask for none."""
    most: Decimal = Decimal(125)
    """The highest leverage that an order may ask for."""
    maintenance: Decimal = Decimal("0.005")
    """The part of a position's worth at which it is liquidated."""


class _Working:
    """What the orders of one side of a symbol may open, in total."""

    __slots__ = ("fees", "needs", "quantity", "worth")

    def __init__(self) -> None:
        self.needs: dict[int, Need] = {}
        self.quantity = self.worth = self.fees = ZERO

    def put(self, number: int, need: Need | None) -> None:
        """Let an order count with this, instead of what it counted with."""
        known = self.needs.pop(number, None)
        if known is not None:
            self._count(known, subtract)
        if need is not None:
            self.needs[number] = need
            self._count(need, add)

    def _count(self, need: Need, change: "type[add] | object") -> None:
        change = add if change is add else subtract
        self.quantity = change(self.quantity, need.quantity)
        self.worth = change(self.worth, need.worth)
        self.fees = change(self.fees, max(need.fee, ZERO))

    def lock(self, closes: Decimal, leverage: Decimal) -> Decimal:
        """Return what is locked, when so much of the quantity closes a position."""
        opens = subtract(self.quantity, closes)
        if opens <= 0:
            return ZERO
        entered = add(divide(self.worth, leverage), self.fees)
        return divide(multiply(entered, opens), self.quantity)

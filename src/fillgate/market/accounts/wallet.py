"""Balances per asset: what is owned, and what of it is locked."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from fillgate.domain.numbers import ZERO, add, subtract

__all__ = ["Holding", "Wallet"]


class Holding(NamedTuple):
    """What is owned of one asset, in its units."""

    asset: str
    total: Decimal
    locked: Decimal
    """What working orders and positions hold back."""

    @property
    def free(self) -> Decimal:
        """What new orders can use; below zero when losses have eaten into what is locked."""
        return subtract(self.total, self.locked)


class Wallet:
    """The balances of one account."""

    def __init__(self) -> None:
        """Own nothing."""
        self._totals: dict[str, Decimal] = {}
        self._locked: dict[str, Decimal] = {}

    def change(self, asset: str, amount: Decimal) -> None:
        """Add an amount to what is owned; a negative one is taken away."""
        self._totals[asset] = add(self._totals.get(asset, ZERO), amount)

    def lock(self, asset: str, amount: Decimal) -> None:
        """Add an amount to what is locked; a negative one is let go."""
        self._locked[asset] = add(self._locked.get(asset, ZERO), amount)

    def of(self, asset: str) -> Holding:
        """Return what is owned of an asset."""
        return Holding(asset, self._totals.get(asset, ZERO), self._locked.get(asset, ZERO))

    def holdings(self) -> Sequence[Holding]:
        """Return what is owned, by asset; none that is nothing."""
        found = (self.of(asset) for asset in sorted({*self._totals, *self._locked}))
        return [each for each in found if each.total or each.locked]

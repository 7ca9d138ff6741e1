"""An account that owns assets: it can spend and sell what is free.

What is locked while an order works: for a purchase its worth at the order's own price and the
highest fee, in the quote currency; for a sale the quantity. Orders of which only one will be
executed lock the larger of their needs.

Invariants:

1. Nothing is free that is locked: an order that `shortfall` has nothing against leaves no balance
   below zero, if it is executed within its need. (The fee of each execution is rounded; an order
   that is executed in several parts may cost a `fees.STEP` more for each further one.)
2. A stop that works as a market order may cost more than was locked for it; it is asked for again
   when it is triggered.
"""

from collections.abc import Sequence
from decimal import Decimal

from fillgate.domain.fills import Fill
from fillgate.domain.numbers import ZERO, add, subtract
from fillgate.domain.orders import Side
from fillgate.market.accounts.base import AccountKind, Instrument, Need, Shortfall, lock_key
from fillgate.market.accounts.unlimited import exchange
from fillgate.market.accounts.wallet import Holding, Wallet

__all__ = ["SpotAccount"]

_Lock = tuple[str, Decimal]


class SpotAccount:
    """Spends and sells what it owns."""

    kind = AccountKind.SPOT

    def __init__(self) -> None:
        """Own nothing."""
        self._wallet = Wallet()
        self._locks: dict[int, dict[int, _Lock]] = {}
        """By group, and in it by order."""

    def deposit(self, asset: str, amount: Decimal) -> None:
        """Take in what the account is opened with."""
        self._wallet.change(asset, amount)

    def shortfall(
        self, need: Need, number: int | None = None, group: int | None = None
    ) -> Shortfall | None:
        """Return what is missing for an order; None if it can be afforded."""
        asset, needed = _lock_of(need)
        own = _largest(self._locks.get(lock_key(number, group), {}))
        free = add(self._wallet.of(asset).free, own[1] if own else ZERO)
        return None if needed <= free else Shortfall(asset, needed, free)

    def reserve(self, number: int, need: Need | None, group: int | None = None) -> None:
        """Lock what a working order may use up; None: nothing any more."""
        key = lock_key(number, group)
        members = self._locks.setdefault(key, {})
        before = _largest(members)
        members.pop(number, None)
        if need is not None:
            members[number] = _lock_of(need)
        after = _largest(members)
        if not members:
            del self._locks[key]
        self._change_lock(before, subtract(ZERO, before[1]) if before else ZERO)
        self._change_lock(after, after[1] if after else ZERO)

    def _change_lock(self, lock: _Lock | None, amount: Decimal) -> None:
        if lock is not None:
            self._wallet.lock(lock[0], amount)

    def execute(self, instrument: Instrument, side: Side, fill: Fill) -> None:
        """Exchange one asset for the other."""
        exchange(self._wallet, instrument, side, fill)

    def holdings(self) -> Sequence[Holding]:
        """Return what the account owns, by asset."""
        return self._wallet.holdings()


def _lock_of(need: Need) -> _Lock:
    if need.side is Side.SELL:
        return need.instrument.base, need.quantity
    return need.instrument.quote, add(need.worth, max(need.fee, ZERO))


def _largest(members: dict[int, _Lock]) -> _Lock | None:
    """Return the largest lock of a group; its orders are of one side, and so of one asset."""
    return max(members.values(), key=lambda lock: lock[1], default=None)

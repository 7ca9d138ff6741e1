"""What the working orders of one side of a contract may open.

They close the position of the other side first, and what goes beyond it is opened. Which of them
are executed first nobody knows: the cheapest are taken to close, so that what is locked for the
rest suffices in any order.

Invariant: what is opened at the worst does not grow when an order is executed, in whole or in part,
and closes as much of the position as it can. (As long as fees are the same part of the worth of all
orders.)
"""

from bisect import bisect_left, insort
from decimal import Decimal
from operator import itemgetter
from typing import Final, NamedTuple

from fillgate.domain.numbers import ZERO, add, divide, multiply, subtract

__all__ = ["Opening", "WorkingSide"]


class Opening(NamedTuple):
    """What may be opened, and what that costs."""

    quantity: Decimal
    worth: Decimal
    """In the quote currency, without fees."""
    fee: Decimal
    """At the worst."""

    def less(self, other: "Opening") -> "Opening":
        """Return what is left without a part."""
        return Opening(*(subtract(mine, its) for mine, its in zip(self, other, strict=True)))

    def plus(self, other: "Opening") -> "Opening":
        """Return both together."""
        return Opening(*(add(mine, its) for mine, its in zip(self, other, strict=True)))

    def part(self, quantity: Decimal) -> "Opening":
        """Return a part of it, by quantity."""
        worth, fee = (
            multiply(divide(amount, self.quantity), quantity) for amount in (self.worth, self.fee)
        )
        return Opening(quantity, worth, fee)


_NOTHING: Final = Opening(ZERO, ZERO, ZERO)
_place: Final = itemgetter(0, 1)


class WorkingSide:
    """The working orders of one side, the cheapest first."""

    def __init__(self) -> None:
        """Have none."""
        self._orders: list[tuple[Decimal, int, Opening]] = []
        """By what a unit costs with its fee, then by key."""
        self._prices: dict[int, Decimal] = {}
        self._total = _NOTHING

    def put(self, key: int, opening: Opening | None) -> None:
        """Let an order count with this, instead of what it counted with; None: not at all."""
        price = self._prices.pop(key, None)
        if price is not None:
            self._drop(price, key)
        if opening is not None and opening.quantity > 0:
            price = divide(add(opening.worth, opening.fee), opening.quantity)
            insort(self._orders, (price, key, opening), key=_place)
            self._prices[key] = price
            self._total = self._total.plus(opening)

    def _drop(self, price: Decimal, key: int) -> None:
        index = bisect_left(self._orders, (price, key), key=_place)
        self._total = self._total.less(self._orders.pop(index)[2])

    def with_order(self, key: int, opening: Opening | None) -> "WorkingSide":
        """Return the same with another order, or with other terms of one; this stays as it is."""
        other = WorkingSide()
        other._orders = list(self._orders)
        other._prices = dict(self._prices)
        other._total = self._total
        other.put(key, opening)
        return other

    def beyond(self, closes: Decimal) -> Opening:
        """Return what is opened at the worst.

        Args:
            closes: so much of the quantity closes a position.
        """
        if closes >= self._total.quantity:
            return _NOTHING
        rest = self._total
        for _, _, opening in self._orders:
            if closes <= 0:
                break
            closing = opening if opening.quantity <= closes else opening.part(closes)
            rest, closes = rest.less(closing), subtract(closes, closing.quantity)
        return rest

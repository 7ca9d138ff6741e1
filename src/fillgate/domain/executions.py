"""What has been executed of one order: identified fills, and cumulative evidence beside them.

Invariants:

1. A fill counts once, however often and by whatever way it is reported: its id, and the venue's id
   of the order where that has changed, decide.
2. A cumulative quantity is evidence, not a fill. The executed total is the larger of the two;
   what evidence has above the fills is an inferred entry that identified fills replace.
3. Totals only grow, except where a real price or fee replaces an inferred or an earlier one, and
   where the venue takes back or corrects a fill. What was told before that counts no more: neither
   the fill as it was, nor an older cumulative quantity.
4. What one side was not told does not hide what the other knows: fees come from the larger of the
   two, or else from the other.
"""

from decimal import Decimal
from typing import Final

import msgspec

from fillgate.domain.fills import Fee, Fill
from fillgate.domain.numbers import ZERO, add, divide, multiply

__all__ = ["NOTHING_EXECUTED", "Executed", "Totals"]


class Totals(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """Sums over executions."""

    quantity: Decimal = ZERO
    notional: Decimal = ZERO
    """Sum of quantity times price, in the quote currency."""
    fees: tuple[Fee, ...] = ()

    @property
    def average_price(self) -> Decimal | None:
        """Notional over quantity; None while nothing is executed."""
        return divide(self.notional, self.quantity) if self.quantity else None

    def with_fill(self, fill: Fill) -> "Totals":
        """Return the sums with one fill more."""
        return Totals(
            quantity=add(self.quantity, fill.quantity),
            notional=add(self.notional, multiply(fill.quantity, fill.price)),
            fees=sum_fees(self.fees, fill.fees),
        )


class Executed(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """The executions of one order as far as they are known."""

    fills: tuple[Fill, ...] = ()
    identified: Totals = Totals()
    evidence: Totals = Totals()
    inferred: bool = False
    """True while nobody told the price of the evidence."""
    amended: tuple[str, ...] = ()
    """Ids of fills that were taken back or corrected."""
    corrected: tuple[Fill, ...] = ()
    """Those of them that were corrected, as they were told last; the others are taken back."""
    amended_at: int = 0
    """When the last of them was, Unix milliseconds by the venue."""

    @property
    def total(self) -> Totals:
        """The larger of identified fills and evidence; the fills where they are equal."""
        larger, other = self.identified, self.evidence
        if larger.quantity < other.quantity:
            larger, other = other, larger
        if larger.fees or not other.fees:
            return larger
        return msgspec.structs.replace(larger, fees=other.fees)

    @property
    def quantity(self) -> Decimal:
        """Quantity of the total."""
        identified, evidence = self.identified.quantity, self.evidence.quantity
        return max(identified, evidence)

    @property
    def average_price(self) -> Decimal | None:
        """Average price of the total; None while nothing is executed."""
        identified = self.identified.quantity
        if len(self.fills) == 1 and identified and identified >= self.evidence.quantity:
            return self.fills[0].price
        return self.total.average_price

    def conflicting(self, fills: tuple[Fill, ...]) -> tuple[Fill, ...]:
        """Return those fills whose id is known already with another quantity or price."""
        if not self.fills:
            return ()
        known = {fill.key: fill for fill in self.fills}
        return tuple(
            fill
            for fill in fills
            if (seen := known.get(fill.key)) is not None
            and (seen.quantity, seen.price) != (fill.quantity, fill.price)
            and fill.fill_id not in self.amended
        )

    def with_fills(self, fills: tuple[Fill, ...]) -> "Executed":
        """Count fills that are new by their id; others change nothing."""
        if not fills:
            return self
        known = {fill.key for fill in self.fills}
        new: list[Fill] = []
        identified = self.identified
        for fill in fills:
            if fill.key in known:
                continue
            known.add(fill.key)
            right = self._as_amended(fill) if self.amended else fill
            if right is not None:
                new.append(right)
                identified = identified.with_fill(right)
        if not new:
            return self
        return msgspec.structs.replace(self, fills=(*self.fills, *new), identified=identified)

    def _as_amended(self, fill: Fill) -> Fill | None:
        """Return a fill as it was corrected before it was told by name; None if taken back."""
        if fill.fill_id not in self.amended:
            return fill
        right = _by_id(self.corrected)
        return _corrected(fill, right) if fill.fill_id in right else None

    def with_evidence(
        self,
        quantity: Decimal,
        average_price: Decimal | None,
        fees: tuple[Fee, ...],
        *,
        timestamp: int,
    ) -> "Executed":
        """Take in a cumulative quantity with its average price; a smaller one changes nothing.

        Nor does one from before a fill was taken back or corrected; `timestamp` is the venue's, in
        Unix milliseconds.

        Quantity executed at a price nobody told counts at the price of what is known, else at 0,
        until a report with a price comes. The same quantity again adds only what was missing:
        a price that was inferred, and fees.
        """
        known = self.evidence
        if quantity < known.quantity or timestamp < self.amended_at:
            return self
        grown = quantity > known.quantity
        notional, inferred = known.notional, self.inferred
        if grown or (inferred and average_price):
            price = average_price or self.total.average_price or ZERO
            notional, inferred = multiply(quantity, price), not average_price
        fees = fees or (self.total if grown else known).fees
        evidence = Totals(quantity=quantity, notional=notional, fees=fees)
        return msgspec.structs.replace(self, evidence=evidence, inferred=inferred)

    def amended_by(
        self, busted: tuple[str, ...], corrected: tuple[Fill, ...], *, timestamp: int
    ) -> "Executed":
        """Take back fills by their ids and put others right; what is not known is not invented.

        The evidence from before falls to what is left, until it is told anew.
        """
        right = _by_id(corrected)
        fills = tuple(_corrected(fill, right) for fill in self.fills if fill.fill_id not in busted)
        if fills == self.fills and self._has_heard_of(busted, right):
            return self
        identified = Totals()
        for fill in fills:
            identified = identified.with_fill(fill)
        return Executed(
            fills=fills,
            identified=identified,
            amended=tuple(dict.fromkeys((*self.amended, *busted, *right))),
            corrected=tuple(
                fill
                for name, fill in (_by_id(self.corrected) | right).items()
                if name not in busted
            ),
            amended_at=max(self.amended_at, timestamp),
        )

    def _has_heard_of(self, busted: tuple[str, ...], right: dict[str, Fill]) -> bool:
        known = _by_id(self.corrected)
        taken_back = {*self.amended} - {*known}
        return {*busted} <= taken_back and all(
            name in known and _terms(known[name]) == _terms(fill) for name, fill in right.items()
        )


NOTHING_EXECUTED: Final = Executed()
"""What every order begins with."""


def _by_id(fills: tuple[Fill, ...]) -> dict[str, Fill]:
    return {fill.fill_id: fill for fill in fills}


def _terms(fill: Fill) -> tuple[Decimal, Decimal]:
    return fill.quantity, fill.price


def _corrected(fill: Fill, right: dict[str, Fill]) -> Fill:
    known = right.get(fill.fill_id)
    return fill if known is None else msgspec.structs.replace(known, order_id=fill.order_id)


def sum_fees(known: tuple[Fee, ...], more: tuple[Fee, ...]) -> tuple[Fee, ...]:
    """Add fees asset by asset, in the order in which the assets first came."""
    if not more:
        return known
    if not known and len(more) == 1:
        return more
    sums: dict[str, Decimal] = {}
    for fee in (*known, *more):
        sums[fee.asset] = add(sums.get(fee.asset, ZERO), fee.amount)
    return tuple(map(Fee, sums, sums.values()))

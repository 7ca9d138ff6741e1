"""An account that holds contracts, secured by a balance in their quote currency.

Isolated margin: each position has a margin of its own, worth / leverage when it is entered. What an
unrealised profit is worth cannot be used for other orders; what is realised can.

The leverage is one of a symbol: an order that asks for another one sets it for the position and for
all orders there, and is refused where that cannot be afforded.

Working orders lock the margin and the highest fee of what they would open: of all orders of one
side of a symbol, what goes beyond the position that they close (`working`). Reduce-only orders lock
nothing.

Invariants:

1. Orders that `shortfall` has nothing against leave nothing free below zero, whichever of them is
   executed first, at the prices that they were asked for with, as long as nothing else closes what
   they were to close.
2. A position that is liquidated costs its margin, not more and not less; what is closed of it, its
   part. What is missing comes from the insurance fund, what is left goes to it (`settle`).
3. Funding costs no more than what is free and the position's margin.

Free may be below zero after losses that are larger than the margin of what was closed (a stop that
the price leaps over is executed before the liquidation), after fees of what closes a position, and
after a reduce-only order or a liquidation has closed what another order was to close. What closes a
position is taken all the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

import msgspec

from fillgate.domain.fills import Fill
from fillgate.domain.numbers import ZERO, add, divide, multiply, subtract
from fillgate.domain.orders import Side
from fillgate.market.accounts.base import AccountKind, Instrument, Need, Shortfall, lock_key
from fillgate.market.accounts.contracts import FLAT, Contracts
from fillgate.market.accounts.wallet import Holding, Wallet
from fillgate.market.accounts.working import Opening, WorkingSide

__all__ = ["MarginAccount", "MarginTerms"]


class MarginTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a margin account is subject to."""

    leverage: Decimal = Decimal(1)
    """Of positions whose orders ask for none."""
    most: Decimal = Decimal(125)
    """The highest leverage that an order may ask for."""
    maintenance: Decimal = Decimal("0.005")
    """The part of a position's worth at which it is liquidated."""


_Side = tuple[Instrument, Side]


class MarginAccount:
    """Holds contracts."""

    kind = AccountKind.MARGIN

    def __init__(self, terms: MarginTerms) -> None:
        """Own nothing."""
        self._terms = terms
        self._wallet = Wallet()
        self._positions: dict[str, Contracts] = {}
        self._leverages: dict[str, Decimal] = {}
        self._sides: dict[int, _Side] = {}
        """By order that locks something: of which symbol and side it is."""
        self._members: dict[int, dict[int, Opening]] = {}
        """By group, and in it by order."""
        self._working: dict[_Side, WorkingSide] = {}
        self._locks: dict[str, Decimal] = {}
        """By symbol: what its position and its orders hold back."""
        self._seized: dict[str, tuple[Decimal, Decimal]] = {}
        """By symbol that is being liquidated: what was owned before, and the position's margin."""

    def deposit(self, asset: str, amount: Decimal) -> None:
        """Take in what the account is opened with."""
        self._wallet.change(asset, amount)

    def position(self, symbol: str) -> Contracts:
        """Return the position in a symbol."""
        return self._positions.get(symbol, FLAT)

    def positions(self) -> Iterator[tuple[str, Contracts]]:
        """Return the open positions by symbol."""
        return ((symbol, held) for symbol, held in self._positions.items() if held.quantity)

    def locked(self, symbol: str) -> Decimal:
        """Return what the position and the working orders of a symbol hold back."""
        return self._locks.get(symbol, ZERO)

    # Leverage

    def leverage(self, symbol: str) -> Decimal:
        """Return the leverage of a symbol."""
        return self._leverages.get(symbol, self._terms.leverage)

    def set_leverage(self, instrument: Instrument, leverage: Decimal) -> None:
        """Let this be the leverage of a symbol's position and of all its orders from now on."""
        symbol = instrument.symbol
        if leverage == self.leverage(symbol):
            return
        self._leverages[symbol] = leverage
        self._hold(symbol, self.position(symbol).secured(leverage))
        self._lock(instrument)

    # Orders

    def shortfall(
        self, need: Need, number: int | None = None, group: int | None = None
    ) -> Shortfall | None:
        """Return what is missing for an order; None if it can be afforded."""
        instrument = need.instrument
        symbol = instrument.symbol
        leverage = need.leverage or self.leverage(symbol)
        held = self.position(symbol)
        if leverage != self.leverage(symbol):
            held = held.secured(leverage)
        key = lock_key(number, group)
        members = self._members.get(key, {}) | _members_of(number or 0, need)
        sides = {side: self._side(instrument, side) for side in Side}
        sides[need.side] = sides[need.side].with_order(key, _largest(members))
        needed = subtract(_locked(held, sides, leverage), self._locks.get(symbol, ZERO))
        free = self._wallet.of(instrument.quote).free
        return None if needed <= max(free, ZERO) else Shortfall(instrument.quote, needed, free)

    def reserve(self, number: int, need: Need | None, group: int | None = None) -> None:
        """Lock what a working order may use up; None: nothing any more."""
        known = self._sides.pop(number, None)
        side = known if need is None else (need.instrument, need.side)
        added = {} if need is None else _members_of(number, need)
        if side is None or (known is None and not added):
            return
        if added:
            self._sides[number] = side
        key = lock_key(number, group)
        members = self._members.pop(key, {})
        members.pop(number, None)
        members |= added
        if members:
            self._members[key] = members
        self._working.setdefault(side, WorkingSide()).put(key, _largest(members))
        self._lock(side[0])

    def _side(self, instrument: Instrument, side: Side) -> WorkingSide:
        return self._working.get((instrument, side), _NONE)

    def _lock(self, instrument: Instrument) -> None:
        """Bring up to date what a symbol's position and orders hold back."""
        symbol = instrument.symbol
        sides = {side: self._side(instrument, side) for side in Side}
        amount = _locked(self.position(symbol), sides, self.leverage(symbol))
        self._wallet.lock(instrument.quote, subtract(amount, self._locks.get(symbol, ZERO)))
        self._locks[symbol] = amount

    # Executions

    def execute(self, instrument: Instrument, side: Side, fill: Fill) -> None:
        """Enter, reduce or turn the position; realise what that earns, and pay the fees."""
        symbol = instrument.symbol
        held, profit = self.position(symbol).executed(
            side, fill.quantity, fill.price, self.leverage(symbol)
        )
        self._hold(symbol, held)
        self._wallet.change(instrument.quote, profit)
        for fee in fill.fees:
            self._wallet.change(fee.asset, subtract(ZERO, fee.amount))
        self._lock(instrument)

    def _hold(self, symbol: str, held: Contracts) -> None:
        if held.quantity:
            self._positions[symbol] = held
        else:
            self._positions.pop(symbol, None)

    # What the market does to positions

    def fund(self, instrument: Instrument, rate: Decimal, price: Decimal) -> Decimal:
        """Pay or get funding; return what was paid, below zero if it was got.

        What is not free is taken from the position's margin, which brings its liquidation nearer
        (as Bybit documents it); more than both is not paid.

        Args:
            instrument: the contract.
            rate: of the position's worth; above zero longs pay.
            price: at which it is valued.
        """
        held = self.position(instrument.symbol)
        due = multiply(multiply(held.quantity, price), rate)
        free = max(self._wallet.of(instrument.quote).free, ZERO)
        from_margin = min(max(subtract(due, free), ZERO), held.margin)
        paid = min(due, add(free, from_margin))
        self._wallet.change(instrument.quote, subtract(ZERO, paid))
        if from_margin:
            margin = subtract(held.margin, from_margin)
            self._positions[instrument.symbol] = held._replace(margin=margin)
            self._lock(instrument)
        return paid

    def liquidation_price(self, symbol: str) -> Decimal | None:
        """Return where the position in a symbol is liquidated; None for nowhere."""
        return self.position(symbol).liquidation_price(self._terms.maintenance)

    def seize(self, instrument: Instrument) -> None:
        """Begin to liquidate: what the position costs from now on is the insurance fund's."""
        owned = self._wallet.of(instrument.quote).total
        self._seized[instrument.symbol] = (owned, self.position(instrument.symbol).margin)

    def settle(self, instrument: Instrument) -> Decimal:
        """End a liquidation: what was closed of the position has cost its part of the margin.

        Returns:
            What the insurance fund pays for that; below zero if it gets something.
        """
        owned, margin = self._seized.pop(instrument.symbol)
        lost = subtract(margin, self.position(instrument.symbol).margin)
        after = subtract(owned, lost)
        paid = subtract(after, self._wallet.of(instrument.quote).total)
        self._wallet.change(instrument.quote, paid)
        return paid

    def holdings(self) -> Sequence[Holding]:
        """Return what the account owns, by asset."""
        return self._wallet.holdings()


_NONE: Final = WorkingSide()


def _members_of(number: int, need: Need) -> dict[int, Opening]:
    """Return what an order counts with in its group."""
    return (
        {}
        if need.reduce_only
        else {number: Opening(need.quantity, need.worth, max(need.fee, ZERO))}
    )


def _largest(members: Mapping[int, Opening]) -> Opening | None:
    """Return the most that orders may open of which only one is executed."""
    if len(members) <= 1:
        return next(iter(members.values()), None)
    quantity = max(each.quantity for each in members.values())
    parts = [each.part(quantity) for each in members.values()]
    return Opening(quantity, max(each.worth for each in parts), max(each.fee for each in parts))


def _locked(held: Contracts, sides: Mapping[Side, WorkingSide], leverage: Decimal) -> Decimal:
    """Return what a position and the working orders of its symbol hold back."""
    amount = held.margin
    for side, working in sides.items():
        beyond = working.beyond(_closed_by(side, held))
        amount = add(amount, add(divide(beyond.worth, leverage), beyond.fee))
    return amount


def _closed_by(side: Side, held: Contracts) -> Decimal:
    """Return how much of a position orders of a side can close."""
    return max(ZERO, subtract(ZERO, held.quantity) if side is Side.BUY else held.quantity)

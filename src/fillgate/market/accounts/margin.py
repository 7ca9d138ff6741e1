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
    """What the working orders of one side of a symbol may open, in total."""

    __slots__ = ("_needs", "entered", "quantity")

    def __init__(self) -> None:
        self._needs: dict[int, tuple[Decimal, Decimal]] = {}
        self.quantity = ZERO
        self.entered = ZERO
        """Margin and fees of all of it."""

    def put(self, number: int, quantity: Decimal, entered: Decimal) -> None:
        """Let an order count with this, instead of what it counted with."""
        before = self._needs.pop(number, (ZERO, ZERO))
        self.quantity = add(self.quantity, subtract(quantity, before[0]))
        self.entered = add(self.entered, subtract(entered, before[1]))
        if quantity:
            self._needs[number] = (quantity, entered)

    def without(self, number: int | None) -> "_Working":
        """Return the same for all orders but one, as a total that may be added to."""
        known = (ZERO, ZERO) if number is None else self._needs.get(number, (ZERO, ZERO))
        rest = _Working()
        rest.quantity = subtract(self.quantity, known[0])
        rest.entered = subtract(self.entered, known[1])
        return rest

    def lock(self, closes: Decimal) -> Decimal:
        """Return what is locked, when so much of the quantity closes a position."""
        opens = subtract(self.quantity, closes)
        if opens <= 0:
            return ZERO
        return divide(multiply(self.entered, opens), self.quantity)


class MarginAccount:
    """Holds contracts."""

    kind = AccountKind.MARGIN

    def __init__(self, terms: MarginTerms) -> None:
        """Own nothing."""
        self._terms = terms
        self._wallet = Wallet()
        self._positions: dict[str, Contracts] = {}
        self._leverages: dict[str, Decimal] = {}
        self._orders: dict[int, Need] = {}
        """Those that lock something, by number."""
        self._working: dict[tuple[str, Side], _Working] = {}
        self._locks: dict[str, tuple[str, Decimal]] = {}
        """By symbol: what its position and its orders hold back, and of which asset."""
        self._seized: dict[str, Decimal] = {}
        """By symbol that is being liquidated what was owned before, less the position's margin."""

    def deposit(self, asset: str, amount: Decimal) -> None:
        """Take in what the account is opened with."""
        self._wallet.change(asset, amount)

    def position(self, symbol: str) -> Contracts:
        """Return the position in a symbol."""
        return self._positions.get(symbol, FLAT)

    def positions(self) -> Iterator[tuple[str, Contracts]]:
        """Return the open positions by symbol."""
        return ((symbol, held) for symbol, held in self._positions.items() if held.quantity)

    def leverage(self, symbol: str, asked: Decimal | None = None) -> Decimal:
        """Return the leverage of a symbol: what an order asks for, else what the last one did."""
        return asked or self._leverages.get(symbol, self._terms.leverage)

    def shortfall(
        self, need: Need, number: int | None = None, group: int | None = None
    ) -> Shortfall | None:
        """Return what is missing for an order; None if it can be afforded."""
        instrument = need.instrument
        before = self._locks.get(instrument.symbol, (instrument.quote, ZERO))[1]
        working = self._working.get((instrument.symbol, need.side), _Working())
        leverage = self.leverage(instrument.symbol, need.leverage)
        trial = working.without(number)
        if not need.reduce_only:
            trial.put(0, need.quantity, _entered(need, leverage))
        held = self.position(instrument.symbol).secured(leverage)
        after = add(held.margin, trial.lock(_closed_by(need.side, held)))
        after = add(after, self._lock_of(instrument.symbol, need.side.opposite, held))
        needed = subtract(after, before)
        free = self._wallet.of(instrument.quote).free
        return None if needed <= max(free, ZERO) else Shortfall(instrument.quote, needed, free)

    def reserve(self, number: int, need: Need | None, group: int | None = None) -> None:
        """Lock what a working order may use up; None: nothing any more."""
        if need is None or need.reduce_only:
            known = self._orders.pop(number, None)
            if known is not None:
                self._count(number, known, ZERO, ZERO)
            return
        self._orders[number] = need
        leverage = self.leverage(need.instrument.symbol, need.leverage)
        self._count(number, need, need.quantity, _entered(need, leverage))

    def _count(self, number: int, need: Need, quantity: Decimal, entered: Decimal) -> None:
        key = (need.instrument.symbol, need.side)
        self._working.setdefault(key, _Working()).put(number, quantity, entered)
        self._lock(need.instrument)

    def _lock(self, instrument: Instrument) -> None:
        """Bring up to date what a symbol's position and orders hold back."""
        symbol = instrument.symbol
        held = self.position(symbol)
        amount = held.margin
        for side in Side:
            amount = add(amount, self._lock_of(symbol, side, held))
        _, before = self._locks.get(symbol, ("", ZERO))
        self._wallet.lock(instrument.quote, subtract(amount, before))
        self._locks[symbol] = (instrument.quote, amount)

    def _lock_of(self, symbol: str, side: Side, held: Contracts) -> Decimal:
        working = self._working.get((symbol, side))
        return ZERO if working is None else working.lock(_closed_by(side, held))

    def execute(
        self, instrument: Instrument, side: Side, fill: Fill, leverage: Decimal | None
    ) -> None:
        """Enter, reduce or turn the position; realise what that earns, and pay the fees."""
        symbol = instrument.symbol
        if leverage is not None:
            self._leverages[symbol] = leverage
        effective = self.leverage(symbol)
        held, profit = self.position(symbol).executed(side, fill.quantity, fill.price, effective)
        self._positions[symbol] = held.secured(effective) if leverage is not None else held
        if not held.quantity:
            del self._positions[symbol]
        self._wallet.change(instrument.quote, profit)
        for fee in fill.fees:
            self._wallet.change(fee.asset, subtract(ZERO, fee.amount))
        self._lock(instrument)

    def fund(self, instrument: Instrument, rate: Decimal, price: Decimal) -> Decimal:
        """Pay or get funding; return what was paid, below zero if it was got.

        Args:
            instrument: the contract.
            rate: of the position's worth; above zero longs pay.
            price: at which it is valued.
        """
        worth = multiply(self.position(instrument.symbol).quantity, price)
        paid = multiply(worth, rate)
        self._wallet.change(instrument.quote, subtract(ZERO, paid))
        return paid

    def liquidation_price(self, symbol: str) -> Decimal | None:
        """Return where the position in a symbol is liquidated; None for nowhere."""
        return self.position(symbol).liquidation_price(self._terms.maintenance)

    def seize(self, instrument: Instrument) -> None:
        """Begin to liquidate: what the position costs from now on is the insurance fund's."""
        owned = self._wallet.of(instrument.quote).total
        margin = self.position(instrument.symbol).margin
        self._seized[instrument.symbol] = subtract(owned, margin)

    def settle(self, instrument: Instrument) -> Decimal:
        """End a liquidation whose position is closed: it has cost the margin.

        Returns:
            What the insurance fund pays for that; below zero if it gets something.
        """
        after = self._seized.pop(instrument.symbol)
        paid = subtract(after, self._wallet.of(instrument.quote).total)
        self._wallet.change(instrument.quote, paid)
        return paid

    def holdings(self) -> Sequence[Holding]:
        """Return what the account owns, by asset."""
        return self._wallet.holdings()


def _entered(need: Need, leverage: Decimal) -> Decimal:
    return add(divide(need.worth, leverage), max(need.fee, ZERO))


def _closed_by(side: Side, held: Contracts) -> Decimal:
    """Return how much of a position orders of a side can close."""
    return max(ZERO, subtract(ZERO, held.quantity) if side is Side.BUY else held.quantity)

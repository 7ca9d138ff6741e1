"""An account that can afford everything; what it owns is told, below zero too."""

from collections.abc import Sequence
from decimal import Decimal

from fillgate.domain.fills import Fill
from fillgate.domain.numbers import ZERO, multiply, subtract
from fillgate.domain.orders import Side
from fillgate.market.accounts.base import AccountKind, Instrument, Need, Shortfall
from fillgate.market.accounts.wallet import Holding, Wallet

__all__ = ["UnlimitedAccount", "exchange"]


class UnlimitedAccount:
    """Spends and sells without limit."""

    kind = AccountKind.UNLIMITED

    def __init__(self) -> None:
        """Own nothing."""
        self._wallet = Wallet()

    def deposit(self, asset: str, amount: Decimal) -> None:
        """Take in what the account is opened with."""
        self._wallet.change(asset, amount)

    def shortfall(
        self, need: Need, number: int | None = None, group: int | None = None
    ) -> Shortfall | None:
        """Return None: everything can be afforded."""
        return None

    def reserve(self, number: int, need: Need | None, group: int | None = None) -> None:
        """Lock nothing."""

    def execute(self, instrument: Instrument, side: Side, fill: Fill) -> None:
        """Exchange one asset for the other."""
        exchange(self._wallet, instrument, side, fill)

    def holdings(self) -> Sequence[Holding]:
        """Return what the account owns, by asset."""
        return self._wallet.holdings()


def exchange(wallet: Wallet, instrument: Instrument, side: Side, fill: Fill) -> None:
    """Move what an execution of assets moves: base one way, quote the other, fees out."""
    worth = multiply(fill.quantity, fill.price)
    buys = side is Side.BUY
    wallet.change(instrument.base, fill.quantity if buys else subtract(ZERO, fill.quantity))
    wallet.change(instrument.quote, subtract(ZERO, worth) if buys else worth)
    for fee in fill.fees:
        wallet.change(fee.asset, subtract(ZERO, fee.amount))

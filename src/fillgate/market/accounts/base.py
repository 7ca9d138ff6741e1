"""What every kind of account can be asked and told.

Invariants:

1. What an account is told has happened: it takes it in whatever it makes of the balances. What may
   not happen is asked for before (`shortfall`).
2. The same facts in the same order make the same account.
3. Money is neither made nor lost: what one side of an execution pays the other gets, but for fees,
   which are the venue's, and contracts, whose losers pay their winners.
"""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Protocol

from fillgate.domain.fills import Fill
from fillgate.domain.numbers import decimal_text
from fillgate.domain.orders import Side
from fillgate.market.accounts.wallet import Holding

__all__ = ["Account", "AccountKind", "Instrument", "Need", "Shortfall", "lock_key"]


class AccountKind(StrEnum):
    """How an account may trade."""

    UNLIMITED = "unlimited"
    """Nothing is checked; what it owns is told all the same."""
    SPOT = "spot"
    """It owns assets, and can spend or sell no more than that."""
    MARGIN = "margin"
    """It holds contracts, long or short, secured by a balance in their quote currency."""


class Instrument(NamedTuple):
    """What an account has to know of a symbol."""

    symbol: str
    base: str
    quote: str


class Need(NamedTuple):
    """What an order may use up while it works."""

    instrument: Instrument
    side: Side
    quantity: Decimal
    """What is left to be executed."""
    worth: Decimal
    """What that costs or earns at the worst, without fees, in the quote currency."""
    fee: Decimal
    """What is charged for it at the worst."""
    reduce_only: bool = False
    leverage: Decimal | None = None
    """What the order asks for; None leaves it as it is. Asked for only: `reserve` takes the
    account's."""


class Shortfall(NamedTuple):
    """Why an order cannot be afforded."""

    asset: str
    needed: Decimal
    free: Decimal

    def __str__(self) -> str:
        needed, free = decimal_text(self.needed), decimal_text(self.free)
        return f"The order needs {needed} {self.asset}, free are {free}."


def lock_key(number: int | None, group: int | None) -> int:
    """Return the name of what an order locks alone or with its group; 0 for one without either.

    Orders and groups are numbered from 1.
    """
    if group is not None:
        return -group
    return 0 if number is None else number


class Account(Protocol):
    """An account of a simulated venue."""

    kind: AccountKind

    def deposit(self, asset: str, amount: Decimal) -> None:
        """Take in what the account is opened with."""
        ...

    def shortfall(
        self, need: Need, number: int | None = None, group: int | None = None
    ) -> Shortfall | None:
        """Return what is missing for an order; None if it can be afforded.

        Args:
            need: what it needs.
            number: the order's, if it works already: what it has locked is there for it.
            group: that of `reserve`.
        """
        ...

    def reserve(self, number: int, need: Need | None, group: int | None = None) -> None:
        """Lock what a working order may use up; None: nothing any more.

        Args:
            number: the order's.
            need: what is left of it.
            group: orders of which only one will be executed share a lock; this names them.
        """
        ...

    def execute(self, instrument: Instrument, side: Side, fill: Fill) -> None:
        """Take in an execution.

        Args:
            instrument: what was traded.
            side: the order's.
            fill: what was executed, and the fees.
        """
        ...

    def holdings(self) -> Sequence[Holding]:
        """Return what the account owns, by asset; none that is nothing."""
        ...

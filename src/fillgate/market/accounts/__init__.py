"""What accounts of the simulated venue own, and what they can afford.

- `base`: what every kind of account can be asked
- `wallet`: balances per asset
- `unlimited`, `spot`, `margin`: the kinds
- `contracts`: a position in a contract: entry, margin, liquidation
- `working`: what the working orders of a contract may open
- `funding`: when longs and shorts pay each other
- `volume`: what was traded in the last days
"""

from fillgate.market.accounts.base import Account, AccountKind, Need, Shortfall
from fillgate.market.accounts.margin import MarginAccount, MarginTerms
from fillgate.market.accounts.spot import SpotAccount
from fillgate.market.accounts.unlimited import UnlimitedAccount

__all__ = [
    "Account",
    "AccountKind",
    "MarginAccount",
    "MarginTerms",
    "Need",
    "Shortfall",
    "SpotAccount",
    "UnlimitedAccount",
]

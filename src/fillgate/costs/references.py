"""The prices against which an execution is held, and the currency that it is counted in.

Slippage is the implementation shortfall of the executed quantity: by how much the average price is
worse than a reference, as a part of the reference. Source: Perold, "The Implementation Shortfall:
Paper versus Reality" (Journal of Portfolio Management, 1988).
"""

import re
from decimal import Decimal
from typing import Final

from fillgate.domain.numbers import add, divide, multiply, subtract
from fillgate.domain.orders import Side
from fillgate.domain.reports import ArrivalQuote

__all__ = ["arrival_price", "basis_points", "currency_of", "shortfall"]

_BASIS_POINTS: Final = Decimal(10_000)
_TWO: Final = Decimal(2)
# The currencies in which most symbols are quoted; the longer names first.
_CURRENCIES: Final = re.compile(
    r"(?:FDUSD|USDT|USDC|BUSD|TUSD|USD|EUR|GBP|JPY|CHF|AUD|CAD|NZD|TRY|BRL|DAI|BTC|ETH)$"
)
_CONTRACT: Final = re.compile(r"(?:\.P|[-_./]?PERP|[-_]SWAP)$")


def arrival_price(quote: ArrivalQuote) -> Decimal:
    """Return the middle of bid and ask when the order arrived: what it found without its spread."""
    return divide(add(quote.bid, quote.ask), _TWO)


def shortfall(side: Side, quantity: Decimal, worth: Decimal, reference: Decimal) -> Decimal:
    """Return what an execution cost more than at the reference, in the quote currency.

    Args:
        side: of the order.
        quantity: executed.
        worth: what that cost or earned, without fees.
        reference: the price to compare with.

    Returns:
        Above zero for a cost, for buyers and sellers alike.
    """
    paper = multiply(quantity, reference)
    return subtract(worth, paper) if side is Side.BUY else subtract(paper, worth)


def basis_points(cost: Decimal, worth: Decimal) -> Decimal | None:
    """Return a cost as basis points of a worth; None of nothing."""
    return divide(multiply(cost, _BASIS_POINTS), worth) if worth else None


def currency_of(symbol: str) -> str:
    """Return the currency in which a symbol is quoted; empty where it does not tell it.

    What stands behind the slash of `BTC/USDT` or `BTC/USDT:USDT`; else a usual currency at the end
    of the name.
    """
    text = _CONTRACT.sub("", symbol.upper())
    base, slash, quote = text.partition("/")
    if slash:
        return quote.partition(":")[0]
    found = _CURRENCIES.search(base)
    return found[0] if found and found.start() else ""

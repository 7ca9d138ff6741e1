"""An order in the book, an execution between two of them, and what rests at a price.

Orders and executions hold nothing that could hold them in turn, so that the garbage collector does
not look at them, however many rest.
"""

from typing import Final, NamedTuple

import msgspec

from fillgate.domain.orders import Side

__all__ = ["MARKET", "BookOrder", "Depth", "Trade"]

MARKET: Final = 0
"""The owner who stands for everybody outside: its orders may meet each other."""


class BookOrder(msgspec.Struct, eq=False, gc=False):
    """An order as the book has it. Only the book changes its lots, until it has left the book."""

    number: int
    """Names it; no other that rests may have it."""
    owner: int
    """Whose it is; `MARKET` for everybody outside."""
    side: Side
    ticks: int | None
    """The worst price that it takes; None for any: a market order, which never rests."""
    lots: int
    """What is left of it, above 0 when it comes; 0 once it is executed in full."""


class Trade(msgspec.Struct, frozen=True, gc=False):
    """An execution, at the price of the order that rested."""

    maker: int
    """Number of the order that rested."""
    taker: int
    """Number of the order that came."""
    ticks: int
    lots: int
    maker_side: Side


class Depth(NamedTuple):
    """What rests at one price."""

    ticks: int
    lots: int

"""An order in the book, an execution between two of them, and what became of one that came."""

from enum import Enum
from typing import Final, NamedTuple

from fillgate.domain.orders import Side

__all__ = ["MARKET", "BookOrder", "Depth", "Matched", "Outcome", "Trade"]

MARKET: Final = 0
"""The owner who stands for everybody outside: its orders may meet each other."""


class BookOrder:
    """An order as the book has it; its lots become less as it is executed."""

    __slots__ = ("lots", "number", "owner", "side", "ticks")

    def __init__(self, number: int, owner: int, side: Side, ticks: int | None, lots: int) -> None:
        """Make an order.

        Args:
            number: names it; no other in the book may have it.
            owner: whose it is; `MARKET` for everybody outside.
            side: whether it buys or sells.
            ticks: the worst price that it takes; None for any (a market order).
            lots: its quantity, above 0.
        """
        self.number = number
        self.owner = owner
        self.side = side
        self.ticks = ticks
        self.lots = lots

    def __repr__(self) -> str:
        price = "market" if self.ticks is None else f"@{self.ticks}"
        return f"<{self.number} of {self.owner}: {self.side} {self.lots} {price}>"


class Trade(NamedTuple):
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


class Outcome(Enum):
    """What became of an order that came."""

    FILLED = "filled"
    """It is executed in full."""
    RESTS = "rests"
    """What was not executed rests."""
    ENDED = "ended"
    """What was not executed at once is gone: it was not to rest, or nobody was on the other
    side."""
    UNFILLABLE = "unfillable"
    """It was to be executed in full or not at all, and could not be."""
    WOULD_TAKE = "would-take"
    """It was only to rest, and would have been executed."""
    PREVENTED = "prevented"
    """What was not executed is gone: it would have met an order of its owner."""


class Matched(NamedTuple):
    """What came of an order that came."""

    outcome: Outcome
    trades: tuple[Trade, ...] = ()
    """In the order in which they happened."""
    lots: int = 0
    """What is left of the order: resting for `RESTS`, else gone."""
    prevented: tuple[int, ...] = ()
    """Numbers of resting orders of its owner that ended because it would have met them."""
    reduced: tuple[tuple[int, int], ...] = ()
    """Resting orders of its owner that lost lots for that reason, and how many."""

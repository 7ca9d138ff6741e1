"""The journal's index: rows of signals and orders, and what can be asked of them.

Rows are made from events (`rebuild`); they are for readers.
"""

from collections.abc import Sequence
from typing import Final, Generic, TypeVar

import msgspec

from fillgate.domain.events import OrderAdopted
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.order_state import OrderState

__all__ = [
    "VENUE",
    "OrderQuery",
    "OrderRow",
    "Page",
    "SignalQuery",
    "SignalRow",
    "SignalState",
]

VENUE: Final = "venue"
"""The source of orders that were found at a venue and had no signal here."""

Row = TypeVar("Row")


class SignalState:
    """What became of a signal, as far as the index of signals tells."""

    WAITING: Final = "waiting"
    """Accepted; its order is not planned yet."""
    PLANNED: Final = "planned"
    """Accepted; its order exists, possibly denied."""
    REFUSED: Final = "refused"
    DUPLICATE: Final = "duplicate"


class SignalRow(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A signal in the index."""

    number: int
    at: int
    """When it was received, Unix microseconds."""
    source: str
    state: str
    account: str | None = None
    symbol: str | None = None
    code: str | None = None
    """Why it was refused; None otherwise."""

    @classmethod
    def of_adopted(cls, adopted: OrderAdopted, at: int) -> "SignalRow":
        """Return the row under which an adopted order that had no signal is found."""
        return cls(
            number=adopted.signal,
            at=at,
            source=VENUE,
            state=SignalState.PLANNED,
            account=adopted.order.account,
            symbol=adopted.order.symbol,
        )


class OrderRow(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An order in the index."""

    client_order_id: str
    signal: int
    leg: int
    """Place among the orders of its signal; (signal, leg) orders the index."""
    account: str
    symbol: str
    status: OrderStatus
    at: int
    """When it was planned, Unix microseconds."""

    @classmethod
    def of(cls, state: OrderState) -> "OrderRow":
        """Return the row of an order that is in this state."""
        order = state.order
        return cls(
            client_order_id=order.client_order_id,
            signal=state.signal,
            leg=order.leg,
            account=order.account,
            symbol=order.symbol,
            status=state.status,
            at=state.created_at,
        )


class OrderQuery(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Which orders to list, newest first."""

    account: str | None = None
    symbol: str | None = None
    statuses: tuple[OrderStatus, ...] = ()
    """Empty for all."""
    before: tuple[int, int] | None = None
    """(signal, leg) of the last row of the page before."""
    limit: int = 50


class SignalQuery(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Which signals to list, newest first."""

    source: str | None = None
    state: str | None = None
    before: int | None = None
    """Number of the last row of the page before."""
    limit: int = 50


class Page(msgspec.Struct, Generic[Row], frozen=True):
    """Rows in order, and whether more follow."""

    rows: Sequence[Row]
    more: bool

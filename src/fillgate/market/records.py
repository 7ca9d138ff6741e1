"""What happened at the venue, as facts. All that the venue knows is folded from them (`state`).

Most records belong to one order, by its number; those of accounts to one account. What happened in
one step is a list of records that is written down as one.
"""

from decimal import Decimal
from typing import ClassVar

import msgspec

from fillgate.domain.fills import Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order

__all__ = [
    "AccountRecord",
    "Arrived",
    "Attached",
    "Closed",
    "Filled",
    "Funded",
    "Leveraged",
    "Liquidated",
    "MovedUp",
    "Opened",
    "OrderRecord",
    "Queued",
    "Record",
    "Replaced",
    "Restated",
    "Settled",
    "Trailed",
    "Triggered",
]


class _Fact(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="record"
):
    at: int
    """When, Unix microseconds."""


class _OfOrder(_Fact, frozen=True, kw_only=True):
    number: int
    """The order's number at the venue, from 1."""


class Arrived(_OfOrder, frozen=True, kw_only=True, tag="arrived"):
    """A client's order reached the venue; it works until something else is recorded."""

    order: Order
    pair: int | None = None
    """Number of the order with which it is one-cancels-the-other; for the first its own."""
    entry: ClassVar[None] = None
    """It protects none."""


class Attached(_OfOrder, frozen=True, kw_only=True, tag="attached"):
    """The venue itself placed an order that protects what another one opened."""

    order: Order
    entry: int
    """Number of the order it protects."""
    pair: ClassVar[None] = None
    """Orders that protect the same entry belong together by that."""


class Liquidated(_OfOrder, frozen=True, kw_only=True, tag="liquidated"):
    """The venue itself placed an order that closes a position whose margin is used up."""

    order: Order
    entry: ClassVar[None] = None
    pair: ClassVar[None] = None


class Replaced(_OfOrder, frozen=True, kw_only=True, tag="replaced"):
    """A working order got other terms, and the client order id that the request gave it."""

    order: Order


class Restated(_OfOrder, frozen=True, kw_only=True, tag="restated"):
    """The venue itself changed an order's quantity (FIX ExecType Restated).

    Protection grows with what its entry executes; orders of one owner that would meet shrink.
    """

    quantity: Decimal


class Triggered(_OfOrder, frozen=True, kw_only=True, tag="triggered"):
    """A stop was reached; the order now works as a market or limit order."""


class Trailed(_OfOrder, frozen=True, kw_only=True, tag="trailed"):
    """The best price so far moved, and a trailing stop with it."""

    best: int
    """That price, in ticks."""


class Queued(_OfOrder, frozen=True, kw_only=True, tag="queued"):
    """An order has joined the queue at its price."""

    ahead: int
    """Lots of the market outside that are executed before it."""


class MovedUp(_OfOrder, frozen=True, kw_only=True, tag="moved-up"):
    """What is ahead of an order in its queue became less."""

    ahead: int
    """As in `Queued`."""


class Filled(_OfOrder, frozen=True, kw_only=True, tag="filled"):
    """The order was executed."""

    fill: Fill
    maker: bool = False
    """Whether it rested and the other side came."""
    against: int = 0
    """Number of the order on the other side; 0 for the market outside."""


class Closed(_OfOrder, frozen=True, kw_only=True, tag="closed"):
    """The order ended other than by its execution."""

    status: OrderStatus
    """CANCELED, EXPIRED or REJECTED."""
    code: str = ""
    """Stable reason of a refusal."""
    text: str = ""
    """Why, in words."""


class AccountRecord(_Fact, frozen=True, kw_only=True):
    """Something that happened to an account."""

    account: str


class Opened(AccountRecord, frozen=True, kw_only=True, tag="opened"):
    """An account was opened with what it owns at the beginning."""

    kind: str
    """How it may trade: see `accounts`."""
    balances: dict[str, Decimal]


class Funded(AccountRecord, frozen=True, kw_only=True, tag="funded"):
    """Funding of a perpetual contract was exchanged between longs and shorts."""

    symbol: str
    rate: Decimal
    """Of the position's worth; positive: longs pay."""
    price: Decimal
    """At which the position was valued."""


class Leveraged(AccountRecord, frozen=True, kw_only=True, tag="leveraged"):
    """The leverage of a symbol became another one, for its position and all its orders."""

    symbol: str
    leverage: Decimal


class Settled(AccountRecord, frozen=True, kw_only=True, tag="settled"):
    """A liquidation has closed what it could, and the insurance fund takes or gives the rest."""

    symbol: str


OrderRecord = (
    Arrived
    | Attached
    | Liquidated
    | Replaced
    | Restated
    | Triggered
    | Trailed
    | Queued
    | MovedUp
    | Filled
    | Closed
)
"""Any of the facts about an order."""

Record = OrderRecord | Opened | Leveraged | Funded | Settled
"""Any of the facts."""

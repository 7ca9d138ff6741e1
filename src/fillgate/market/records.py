"""What happened at the venue, as facts. All that the venue knows is folded from them (`state`).

Every record belongs to one order, by its number; what happened in one step is a list of records
that is written down as one.
"""

from typing import ClassVar

import msgspec

from fillgate.domain.fills import Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order

__all__ = ["Arrived", "Attached", "Closed", "Filled", "Record", "Replaced", "Triggered"]


class _Fact(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True, tag_field="record"
):
    at: int
    """When, Unix microseconds."""
    number: int
    """The order's number at the venue, from 1."""


class Arrived(_Fact, frozen=True, kw_only=True, tag="arrived"):
    """A client's order reached the venue; it works until something else is recorded."""

    order: Order
    entry: ClassVar[None] = None
    """It protects none."""


class Attached(_Fact, frozen=True, kw_only=True, tag="attached"):
    """The venue itself placed an order that protects what another one opened."""

    order: Order
    entry: int
    """Number of the order it protects."""


class Replaced(_Fact, frozen=True, kw_only=True, tag="replaced"):
    """A working order got other terms, and the client order id of the request for them."""

    order: Order


class Triggered(_Fact, frozen=True, kw_only=True, tag="triggered"):
    """A stop was reached; the order now works as a market or limit order."""


class Filled(_Fact, frozen=True, kw_only=True, tag="filled"):
    """The order was executed."""

    fill: Fill


class Closed(_Fact, frozen=True, kw_only=True, tag="closed"):
    """The order ended other than by its execution."""

    status: OrderStatus
    """CANCELED, EXPIRED or REJECTED."""
    code: str = ""
    """Stable reason of a refusal."""
    text: str = ""
    """Why, in words."""


Record = Arrived | Attached | Replaced | Triggered | Filled | Closed
"""Any of the facts."""

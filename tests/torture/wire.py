"""What is said to the venue of the torture and what it answers: one JSON object a line.

A connection carries one request and its answer, but for `Stream`, on which reports follow, and
`Hold`, which lasts until its connection is closed.
"""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

__all__ = [
    "Answer",
    "Cancel",
    "Fills",
    "Heal",
    "Hold",
    "Lookup",
    "New",
    "OpenOrders",
    "Ping",
    "Positions",
    "Quiet",
    "Replace",
    "Request",
    "Stream",
    "Told",
    "ToldFill",
    "ask",
    "decoded",
    "encoded",
]


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="op"):
    """The base of all requests."""


class New(Said, frozen=True, kw_only=True, tag="new"):
    """Place an order."""

    client_order_id: str
    symbol: str
    side: str
    order_type: str
    quantity: Decimal
    price: Decimal | None = None


class Cancel(Said, frozen=True, kw_only=True, tag="cancel"):
    """Cancel the order that is known as `original` now."""

    original: str
    request: str
    """The id of this very request."""


class Replace(Said, frozen=True, kw_only=True, tag="replace"):
    """Give the order that is known as `original` now another quantity, price and id."""

    original: str
    request: str
    """The id of this very request, and of the order with it."""
    quantity: Decimal
    price: Decimal | None = None


class Lookup(Said, frozen=True, kw_only=True, tag="lookup"):
    """Tell of the order that is or was known by this id."""

    client_order_id: str


class OpenOrders(Said, frozen=True, kw_only=True, tag="open-orders"):
    """Tell of all working orders."""


class Fills(Said, frozen=True, kw_only=True, tag="fills"):
    """Tell of all fills since a time (Unix milliseconds)."""

    since: int


class Positions(Said, frozen=True, kw_only=True, tag="positions"):
    """Tell the positions."""


class Stream(Said, frozen=True, kw_only=True, tag="stream"):
    """Tell of everything that happens from now on."""


class Ping(Said, frozen=True, kw_only=True, tag="ping"):
    """Say that you are there."""


class Hold(Said, frozen=True, kw_only=True, tag="hold"):
    """Take the next request of a kind and say so here; answer it only once this is closed."""

    request: str
    """`new`, `cancel` or `replace`."""


class Heal(Said, frozen=True, kw_only=True, tag="heal"):
    """From now on do nothing wrong."""


class Quiet(Said, frozen=True, kw_only=True, tag="quiet"):
    """Answer once nothing more will happen by itself."""


Request = (
    New
    | Cancel
    | Replace
    | Lookup
    | OpenOrders
    | Fills
    | Positions
    | Stream
    | Ping
    | Hold
    | Heal
    | Quiet
)


class ToldFill(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An execution."""

    fill_id: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    at: int
    """Unix milliseconds."""
    order_id: str = ""
    client_order_id: str = ""
    symbol: str = ""
    side: str = ""


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order as it is."""

    order_id: str
    client_order_id: str
    symbol: str
    side: str
    quantity: Decimal
    price: Decimal | None = None
    status: str
    filled: Decimal
    average_price: Decimal | None = None
    fills: tuple[ToldFill, ...] = ()
    created: int
    at: int


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What comes back."""

    ok: bool
    code: str | None = None
    text: str | None = None
    order: Told | None = None
    orders: tuple[Told, ...] = ()
    fills: tuple[ToldFill, ...] = ()
    positions: Mapping[str, Decimal] = {}


T = TypeVar("T")

_ENCODER = msgspec.json.Encoder()
_LONGEST_LINE = 16 * 1024 * 1024


def encoded(message: object) -> bytes:
    """Return a message as a line."""
    return _ENCODER.encode(message) + b"\n"


def decoded(line: bytes, kind: type[T] | Any) -> T:
    """Return the message of a line.

    Raises:
        EOFError: the line has no end: the connection was closed in its midst.
        msgspec.DecodeError: it is no such message.
    """
    if not line.endswith(b"\n"):
        msg = f"the connection was closed after {len(line)} bytes"
        raise EOFError(msg)
    message: T = msgspec.json.decode(line, type=kind)
    return message


async def ask(host: str, port: int, request: Request) -> Answer:
    """Put one request and return its answer.

    Raises:
        OSError, EOFError, msgspec.DecodeError: there was none.
    """
    reader, writer = await asyncio.open_connection(host, port, limit=_LONGEST_LINE)
    try:
        writer.write(encoded(request))
        answer: Answer = decoded(await reader.readline(), Answer)
        return answer
    finally:
        writer.close()

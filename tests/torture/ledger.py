"""What happened at the venue of the torture, line by line, each on disk before anybody hears of it.

The ledger is the truth that the journal is measured by. It is written by the venue's process, which
is not killed with the service, and read by everybody.
"""

import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import msgspec

__all__ = [
    "Accepted",
    "Arrived",
    "CancelSeen",
    "Canceled",
    "Entry",
    "Filled",
    "Injected",
    "Ledger",
    "Line",
    "Refused",
    "Replaced",
    "Started",
    "now",
    "read_ledger",
]


def now() -> int:
    """Return the time of day, Unix milliseconds."""
    return time.time_ns() // 1_000_000


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """The base of all lines."""

    at: int = msgspec.field(default_factory=now)
    """Unix milliseconds."""


class Started(Entry, frozen=True, kw_only=True, tag="started"):
    """The venue's process began."""


class Arrived(Entry, frozen=True, kw_only=True, tag="arrived"):
    """A request came in, whatever became of it."""

    request: str
    """`new`, `cancel` or `replace`."""
    client_order_id: str
    """The id of the request; of a new order its own."""
    fault: str
    """What the venue does wrong with it; empty for nothing."""


class Accepted(Entry, frozen=True, kw_only=True, tag="accepted"):
    """An order works."""

    client_order_id: str
    order_id: str
    symbol: str
    side: str
    order_type: str
    quantity: Decimal
    price: Decimal | None = None


class Refused(Entry, frozen=True, kw_only=True, tag="refused"):
    """An order was refused; it never worked."""

    client_order_id: str
    code: str


class Filled(Entry, frozen=True, kw_only=True, tag="filled"):
    """A piece of an order was executed."""

    order_id: str
    fill_id: str
    quantity: Decimal
    price: Decimal
    fee: Decimal


class Canceled(Entry, frozen=True, kw_only=True, tag="canceled"):
    """An order works no more."""

    order_id: str
    request: str
    """The id of the request that did it."""


class CancelSeen(Entry, frozen=True, kw_only=True, tag="cancel-seen"):
    """A request to cancel an order came to a venue where requests have no ids of their own."""

    client_order_id: str
    """The order's."""
    done: bool
    """Whether the order works no more because of it; else it was refused."""


class Replaced(Entry, frozen=True, kw_only=True, tag="replaced"):
    """An order has another id, quantity and price."""

    order_id: str
    request: str
    """The id of the request that did it, and of the order with it."""
    quantity: Decimal
    price: Decimal | None = None


class Injected(Entry, frozen=True, kw_only=True, tag="injected"):
    """The venue did something wrong that no other line tells of."""

    fault: str


Line = Started | Arrived | Accepted | Refused | Filled | CancelSeen | Canceled | Replaced | Injected

_ENCODER = msgspec.json.Encoder()
_DECODER: "msgspec.json.Decoder[Line]" = msgspec.json.Decoder(Line)


class Ledger:
    """A ledger to write to."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)

    def write(self, line: Line) -> None:
        """Put a line on the disk, as far as a killed process is concerned."""
        self._file.write(_ENCODER.encode(line) + b"\n")

    def close(self) -> None:
        """Write no more."""
        self._file.close()


def read_ledger(path: Path) -> Sequence[Line]:
    """Return all lines; one that is being written does not count."""
    if not path.exists():
        return []
    *whole, _ = path.read_bytes().split(b"\n")
    return [_DECODER.decode(line) for line in whole]

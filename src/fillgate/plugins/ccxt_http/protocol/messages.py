"""Every body of the protocol, as a structure, and the tables of paths.

Invariants:

1. The parameters of a question or an act are the keywords of the plugin's method of that name.
2. Numbers of money are texts. Times are Unix: `timestamp` in seconds, `sent_at` and the header's in
   microseconds, those of reports and results in milliseconds, as they are everywhere.
3. The fields that older readers of `/webhook/tradingview` and `/health` know keep their meaning.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport, ExecutionResult
from fillgate.plugins.base import Balance, Instrument, VenueFill, VenuePosition

__all__ = [
    "ACTS",
    "HEALTH",
    "QUESTIONS",
    "REPORTS",
    "TICKER",
    "VERSION",
    "WEBHOOK",
    "Act",
    "ActEnding",
    "Answer",
    "CancelAsked",
    "Ending",
    "FillsAsked",
    "Health",
    "NothingAsked",
    "OrderAsked",
    "OrderEnding",
    "Question",
    "Refused",
    "ReplaceAsked",
    "ReportLine",
    "Submitted",
    "SymbolAsked",
]

VERSION: Final = 1
"""The version of the protocol; a reader of one does not know what another means."""

HEALTH: Final = "/health"
WEBHOOK: Final = "/webhook/tradingview"
TICKER: Final = "/ticker/"
REPORTS: Final = "/v1/reports"
"""The reports as they come: one `ReportLine` a line, for as long as both ends stay."""


class Ending(StrEnum):
    """How a submission, a cancel or a replace ended."""

    RESULT = "result"
    """The venue took it."""
    REJECTED = "rejected"
    """The venue refused it, definitely and in its own words."""
    NOT_SENT = "not_sent"
    """It is proven not to have left for the venue."""
    UNKNOWN = "unknown"
    """It may be at the venue, or done."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What `/health` says."""

    status: str
    """`ok`, or `down`."""
    protocol: int
    """`VERSION`."""
    capabilities: Capabilities
    """What the account at the other end can do through the protocol."""
    message: str | None = None
    """Why it is down."""


class Submitted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order, whole, as `/webhook/tradingview` takes it besides the older form."""

    timestamp: int
    sent_at: int
    exchange: str
    testnet: bool
    order: Order


class OrderEnding(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an order that was submitted."""

    status: str
    """For older readers: `executed`; `ignored` for what is definitely not at the venue;
    `unknown`."""
    ending: Ending
    code: str | None = None
    """The stable reason, where it is no result."""
    message: str = ""
    """The reason in words, the venue's own for what it refused."""
    order_id: str | None = None
    filled_quantity: Decimal | None = None
    average_price: Decimal | None = None
    result: ExecutionResult | None = None
    """What the account's plugin answered, where it is a result."""
    replayed: bool = False
    """The order had come before under this id; this is what became of it then."""


class ActEnding(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a cancel or a replace."""

    ending: Ending
    code: str | None = None
    message: str = ""
    report: ExecutionReport | None = None
    """What the order is then, where it is a result."""
    replayed: bool = False


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A request that was not answered as asked; the HTTP status is one of 400 and more."""

    code: str
    message: str
    ending: Ending = Ending.NOT_SENT
    """Nothing was sent to the venue for this request."""


class ReportLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the stream of reports; one with neither is a sign of life."""

    report: ExecutionReport | None = None
    broken: str | None = None
    """Why the stream breaks, in words; the last line."""


class NothingAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question without parameters."""


class OrderAsked(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """See `ExecutionPlugin.fetch_order`."""

    client_order_id: str
    order_id: str | None = None
    symbol: str
    since: int | None = None


class SymbolAsked(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """See `ExecutionPlugin.open_orders`."""

    symbol: str | None = None


class FillsAsked(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """See `ExecutionPlugin.fills`."""

    symbol: str | None = None
    since: int


class CancelAsked(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """See `ExecutionPlugin.cancel_order`."""

    client_order_id: str
    order_id: str | None = None
    symbol: str
    request_id: str


class ReplaceAsked(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """See `ExecutionPlugin.replace_order`."""

    client_order_id: str
    order_id: str | None = None
    order: Order

    @property
    def request_id(self) -> str:
        """The id of this very request."""
        return self.order.client_order_id


Told = TypeVar("Told")


class Answer(msgspec.Struct, Generic[Told], frozen=True, kw_only=True):
    """What a question is answered with."""

    answer: Told


class Question(NamedTuple):
    """Something that is asked with GET and changes nothing."""

    method: str
    """The plugin's method, and the capability of that name."""
    asked: type[msgspec.Struct]
    """The parameters, in the query."""
    answer: Any
    """What `Answer` holds."""


QUESTIONS: Final[Mapping[str, Question]] = {
    "/v1/order": Question("fetch_order", OrderAsked, Answer[ExecutionReport | None]),
    "/v1/orders": Question("open_orders", SymbolAsked, Answer[list[ExecutionReport]]),
    "/v1/fills": Question("fills", FillsAsked, Answer[list[VenueFill]]),
    "/v1/balances": Question("balances", NothingAsked, Answer[list[Balance]]),
    "/v1/positions": Question("positions", NothingAsked, Answer[list[VenuePosition]]),
    "/v1/instruments": Question("instruments", NothingAsked, Answer[list[Instrument]]),
}
"""The questions by their paths."""


class Act(NamedTuple):
    """Something that is asked with POST and acts on an order."""

    method: str
    asked: type[CancelAsked] | type[ReplaceAsked]


ACTS: Final[Mapping[str, Act]] = {
    "/v1/order/cancel": Act("cancel_order", CancelAsked),
    "/v1/order/replace": Act("replace_order", ReplaceAsked),
}
"""The acts by their paths."""

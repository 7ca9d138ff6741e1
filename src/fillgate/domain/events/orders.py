"""What happened to an order: planned, sent, answered, told of, settled."""

from typing import ClassVar

from fillgate.domain.events.base import OrderEvent
from fillgate.domain.fills import Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order
from fillgate.domain.reports import ArrivalQuote, ExecutionReport, ExecutionResult

__all__ = [
    "ArrivalQuoted",
    "FillFound",
    "OrderAbsent",
    "OrderAdopted",
    "OrderAnomalous",
    "OrderDenied",
    "OrderIntended",
    "OrderNotSent",
    "OrderRejected",
    "OrderReported",
    "OrderResolved",
    "OrderSending",
    "OrderUnanswered",
    "OrderWithdrawn",
    "SubmissionAnswered",
]


class OrderIntended(OrderEvent, frozen=True, kw_only=True):
    """An order was planned from a signal and passed the checks."""

    kind: ClassVar[str] = "order-intended"
    signal: int
    order: Order
    sending: bool = False
    """True when it is SENDING with that, as by an `OrderSending` right behind."""
    venue_client_order_id: str | None = None
    """The client order id in the form in which the venue hears it; None if it is as it is."""


class OrderDenied(OrderEvent, frozen=True, kw_only=True):
    """fillgate refused the order before sending it."""

    kind: ClassVar[str] = "order-denied"
    signal: int
    order: Order
    code: str
    text: str


class OrderSending(OrderEvent, frozen=True, kw_only=True):
    """An order that was only intended is about to go to the venue, durable before it does."""

    kind: ClassVar[str] = "order-sending"


class SubmissionAnswered(OrderEvent, frozen=True, kw_only=True):
    """The venue took the order: a result that names its order id."""

    kind: ClassVar[str] = "submission-answered"
    result: ExecutionResult


class ArrivalQuoted(OrderEvent, frozen=True, kw_only=True):
    """The venue's quote when the order was handed over, asked for beside it; it changes nothing."""

    kind: ClassVar[str] = "arrival-quoted"
    quote: ArrivalQuote


class OrderRejected(OrderEvent, frozen=True, kw_only=True):
    """The venue refused the order in its own words."""

    kind: ClassVar[str] = "order-rejected"
    code: str
    text: str


class OrderNotSent(OrderEvent, frozen=True, kw_only=True):
    """The order is proven not to have left."""

    kind: ClassVar[str] = "order-not-sent"
    code: str
    text: str


class OrderUnanswered(OrderEvent, frozen=True, kw_only=True):
    """The submission ended without a definite answer: the order may be at the venue."""

    kind: ClassVar[str] = "order-unanswered"
    code: str
    text: str


class OrderReported(OrderEvent, frozen=True, kw_only=True):
    """The venue told something about the order after its submission."""

    kind: ClassVar[str] = "order-reported"
    report: ExecutionReport
    channel: str
    """How it was learnt: `lookup`, `poll`, `stream`, `reconciliation` or `late-answer`."""


class OrderAbsent(OrderEvent, frozen=True, kw_only=True):
    """The order was looked up for long enough and is not at the venue."""

    kind: ClassVar[str] = "order-absent"
    asked: int
    """How often the venue said that it does not know the order."""


class OrderResolved(OrderEvent, frozen=True, kw_only=True):
    """A person settled what the venue could not be asked."""

    kind: ClassVar[str] = "order-resolved"
    status: OrderStatus
    report: ExecutionReport | None = None
    """What the person found at the venue, where the order is or was there."""
    reason: str
    actor: str


class OrderWithdrawn(OrderEvent, frozen=True, kw_only=True):
    """The order was cancelled here: it had not left."""

    kind: ClassVar[str] = "order-withdrawn"
    actor: str
    reason: str | None = None


class OrderAdopted(OrderEvent, frozen=True, kw_only=True):
    """The venue works an order of this journal's that the journal did not know, or knew ended."""

    kind: ClassVar[str] = "order-adopted"
    signal: int
    order: Order
    """As far as the venue tells it."""
    report: ExecutionReport


class FillFound(OrderEvent, frozen=True, kw_only=True):
    """Among the account's fills was one of the order that no report had told."""

    kind: ClassVar[str] = "fill-found"
    order_id: str
    """The venue's id of the order."""
    fill: Fill
    channel: str
    """How it was learnt: `reconciliation` or `stream`."""


class OrderAnomalous(OrderEvent, frozen=True, kw_only=True):
    """Something about the order does not fit; it changed nothing and a person should look."""

    kind: ClassVar[str] = "order-anomalous"
    code: str
    text: str

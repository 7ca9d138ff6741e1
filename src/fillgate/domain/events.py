"""Everything that can have happened, as versioned facts.

Invariants:

1. An event is a fact in the past tense; it is written once and never changed.
2. Each kind has a version. A stored event of an older version is brought up to date when it is
   read (`journal.codec`); fields are only ever added with a default within one version.
3. All that changes an order is in an account's stream; what a source asked is in the inbox.
"""

from typing import ClassVar

import msgspec

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport, ExecutionResult
from fillgate.domain.signals import Signal

__all__ = [
    "EVENT_TYPES",
    "AccountCameUp",
    "AccountWentDown",
    "DuplicateSuspected",
    "Event",
    "OrderAbsent",
    "OrderAnomalous",
    "OrderDenied",
    "OrderEvent",
    "OrderIntended",
    "OrderNotSent",
    "OrderRejected",
    "OrderReported",
    "OrderResolved",
    "OrderSending",
    "OrderUnanswered",
    "ServiceStarted",
    "ServiceStopped",
    "SignalAccepted",
    "SignalRefused",
    "SubmissionAnswered",
]


class Event(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """The base of all events."""

    kind: ClassVar[str]
    version: ClassVar[int] = 1


class SignalAccepted(Event, frozen=True, kw_only=True):
    """A signal was taken: its key is claimed and it will have exactly one outcome."""

    kind: ClassVar[str] = "signal-accepted"
    signal: int
    """The signal's number in this journal."""
    source: str
    key: str | None = None
    """The idempotency key, where the source gave one."""
    reading: Signal
    account: str
    body_digest: str
    """SHA-256 of the stored body, hexadecimal."""


class SignalRefused(Event, frozen=True, kw_only=True):
    """An authenticated signal was refused before anything was planned."""

    kind: ClassVar[str] = "signal-refused"
    signal: int
    source: str
    code: str
    reason: str
    body_digest: str


class DuplicateSuspected(Event, frozen=True, kw_only=True):
    """A signal without a key equalled one seen shortly before, and was answered as that one."""

    kind: ClassVar[str] = "duplicate-suspected"
    signal: int
    source: str
    duplicate_of: int
    """Number of the signal it was taken for."""
    body_digest: str


class OrderEvent(Event, frozen=True, kw_only=True):
    """The base of what happens to one order."""

    client_order_id: str


class OrderIntended(OrderEvent, frozen=True, kw_only=True):
    """An order was planned from a signal and passed the checks."""

    kind: ClassVar[str] = "order-intended"
    signal: int
    order: Order
    sending: bool = False
    """True when it is SENDING with that, as by an `OrderSending` right behind."""


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
    """How it was learnt: `lookup`, `poll`, `stream` or `late-answer`."""


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


class OrderAnomalous(OrderEvent, frozen=True, kw_only=True):
    """Something about the order does not fit; it changed nothing and a person should look."""

    kind: ClassVar[str] = "order-anomalous"
    code: str
    text: str


class ServiceStarted(Event, frozen=True, kw_only=True):
    """A fillgate process opened the journal for writing."""

    kind: ClassVar[str] = "service-started"
    software: str
    """Version of fillgate."""


class ServiceStopped(Event, frozen=True, kw_only=True):
    """The process closed the journal in good order."""

    kind: ClassVar[str] = "service-stopped"


class AccountWentDown(Event, frozen=True, kw_only=True):
    """The account cannot be used now."""

    kind: ClassVar[str] = "account-went-down"
    account: str
    reason: str


class AccountCameUp(Event, frozen=True, kw_only=True):
    """The account can be used."""

    kind: ClassVar[str] = "account-came-up"
    account: str


EVENT_TYPES: tuple[type[Event], ...] = (
    SignalAccepted,
    SignalRefused,
    DuplicateSuspected,
    OrderIntended,
    OrderDenied,
    OrderSending,
    SubmissionAnswered,
    OrderRejected,
    OrderNotSent,
    OrderUnanswered,
    OrderReported,
    OrderAbsent,
    OrderResolved,
    OrderAnomalous,
    ServiceStarted,
    ServiceStopped,
    AccountWentDown,
    AccountCameUp,
)
"""All kinds of events that exist, for codecs and readers."""

"""Everything that can have happened, as versioned facts.

Invariants:

1. An event is a fact in the past tense; it is written once and never changed.
2. Each kind has a version. A stored event of an older version is brought up to date when it is
   read (`journal.codec`); fields are only ever added with a default within one version.
3. All that changes an order is in an account's stream; what a source asked is in the inbox.
"""

from fillgate.domain.events.base import (
    Event,
    OrderEvent,
)
from fillgate.domain.events.orders import (
    FillFound,
    OrderAbsent,
    OrderAdopted,
    OrderAnomalous,
    OrderDenied,
    OrderIntended,
    OrderNotSent,
    OrderRejected,
    OrderReported,
    OrderResolved,
    OrderSending,
    OrderUnanswered,
    OrderWithdrawn,
    SubmissionAnswered,
)
from fillgate.domain.events.requests import (
    CancelRequested,
    ReplaceRequested,
    RequestAnswered,
    RequestEvent,
    RequestIneffective,
    RequestNotSent,
    RequestRejected,
    RequestUnanswered,
)
from fillgate.domain.events.service import (
    AccountCameUp,
    AccountReconciled,
    AccountWentDown,
    ForeignFillSeen,
    ForeignOrderSeen,
    HoldReleased,
    JournalRestored,
    PositionAgreed,
    PositionDiffered,
    ServiceStarted,
    ServiceStopped,
)
from fillgate.domain.events.signals import (
    DuplicateSuspected,
    SignalAccepted,
    SignalRefused,
)

__all__ = [
    "EVENT_TYPES",
    "AccountCameUp",
    "AccountReconciled",
    "AccountWentDown",
    "CancelRequested",
    "DuplicateSuspected",
    "Event",
    "FillFound",
    "ForeignFillSeen",
    "ForeignOrderSeen",
    "HoldReleased",
    "JournalRestored",
    "OrderAbsent",
    "OrderAdopted",
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
    "OrderWithdrawn",
    "PositionAgreed",
    "PositionDiffered",
    "ReplaceRequested",
    "RequestAnswered",
    "RequestEvent",
    "RequestIneffective",
    "RequestNotSent",
    "RequestRejected",
    "RequestUnanswered",
    "ServiceStarted",
    "ServiceStopped",
    "SignalAccepted",
    "SignalRefused",
    "SubmissionAnswered",
]

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
    OrderWithdrawn,
    OrderAdopted,
    FillFound,
    CancelRequested,
    ReplaceRequested,
    RequestAnswered,
    RequestRejected,
    RequestNotSent,
    RequestUnanswered,
    RequestIneffective,
    OrderAnomalous,
    ServiceStarted,
    ServiceStopped,
    JournalRestored,
    HoldReleased,
    AccountWentDown,
    AccountCameUp,
    AccountReconciled,
    ForeignFillSeen,
    ForeignOrderSeen,
    PositionDiffered,
    PositionAgreed,
)
"""All kinds of events that exist, for codecs and readers."""

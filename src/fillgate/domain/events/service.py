"""What happened to the service and its accounts, and what the venue told of what is not ours."""

from decimal import Decimal
from typing import ClassVar

from fillgate.domain.events.base import Event
from fillgate.domain.fills import Fill
from fillgate.domain.orders import Side
from fillgate.domain.reports import ExecutionReport

__all__ = [
    "AccountCameUp",
    "AccountReconciled",
    "AccountWentDown",
    "ForeignFillSeen",
    "ForeignOrderSeen",
    "HoldReleased",
    "JournalRestored",
    "PositionAgreed",
    "PositionDiffered",
    "ServiceStarted",
    "ServiceStopped",
]


class ServiceStarted(Event, frozen=True, kw_only=True):
    """A fillgate process opened the journal for writing."""

    kind: ClassVar[str] = "service-started"
    software: str
    """Version of fillgate."""


class ServiceStopped(Event, frozen=True, kw_only=True):
    """The process closed the journal in good order."""

    kind: ClassVar[str] = "service-stopped"


class JournalRestored(Event, frozen=True, kw_only=True):
    """The journal goes on from a backup: what was written after that is gone, keys among it."""

    kind: ClassVar[str] = "journal-restored"
    incarnation: str
    """The id under which it is written from here: 32 hexadecimal digits."""
    reason: str
    """Why nothing is sent until the hold is released."""


class HoldReleased(Event, frozen=True, kw_only=True):
    """A restored journal is held no more: orders may be sent."""

    kind: ClassVar[str] = "hold-released"
    actor: str
    """Who released it; `fillgate` where all accounts were reconciled."""
    reason: str


class AccountWentDown(Event, frozen=True, kw_only=True):
    """The account cannot be used now."""

    kind: ClassVar[str] = "account-went-down"
    account: str
    reason: str


class AccountCameUp(Event, frozen=True, kw_only=True):
    """The account can be used."""

    kind: ClassVar[str] = "account-came-up"
    account: str


class AccountReconciled(Event, frozen=True, kw_only=True):
    """An account was compared with its venue."""

    kind: ClassVar[str] = "account-reconciled"
    account: str
    cause: str
    """Why then: `start`, `gap`, `interval` or `request`."""
    asked: tuple[str, ...]
    """What was compared: `open-orders`, `fills`, `positions`."""
    failed: tuple[str, ...] = ()
    """What the venue could not be asked. Nothing was concluded from that."""
    findings: int = 0
    """How many differences were found."""
    fills_until: int | None = None
    """Up to when all fills have been asked for, Unix milliseconds; the next time begins there."""


class ForeignFillSeen(Event, frozen=True, kw_only=True):
    """The venue told a fill of an order that is not ours. It counts in the account's position."""

    kind: ClassVar[str] = "foreign-fill-seen"
    account: str
    symbol: str
    side: Side
    order_id: str
    """The venue's id of the order."""
    client_order_id: str | None = None
    fill: Fill


class ForeignOrderSeen(Event, frozen=True, kw_only=True):
    """The venue works an order that is not ours on this account."""

    kind: ClassVar[str] = "foreign-order-seen"
    account: str
    report: ExecutionReport
    installation: str | None = None
    """Tag of the other fillgate that sent it, if one did."""


class PositionDiffered(Event, frozen=True, kw_only=True):
    """The venue states another position than the fills add up to. Nothing was changed."""

    kind: ClassVar[str] = "position-differed"
    account: str
    symbol: str
    ours: Decimal
    theirs: Decimal


class PositionAgreed(Event, frozen=True, kw_only=True):
    """The venue states the position again that the fills add up to."""

    kind: ClassVar[str] = "position-agreed"
    account: str
    symbol: str
    quantity: Decimal

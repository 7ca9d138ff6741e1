"""A line of the log for each step of a signal and its order, named as the journal names its event.

Invariants:

1. A line is written when its event is durable, not before.
2. Every line about an order has `signal`, `client_order_id`, `account` and `symbol`; every line
   about a signal has `signal` and `source`. They mean the same everywhere.
3. Lines about orders are never sampled; those of refused and repeated signals are.
4. What is below the log's level costs a look into a table.
"""

import logging
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from fillgate.domain.events import (
    AccountReconciled,
    ArrivalQuoted,
    CancelRequested,
    DuplicateSuspected,
    Event,
    FillFound,
    ForeignFillSeen,
    ForeignOrderSeen,
    OrderAbsent,
    OrderAdopted,
    OrderAnomalous,
    OrderDenied,
    OrderEvent,
    OrderIntended,
    OrderNotSent,
    OrderRejected,
    OrderReported,
    OrderResolved,
    OrderSending,
    OrderUnanswered,
    OrderWithdrawn,
    PositionAgreed,
    PositionDiffered,
    ReplaceRequested,
    RequestAnswered,
    RequestIneffective,
    RequestNotSent,
    RequestRejected,
    RequestUnanswered,
    SignalAccepted,
    SignalRefused,
    SubmissionAnswered,
)
from fillgate.domain.executions import NOTHING_EXECUTED
from fillgate.domain.logger import Logger
from fillgate.domain.numbers import decimal_text
from fillgate.domain.order_state import OrderState
from fillgate.engine.blotter import Change
from fillgate.engine.sampler import Sampler
from fillgate.engine.tickets import Ticket

__all__ = ["LEVELS", "REPLAYED", "Steps", "order_ids"]

REPLAYED: Final = "signal-replayed"
"""A repeat by its key: no event of the journal, for nothing happened."""

LEVELS: Final[Mapping[str, str]] = {
    SignalAccepted.kind: "info",
    SignalRefused.kind: "warning",
    DuplicateSuspected.kind: "warning",
    REPLAYED: "info",
    OrderIntended.kind: "debug",
    OrderSending.kind: "debug",
    SubmissionAnswered.kind: "info",
    ArrivalQuoted.kind: "debug",
    OrderDenied.kind: "info",
    OrderNotSent.kind: "info",
    OrderRejected.kind: "info",
    OrderUnanswered.kind: "warning",
    OrderReported.kind: "info",
    OrderAbsent.kind: "error",
    OrderResolved.kind: "info",
    OrderAnomalous.kind: "warning",
    OrderWithdrawn.kind: "info",
    OrderAdopted.kind: "warning",
    FillFound.kind: "warning",
    CancelRequested.kind: "info",
    ReplaceRequested.kind: "info",
    RequestAnswered.kind: "info",
    RequestRejected.kind: "info",
    RequestNotSent.kind: "info",
    RequestUnanswered.kind: "warning",
    RequestIneffective.kind: "error",
    ForeignOrderSeen.kind: "warning",
    ForeignFillSeen.kind: "warning",
    PositionDiffered.kind: "error",
    PositionAgreed.kind: "info",
    AccountReconciled.kind: "info",
}
"""The level of each step's line. A report that does not fit its order is a warning in any case."""

_TOLD_OF_ACCOUNTS: Final[Mapping[type[Event], tuple[str, ...]]] = {
    ForeignOrderSeen: ("account", "installation"),
    ForeignFillSeen: ("account", "symbol", "order_id"),
    PositionDiffered: ("account", "symbol", "ours", "theirs"),
    PositionAgreed: ("account", "symbol", "quantity"),
    AccountReconciled: ("account", "cause", "asked", "failed", "findings"),
}
"""What the lines of accounts carry."""

_TOLD: Final[Mapping[type[OrderEvent], tuple[str, ...]]] = {
    OrderIntended: ("sending",),
    OrderDenied: ("code", "text"),
    OrderNotSent: ("code", "text"),
    OrderRejected: ("code", "text"),
    OrderUnanswered: ("code", "text"),
    OrderReported: ("channel",),
    OrderAbsent: ("asked",),
    OrderResolved: ("reason", "actor"),
    OrderAnomalous: ("code", "text"),
    OrderWithdrawn: ("actor", "reason"),
    FillFound: ("channel",),
    CancelRequested: ("request", "actor"),
    ReplaceRequested: ("request", "actor"),
    RequestAnswered: ("request",),
    RequestRejected: ("request", "code", "text"),
    RequestNotSent: ("request", "code", "text"),
    RequestUnanswered: ("request", "code", "text"),
    RequestIneffective: ("request", "asked"),
}
"""What an event's own fields add to its line."""


def order_ids(state: OrderState) -> dict[str, Any]:
    """Return what every line about an order carries."""
    order = state.order
    return {
        "signal": state.signal,
        "client_order_id": order.client_order_id,
        "account": order.account,
        "symbol": order.symbol,
    }


class Steps:
    """Writes the lines of steps."""

    def __init__(self, logger: Logger, sampler: Sampler) -> None:
        """Write to `logger`; what others can cause at will goes through `sampler`."""
        self._sampler = sampler
        self._warn = logger.warning
        self._writers: dict[str, Callable[..., Any]] = {
            kind: getattr(logger, level)
            for kind, level in LEVELS.items()
            if logger.is_enabled_for(_number(level))
        }

    def changed(self, change: Change) -> None:
        """Write the line of a step of an order; for the blotter, after the event is durable."""
        kind = change.event.kind
        write = self._writers.get(kind)
        if change.after.anomalies and _does_not_fit(change):
            write = self._warn
        if write is not None:
            write(kind, **_fields(change))

    def told(self, event: Event) -> None:
        """Write the line of an event that is not one of an order, after it is durable."""
        if event.kind not in self._writers:
            return
        match event:
            case SignalAccepted():
                self._accepted(event)
            case SignalRefused(source=source, code=code):
                kind = {"source": source, "code": code}
                self._sample(event.kind, kind, signal=event.signal, reason=event.reason)
            case DuplicateSuspected(source=source, signal=number):
                kind = {"source": source}
                self._sample(event.kind, kind, signal=number, duplicate_of=event.duplicate_of)
            case _:
                self._of_account(event)

    def replayed(self, holder: Ticket, source: str) -> None:
        """Write that a signal came again under its key; `holder` is the first delivery."""
        self._sample(REPLAYED, {"source": source}, signal=holder.number)

    def _of_account(self, event: Event) -> None:
        fields = {name: _plain(getattr(event, name)) for name in _TOLD_OF_ACCOUNTS[type(event)]}
        if isinstance(event, ForeignOrderSeen):
            fields |= {"symbol": event.report.symbol, "order_id": event.report.order_id}
        self._writers[event.kind](event.kind, **fields)

    def _accepted(self, event: SignalAccepted) -> None:
        self._writers[event.kind](
            event.kind,
            signal=event.signal,
            source=event.source,
            account=event.account,
            symbol=event.reading.symbol,
        )

    def _sample(self, event: str, kind: Mapping[str, str], **fields: Any) -> None:
        if event in self._writers:
            self._sampler.write(LEVELS[event], event, kind, **fields)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return decimal_text(value)
    return ",".join(value) if isinstance(value, tuple) else value


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]


def _does_not_fit(change: Change) -> bool:
    before = change.before
    return before is None or change.after.anomalies > before.anomalies


def _fields(change: Change) -> dict[str, Any]:
    event, after = change.event, change.after
    fields = order_ids(after)
    fields["status"] = str(after.status)
    if after.order_id is not None:
        fields["order_id"] = after.order_id
    for name in _TOLD.get(type(event), ()):
        fields[name] = getattr(event, name)
    if after.executed is not NOTHING_EXECUTED:
        fields["filled_quantity"] = decimal_text(after.executed.quantity)
    return fields

"""What an order is now, and how reports move it. Which event does what is in `fold`.

Invariants:

1. A report that may not follow the status leaves it as it was and is counted as an anomaly;
   the executions that it tells of count all the same.
2. A known fill told with another quantity or price counts as it was first told, and is an anomaly,
   unless the venue says that it corrects it.
3. What is executed after the order's end, or beyond its quantity, counts and is an anomaly. So is
   an ended order that works again.
4. An order keeps its client order id for life, whatever the venue knows it by after a replace.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import msgspec

from fillgate.domain.errors import IllegalMove
from fillgate.domain.executions import NOTHING_EXECUTED, Executed
from fillgate.domain.fills import Fill
from fillgate.domain.life_cycle import OrderStatus, ReportType, next_status
from fillgate.domain.orders import Order
from fillgate.domain.reports import ExecutionReport, report_type_of
from fillgate.domain.requests import (
    Request,
    RequestStatus,
    concluded_by_end,
    find_request,
    replace_shown_by,
    shown_status,
    with_request,
)

__all__ = ["OrderState"]

_ENDED_OTHERWISE: Final = frozenset(
    status for status in OrderStatus if status.is_final and status is not OrderStatus.FILLED
)


class OrderState(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """An order with what happened to it so far."""

    order: Order
    """With its terms of now; what a replace changed is changed here."""
    signal: int
    """Number of the signal behind it."""
    status: OrderStatus = OrderStatus.PENDING_NEW
    """What everybody is shown: `standing`, but for our requests on their way."""
    standing: OrderStatus = OrderStatus.PENDING_NEW
    """What its reports amount to (`life_cycle`)."""
    sending: bool = False
    """True once it may have left: a SENDING is durable."""
    order_id: str | None = None
    """The venue's id."""
    former_ids: tuple[str, ...] = ()
    """Ids that the venue had for it before, the first one first."""
    former_quantities: tuple[Decimal, ...] = ()
    """Quantities that it had before it was replaced; an overtaken report may tell them."""
    replaced_by: str | None = None
    """The last request that replaced it."""
    requests: tuple[Request, ...] = ()
    """To cancel or replace it, oldest first."""
    executed: Executed = NOTHING_EXECUTED
    code: str | None = None
    """Stable reason of a denial, a rejection or a missing answer."""
    text: str | None = None
    """The same in words; the venue's own for a rejection."""
    anomalies: int = 0
    created_at: int
    """When it was planned, Unix microseconds."""
    updated_at: int

    @property
    def current_id(self) -> str:
        """The client order id that the venue knows it by now."""
        return self.replaced_by or self.order.client_order_id

    def reported(self, report: ExecutionReport, at: int, **changes: Any) -> "OrderState":
        """Return the state after what the venue told."""
        shown = replace_shown_by(self.requests, self.order, report) if self.requests else None
        state = self if shown is None else self.replaced(shown, at)
        executed = state.executed.amended_by(
            report.busted, report.corrected, timestamp=report.timestamp
        )
        clash = bool(executed.conflicting(report.fills))
        executed = executed.with_fills(state.named(report.order_id, report.fills)).with_evidence(
            report.filled_quantity,
            report.average_price,
            report.fees,
            timestamp=report.timestamp,
        )
        kind = report_type_of(report.status, report.filled_quantity, state.order.quantity)
        # What the venue tells replaces the reason why the order was UNKNOWN.
        refused = kind is ReportType.REJECTED
        changes["code"], changes["text"] = (kind.value, report.text) if refused else (None, None)
        told = {"executed": executed} | state.with_order_id(report.order_id)
        amendments = _amendments(report)
        raised = clash + len(amendments)
        return state.moved(at, *amendments, kind, raised=raised, told=told, **changes)

    def replaced(self, request: Request, at: int) -> "OrderState":
        """Return the state with a request's replacement in effect."""
        assert request.replacement is not None
        name = self.order.client_order_id
        done = request.concluded(RequestStatus.DONE, at)
        return msgspec.structs.replace(
            self,
            order=msgspec.structs.replace(request.replacement, client_order_id=name),
            replaced_by=request.request,
            former_quantities=(*self.former_quantities, self.order.quantity),
            requests=with_request(self.requests, done),
        )

    def with_order_id(self, order_id: str | None) -> dict[str, Any]:
        """Return what changes with an id that the venue has for the order."""
        known = self.order_id
        if known is None or known == order_id or order_id in self.former_ids:
            return {} if known else {"order_id": order_id}
        return {"order_id": order_id, "former_ids": (*self.former_ids, known)}

    def named(self, order_id: str | None, fills: tuple[Fill, ...]) -> tuple[Fill, ...]:
        """Return fills with the venue's id of their order, where it is not the first."""
        first = self.former_ids[0] if self.former_ids else self.order_id
        if not fills or first is None or first == order_id:
            return fills
        return tuple(msgspec.structs.replace(fill, order_id=order_id) for fill in fills)

    def moved(
        self,
        at: int,
        *reports: ReportType,
        raised: int = 0,
        told: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> "OrderState":
        """Return the state after reports, one after another.

        Args:
            at: Unix microseconds.
            reports: what they amount to.
            raised: how many things did not fit.
            told: what counts although the order may not move.
            changes: what counts only if it does.
        """
        standing = self.standing
        try:
            for report in reports:
                standing = next_status(standing, report)
        except IllegalMove:
            standing, changes, raised = self.standing, {}, raised + 1
        if told:
            changes |= told
            executed = told.get("executed", self.executed)
            if executed is not self.executed:
                raised += self._oddities(executed)
        revived = self.standing.is_final and not standing.is_final
        raised += revived and not raised
        return self._standing_so(standing, at, anomalies=self.anomalies + raised, **changes)

    def _standing_so(self, standing: OrderStatus, at: int, **changes: Any) -> "OrderState":
        status = standing
        requests = changes.get("requests", self.requests)
        if requests:
            requests = concluded_by_end(requests, standing, at)
            status = shown_status(standing, requests)
            changes["requests"] = requests
        return msgspec.structs.replace(
            self, updated_at=at, status=status, standing=standing, **changes
        )

    def _oddities(self, executed: Executed) -> int:
        quantity = executed.quantity
        late, over = self.standing in _ENDED_OTHERWISE, quantity > self.order.quantity
        if not late and not over:
            return 0
        return late + over if quantity > self.executed.quantity else 0

    def anomalous(self, at: int) -> "OrderState":
        """Return the state with something that did not fit, and nothing else new."""
        return msgspec.structs.replace(self, updated_at=at, anomalies=self.anomalies + 1)

    def with_requests(self, requests: tuple[Request, ...], at: int) -> "OrderState":
        """Return the state with these requests."""
        return self._standing_so(self.standing, at, requests=requests)

    def with_outcome(
        self,
        identity: str,
        status: RequestStatus,
        at: int,
        *,
        code: str | None = None,
        text: str | None = None,
    ) -> "OrderState":
        """Return the state with a request concluded; one that it does not know is an anomaly."""
        request = find_request(self.requests, identity)
        if request is None:
            return self.anomalous(at)
        changed = request.concluded(status, at, code=code, text=text)
        return self.with_requests(with_request(self.requests, changed), at)


def _amendments(report: ExecutionReport) -> tuple[ReportType, ...]:
    told = {
        ReportType.TRADE_CANCEL: report.busted,
        ReportType.TRADE_CORRECT: report.corrected,
    }
    return tuple(kind for kind, fills in told.items() if fills)

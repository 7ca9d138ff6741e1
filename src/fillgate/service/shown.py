"""What the reading API shows, one type a view.

Views hold typed values and become JSON by `plain`. Times are RFC 3339 texts in UTC. What is said of
a field here is published with it.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Final, Union

import msgspec
from msgspec import Meta

from fillgate.domain.events import EVENT_TYPES, Event, OrderEvent
from fillgate.domain.fills import Fee, Fill
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Order, Side
from fillgate.domain.positions import Position
from fillgate.journal.base import Recorded
from fillgate.journal.index import SignalRow, SignalState
from fillgate.service.shown_requests import RequestView, request_view
from fillgate.service.times import TimeText, time_text

__all__ = [
    "STORY_EVENTS",
    "OrderPage",
    "OrderStory",
    "OrderView",
    "PositionList",
    "PositionView",
    "RecordView",
    "SignalPage",
    "SignalStateText",
    "SignalStory",
    "SignalView",
    "order_view",
    "position_view",
    "record_types",
    "record_view",
    "signal_view",
]

SIGNAL_STATES: Final = tuple(
    value for name, value in vars(SignalState).items() if not name.startswith("_")
)
SignalStateText = Annotated[str, Meta(extra_json_schema={"enum": list(SIGNAL_STATES)})]

STORY_EVENTS: Final[tuple[type[Event], ...]] = tuple(
    kind
    for kind in EVENT_TYPES
    if issubclass(kind, OrderEvent) or "signal" in kind.__struct_fields__
)
"""The events that a signal's story can hold; the others belong to the service and its accounts."""


class RecordView(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a story."""

    at: TimeText
    """When it was recorded."""
    event: str
    """Its kind; says what `details` holds."""
    stream: str
    """The stream of the journal that it is in: `inbox`, or `account:NAME`."""
    sequence: int
    """Its place in the stream, from 1."""
    details: Event

    @classmethod
    def shown_as(cls) -> Any:
        """Return the union of what records are, told apart by `event`."""
        return record_types(cls, "Record", STORY_EVENTS)


def record_types(view: type[RecordView], ending: str, kinds: Iterable[type[Event]]) -> Any:
    """Return the union of what records of these kinds are, told apart by `event`.

    Args:
        view: has their fields.
        ending: of their names.
        kinds: of events.
    """
    return Union[tuple(_record_type(view, ending, kind) for kind in kinds)]  # noqa: UP007 - a tuple's


@cache
def _record_type(view: type[RecordView], ending: str, kind: type[Event]) -> type[msgspec.Struct]:
    members: list[Any] = [
        (field.name, kind if field.name == "details" else field.type)
        for field in msgspec.structs.fields(view)
        if field.name != "event"
    ]
    return msgspec.defstruct(
        f"{kind.__name__}{ending}",
        members,
        kw_only=True,
        tag=kind.kind,
        tag_field="event",
        namespace={"__doc__": kind.__doc__},
    )


class OrderView(Order, frozen=True, gc=True, kw_only=True):
    """An order as it is now."""

    signal: int
    """Number of the signal behind it."""
    status: OrderStatus
    order_id: str | None
    """The venue's id of the order; null until it is known."""
    filled_quantity: Decimal
    """Executed so far."""
    average_price: Decimal | None
    """Average price of what was executed; null without any."""
    fees: Mapping[str, Decimal]
    """Total fees by asset; negative for a rebate."""
    fills: tuple[Fill, ...]
    """The single executions, as far as the venue names them."""
    code: str | None
    """Stable reason of a denial, a rejection or a missing answer; null otherwise."""
    reason: str | None
    """The same in words; the venue's own for a rejection."""
    requests: tuple[RequestView, ...]
    """What was asked of the venue about it since: to cancel or replace it, oldest first."""
    anomalies: int
    """How many things about it did not fit; its story tells them."""
    created_at: TimeText
    updated_at: TimeText


class OrderStory(OrderView, frozen=True, kw_only=True):
    """An order with its whole story."""

    body: str | None
    """The bytes that came in, credentials cut, as text; null once they are erased."""
    story: tuple[RecordView, ...]
    """All events of its signal, in the order in which they became durable."""


class OrderPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of orders, newest first."""

    orders: tuple[OrderView, ...]
    next: str | None
    """The `cursor` of the next page; null on the last."""


class SignalView(msgspec.Struct, frozen=True, kw_only=True):
    """A signal and what became of it."""

    number: int
    at: TimeText
    """When it was received."""
    source: str
    """`tradingview`, `api`, or `venue` for an order that was found there."""
    state: SignalStateText
    """`waiting`: its order is not planned yet. `planned`: its order exists, possibly denied.
    `refused`: see `code`. `duplicate`: taken for an earlier one."""
    account: str | None = None
    symbol: str | None = None
    code: str | None = None
    """Why it was refused, or SUSPECTED_DUPLICATE."""


class SignalStory(SignalView, frozen=True, kw_only=True):
    """A signal with its whole story."""

    body: str | None
    """The bytes that came in, credentials cut, as text; null once they are erased."""
    story: tuple[RecordView, ...]
    """All events of it and its orders, in the order in which they became durable."""


class SignalPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of signals, newest first, refused ones among them."""

    signals: tuple[SignalView, ...]
    next: str | None
    """The `cursor` of the next page; null on the last."""


class PositionView(msgspec.Struct, frozen=True, kw_only=True):
    """What an account holds of a symbol by its recorded executions."""

    account: str
    symbol: str
    quantity: Decimal
    """Base units; negative when short."""
    average_price: Decimal | None
    """Average cost of the open quantity; null when flat."""
    cost: Decimal
    """What the open quantity cost, in the quote currency; negative when short."""
    realised: Decimal
    """Realised profit in the quote currency, before fees."""
    fees: Mapping[str, Decimal]
    """Total fees by asset."""
    working_buy: Decimal
    """What open orders may still buy."""
    working_sell: Decimal
    """What open orders may still sell."""


class PositionList(msgspec.Struct, frozen=True, kw_only=True):
    """All positions."""

    positions: tuple[PositionView, ...]


def order_view(state: OrderState) -> OrderView:
    """Return an order as the API shows it."""
    total = state.executed.total
    return OrderView(
        **msgspec.structs.asdict(state.order),
        signal=state.signal,
        status=state.status,
        order_id=state.order_id,
        filled_quantity=total.quantity,
        average_price=state.executed.average_price,
        fees=_fees(total.fees),
        fills=tuple(state.executed.fills),
        code=state.code,
        reason=state.text,
        requests=tuple(map(request_view, state.requests)),
        anomalies=state.anomalies,
        created_at=time_text(state.created_at),
        updated_at=time_text(state.updated_at),
    )


def signal_view(row: SignalRow) -> SignalView:
    """Return a signal of the index as the API shows it."""
    return SignalView(**msgspec.structs.asdict(row) | {"at": time_text(row.at)})


def record_view(record: Recorded) -> RecordView:
    """Return one event of a story."""
    return RecordView(
        at=time_text(record.at),
        event=record.event.kind,
        stream=record.stream,
        sequence=record.sequence,
        details=record.event,
    )


def position_view(position: Position, working: Mapping[Side, Decimal]) -> PositionView:
    """Return a position, with what open orders may still buy and sell."""
    return PositionView(
        account=position.account,
        symbol=position.symbol,
        quantity=position.quantity,
        average_price=position.average_price,
        cost=position.cost,
        realised=position.realised,
        fees=_fees(position.fees),
        working_buy=working.get(Side.BUY, ZERO),
        working_sell=working.get(Side.SELL, ZERO),
    )


def _fees(fees: Iterable[Fee]) -> dict[str, Decimal]:
    return {fee.asset: fee.amount for fee in fees}

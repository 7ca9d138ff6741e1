"""What the API shows: orders, signals, positions and accounts as plain JSON.

Decimals go out as strings in plain notation, times as RFC 3339 in UTC.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from fillgate.domain.executions import Totals
from fillgate.domain.fills import Fee
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO, decimal_text
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Side
from fillgate.domain.positions import Position
from fillgate.engine.accounts import Account
from fillgate.engine.tickets import Ticket
from fillgate.journal.base import Recorded, SignalRow

__all__ = [
    "Answer",
    "account_view",
    "answer_of",
    "order_view",
    "plain",
    "position_view",
    "record_view",
    "signal_view",
    "time_text",
]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender hears of its signal."""

    success: bool
    """Taken by the venue; while the outcome is open: accepted by fillgate."""
    order_id: str | None = None
    """The venue's id of the order, once it is known."""
    error: str | None = None
    client_order_id: str | None = None
    signal: int
    account: str
    symbol: str
    side: str
    order_type: str
    quantity: str | None = None
    status: str
    filled_quantity: str = "0"
    average_price: str | None = None
    code: str | None = None
    replayed: bool = False
    """True when this delivery was not the first of the signal."""


def answer_of(ticket: Ticket, *, replayed: bool, suspected: bool) -> Answer:
    """Return the answer that a ticket amounts to now."""
    state, signal = ticket.state, ticket.signal
    total = Totals() if state is None else state.executed.total
    code = None if state is None else state.code
    return Answer(
        success=True,
        order_id=None if state is None else state.order_id,
        error=None if state is None else state.text,
        client_order_id=ticket.client_order_id,
        signal=ticket.number,
        account=ticket.account,
        symbol=signal.symbol,
        side=signal.action,
        order_type=signal.order_type,
        quantity=_optional(signal.quantity),
        status=OrderStatus.PENDING_NEW if state is None else state.status,
        filled_quantity=decimal_text(total.quantity),
        average_price=_optional(total.average_price),
        code="SUSPECTED_DUPLICATE" if suspected else code,
        replayed=replayed,
    )


def _optional(number: Decimal | None) -> str | None:
    return None if number is None else decimal_text(number)


def time_text(microseconds: int) -> str:
    """Return Unix microseconds as RFC 3339 text in UTC."""
    moment = datetime.fromtimestamp(microseconds // 1_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{microseconds % 1_000_000:06d}Z"


def order_view(state: OrderState) -> dict[str, Any]:
    """Return an order as the API shows it."""
    total = state.executed.total
    return {
        **plain(state.order),
        "signal": state.signal,
        "status": state.status,
        "order_id": state.order_id,
        "filled_quantity": decimal_text(total.quantity),
        "average_price": _optional(total.average_price),
        "fees": _fees(total.fees),
        "fills": [plain(fill) for fill in state.executed.fills],
        "code": state.code,
        "reason": state.text,
        "anomalies": state.anomalies,
        "created_at": time_text(state.created_at),
        "updated_at": time_text(state.updated_at),
    }


def signal_view(row: SignalRow) -> dict[str, Any]:
    """Return a signal of the index as the API shows it."""
    return {**plain(row), "at": time_text(row.at)}


def record_view(record: Recorded) -> dict[str, Any]:
    """Return one event of a story."""
    return {
        "at": time_text(record.at),
        "event": record.event.kind,
        "stream": record.stream,
        "sequence": record.sequence,
        "details": plain(record.event),
    }


def position_view(position: Position, working: Mapping[Side, Decimal]) -> dict[str, Any]:
    """Return a position, with what open orders may still buy and sell."""
    return {
        "account": position.account,
        "symbol": position.symbol,
        "quantity": decimal_text(position.quantity),
        "average_price": _optional(position.average_price),
        "cost": decimal_text(position.cost),
        "realised": decimal_text(position.realised),
        "fees": _fees(position.fees),
        "working_buy": decimal_text(working.get(Side.BUY, ZERO)),
        "working_sell": decimal_text(working.get(Side.SELL, ZERO)),
    }


def account_view(account: Account, *, default: bool) -> dict[str, Any]:
    """Return an account with its health and what its venue can do."""
    return {
        "name": account.name,
        "type": account.setup.kind,
        "default": default,
        "up": account.up,
        "reason": account.reason,
        "since": time_text(account.since),
        "capabilities": plain(account.capabilities),
    }


def _fees(fees: Iterable[Fee]) -> dict[str, str]:
    return {fee.asset: decimal_text(fee.amount) for fee in fees}


def plain(value: Any) -> Any:
    """Return a structure as plain JSON values: decimals in their canonical text, no nulls."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, msgspec.Struct):
        members = ((name, getattr(value, name)) for name in value.__struct_fields__)
        return {name: plain(member) for name, member in members if member is not None}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value

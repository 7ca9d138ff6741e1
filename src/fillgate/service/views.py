"""The answer to a signal.

Decimals go out as strings in plain notation.
"""

from decimal import Decimal

import msgspec

from fillgate.domain.executions import NOTHING_EXECUTED
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import decimal_text
from fillgate.domain.orders import OrderType
from fillgate.domain.signals import Action
from fillgate.engine.tickets import Ticket
from fillgate.service.plain import DecimalString

__all__ = ["Answer", "answer_of"]


class Answer(msgspec.Struct, frozen=True, gc=False, kw_only=True):
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
    side: Action
    order_type: OrderType
    quantity: DecimalString | None = None
    status: OrderStatus
    filled_quantity: DecimalString = "0"
    average_price: DecimalString | None = None
    code: str | None = None
    replayed: bool = False
    """True when this delivery was not the first of the signal."""


def answer_of(ticket: Ticket, *, replayed: bool, suspected: bool) -> Answer:
    """Return the answer that a ticket amounts to now."""
    state, signal = ticket.state, ticket.signal
    executed = NOTHING_EXECUTED if state is None else state.executed
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
        filled_quantity=decimal_text(executed.quantity),
        average_price=_optional(executed.average_price),
        code="SUSPECTED_DUPLICATE" if suspected else code,
        replayed=replayed,
    )


def _optional(number: Decimal | None) -> str | None:
    return None if number is None else decimal_text(number)

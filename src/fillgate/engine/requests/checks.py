"""Whether an order can be cancelled or replaced now, and what it would be then.

Each check is pure. What is refused here left no trace: nothing was asked of anybody.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import msgspec

from fillgate.domain.capabilities import Capabilities
from fillgate.domain.errors import CodedError
from fillgate.domain.ids import MOST_REQUESTS
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import decimal_text
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Order
from fillgate.domain.requests import RequestKind, RequestStatus
from fillgate.engine.requests.asker import OWN
from fillgate.risk.checks import check_capabilities

__all__ = ["RequestRefused", "Terms", "check_cancel", "check_replace", "wants_another_cancel"]

_WORKING: Final = frozenset({OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED})
_MOST_OWN_CANCELS: Final = 3


class RequestRefused(CodedError):
    """The request cannot be made; nothing changed.

    Codes: ORDER_FINISHED, ORDER_UNDECIDED, REQUEST_PENDING, CANCEL_NOT_SUPPORTED,
    REPLACE_NOT_SUPPORTED, NOTHING_TO_REPLACE, FIELD_NOT_OF_TYPE, QUANTITY_BELOW_FILLED,
    TOO_MANY_REQUESTS, LANE_HELD, ACCOUNT_DOWN, and those of `risk.checks`.
    """


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a replace changes; None leaves it as it is."""

    quantity: Decimal | None = None
    """The whole quantity, what is executed included (FIX OrderQty)."""
    price: Decimal | None = None
    stop_price: Decimal | None = None

    @property
    def given(self) -> Mapping[str, Decimal]:
        """The terms that are to change."""
        members = msgspec.structs.asdict(self)
        return {name: value for name, value in members.items() if value is not None}


def check_cancel(state: OrderState, venue: Capabilities) -> None:
    """Raise if an order cannot be cancelled.

    Raises:
        RequestRefused: with the reason.
    """
    _check_open(state)
    if not venue.cancel_order:
        raise RequestRefused("CANCEL_NOT_SUPPORTED", "the venue cannot be asked to cancel")


def check_replace(state: OrderState, terms: Terms, venue: Capabilities, request: str) -> Order:
    """Return what an order would be with other terms.

    Args:
        state: the order.
        terms: what is to change.
        venue: what the account can do.
        request: the id of the request; the replacement's client order id.

    Raises:
        RequestRefused: it cannot be replaced so, or not now.
    """
    _check_open(state)
    if state.standing.is_undecided:
        raise RequestRefused("ORDER_UNDECIDED", f"the order is {state.status}")
    pending = next((each for each in state.requests if each.is_open), None)
    if pending is not None:
        text = f"a {pending.kind} of it is {pending.status}: {pending.request}"
        raise RequestRefused("REQUEST_PENDING", text)
    if not venue.replace_order:
        raise RequestRefused("REPLACE_NOT_SUPPORTED", "the venue has no replace in one step")
    replacement = _replacement(state.order, terms, request)
    filled = state.executed.quantity
    if replacement.quantity <= filled:
        told = f"quantity={decimal_text(replacement.quantity)} filled={decimal_text(filled)}"
        raise RequestRefused("QUANTITY_BELOW_FILLED", told)
    denied = check_capabilities(replacement, venue)
    if denied is not None:
        raise RequestRefused(denied.code, denied.text)
    return replacement


def _check_open(state: OrderState) -> None:
    if state.status.is_final:
        raise RequestRefused("ORDER_FINISHED", f"the order is {state.status}")
    if len(state.requests) >= MOST_REQUESTS:
        raise RequestRefused("TOO_MANY_REQUESTS", f"the order had {MOST_REQUESTS} requests")


def _replacement(order: Order, terms: Terms, request: str) -> Order:
    changed = {name: value for name, value in terms.given.items() if getattr(order, name) != value}
    if not changed:
        raise RequestRefused("NOTHING_TO_REPLACE", "the order has these terms already")
    for name in changed:
        if getattr(order, name) is None:
            text = f"a {order.order_type} order has no {name}"
            raise RequestRefused("FIELD_NOT_OF_TYPE", text)
    return msgspec.structs.replace(order, client_order_id=request, **changed)


def wants_another_cancel(state: OrderState) -> bool:
    """Tell whether an order works on although somebody cancelled it.

    So it is when the cancel had no effect, or came before the venue had the order. Cancelling
    again adds no risk; it is not done for ever.
    """
    if state.standing not in _WORKING:
        return False
    cancels = [each for each in state.requests if each.kind is RequestKind.CANCEL]
    if not cancels or any(each.is_open for each in cancels):
        return False
    last = cancels[-1]
    own = [each.actor == OWN for each in cancels[-_MOST_OWN_CANCELS:]]
    tried_enough = len(own) == _MOST_OWN_CANCELS and all(own)
    return (last.early or last.status is RequestStatus.INEFFECTIVE) and not tried_enough

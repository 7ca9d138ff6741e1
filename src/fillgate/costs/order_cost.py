"""What one order cost, from the events of its signal."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import msgspec

from fillgate.costs.references import arrival_price, basis_points, currency_of, shortfall
from fillgate.domain.events import (
    ArrivalQuoted,
    Event,
    OrderEvent,
    OrderRejected,
    OrderReported,
    SignalAccepted,
    SubmissionAnswered,
)
from fillgate.domain.fills import Fee
from fillgate.domain.fold import fold_orders
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.numbers import ZERO, add, multiply
from fillgate.domain.order_state import OrderState
from fillgate.domain.orders import Side
from fillgate.domain.reports import ArrivalQuote

__all__ = ["OrderCost", "cost_of"]

_ANSWERS: Final = (SubmissionAnswered, OrderRejected, OrderReported)


class OrderCost(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What one order cost. Prices and worths are in `currency`, times in milliseconds."""

    client_order_id: str
    signal: int
    day: str
    """Of the signal, by UTC: `2026-01-05`."""
    account: str
    symbol: str
    strategy: str | None
    side: Side
    status: OrderStatus
    quantity: Decimal
    """What was executed."""
    currency: str
    """The quote currency; empty where the symbol does not tell it."""
    signal_price: Decimal | None = None
    """The price that the signal named beside a market order; limits are none."""
    arrival_price: Decimal | None = None
    """The middle of bid and ask when the order reached the venue."""
    average_price: Decimal | None = None
    worth: Decimal = ZERO
    """What the executions cost or earned, without fees."""
    signal_cost: Decimal | None = None
    """What that is more than at the signal price; below zero for a gain."""
    arrival_cost: Decimal | None = None
    """What that is more than at the arrival price; below zero for a gain."""
    signal_bps: Decimal | None = None
    """The same, in basis points of the worth at the signal price."""
    arrival_bps: Decimal | None = None
    """The same, in basis points of the worth at the arrival price."""
    fees: tuple[Fee, ...] = ()
    fee_bps: Decimal | None = None
    """Fees in `currency`, in basis points of the worth; None where others were charged too."""
    answered_ms: Decimal | None = None
    """From the signal to the venue's first answer about the order."""
    first_fill_ms: Decimal | None = None
    """From the signal to the first execution, by the venue's clock where it tells the time."""
    last_fill_ms: Decimal | None = None

    @property
    def is_executed(self) -> bool:
        """Whether anything was executed."""
        return bool(self.quantity)


class _Told:
    """What the events of an order tell beside its state."""

    def __init__(self) -> None:
        self.answered: int | None = None
        self.executed: int | None = None
        self.arrival: ArrivalQuote | None = None

    def take(self, event: OrderEvent, at: int, after: OrderState) -> None:
        if self.answered is None and isinstance(event, _ANSWERS):
            self.answered = at
        if self.executed is None and after.executed.quantity:
            self.executed = at
        quote = None
        if isinstance(event, SubmissionAnswered):
            quote = event.result.arrival
        elif isinstance(event, ArrivalQuoted):
            quote = event.quote
        self.arrival = self.arrival or quote


def cost_of(story: Iterable[tuple[int, Event]]) -> list[OrderCost]:
    """Return what the orders of one signal cost, in the order of their legs.

    Args:
        story: all events of the signal and its orders, with their times in Unix microseconds, in
            the order of commits.
    """
    accepted: int | None = None
    states: dict[str, OrderState] = {}
    told: dict[str, _Told] = {}
    for at, event in story:
        if isinstance(event, SignalAccepted):
            accepted = at
        elif isinstance(event, OrderEvent):
            _, after = fold_orders(states, event, at)
            told.setdefault(event.client_order_id, _Told()).take(event, at, after)
    ordered = sorted(states.items(), key=lambda each: each[1].order.leg)
    return [_cost(state, told[name], accepted) for name, state in ordered]


def _cost(state: OrderState, told: _Told, accepted: int | None) -> OrderCost:
    order, total = state.order, state.executed.total
    begin = state.created_at if accepted is None else accepted
    arrival = None if told.arrival is None else arrival_price(told.arrival)
    prices = {"signal": order.signal_price, "arrival": arrival}
    costs = {
        name: None
        if price is None or not total.quantity or not total.notional
        else shortfall(order.side, total.quantity, total.notional, price)
        for name, price in prices.items()
    }
    currency = currency_of(order.symbol, total.fees)
    first, last = _execution_times(state, told)
    return OrderCost(
        client_order_id=order.client_order_id,
        signal=state.signal,
        day=datetime.fromtimestamp(begin / 1e6, UTC).date().isoformat(),
        account=order.account,
        symbol=order.symbol,
        strategy=order.strategy,
        side=order.side,
        status=state.status,
        quantity=total.quantity,
        currency=currency,
        signal_price=order.signal_price,
        arrival_price=arrival,
        average_price=state.executed.average_price,
        worth=total.notional,
        signal_cost=costs["signal"],
        arrival_cost=costs["arrival"],
        signal_bps=_bps(costs["signal"], total.quantity, order.signal_price),
        arrival_bps=_bps(costs["arrival"], total.quantity, arrival),
        fees=total.fees,
        fee_bps=_fee_bps(total.fees, currency, total.notional),
        answered_ms=_milliseconds(begin, told.answered),
        first_fill_ms=_milliseconds(begin, first),
        last_fill_ms=_milliseconds(begin, last),
    )


def _bps(cost: Decimal | None, quantity: Decimal, reference: Decimal | None) -> Decimal | None:
    if cost is None or reference is None:
        return None
    return basis_points(cost, multiply(quantity, reference))


def _fee_bps(fees: tuple[Fee, ...], currency: str, worth: Decimal) -> Decimal | None:
    if any(fee.asset != currency for fee in fees):
        return None
    paid = ZERO
    for fee in fees:
        paid = add(paid, fee.amount)
    return basis_points(paid, worth)


def _execution_times(state: OrderState, told: _Told) -> tuple[int | None, int | None]:
    """Return when the first and the last execution were, Unix microseconds."""
    times = [fill.timestamp * 1000 for fill in state.executed.fills]
    if times:
        return min(times), max(times)
    return told.executed, None if told.executed is None else state.updated_at


def _milliseconds(begin: int, end: int | None) -> Decimal | None:
    # Venues tell whole milliseconds: nothing is executed before its signal for that.
    return None if end is None else Decimal(end // 1000 - begin // 1000)

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
from fillgate.domain.orders import QuantityUnit, Side
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
    quantity_unit: QuantityUnit = QuantityUnit.BASE
    """Where it is not `base`, nobody tells how much one is: `worth` is then price times number."""
    signal_price: Decimal | None = None
    """The price that the signal named beside a market order; limits are none."""
    arrival_price: Decimal | None = None
    """The middle of bid and ask when the order reached the venue."""
    average_price: Decimal | None = None
    """None also where nobody told a price for all that was executed."""
    worth: Decimal = ZERO
    """What the executions cost or earned, without fees; 0 where their price is not known."""
    signal_cost: Decimal | None = None
    """What that is more than at the signal price; below zero for a gain."""
    arrival_cost: Decimal | None = None
    """What that is more than at the arrival price; below zero for a gain."""
    signal_bps: Decimal | None = None
    """The same, in basis points of the worth at the signal price."""
    arrival_bps: Decimal | None = None
    """The same, in basis points of the worth at the arrival price."""
    fees: tuple[Fee, ...] = ()
    """What was told; venues that charge something do not always say so."""
    answered_ms: Decimal | None = None
    """From the signal to the venue's first answer about the order."""
    first_fill_ms: Decimal | None = None
    """From the signal to the first execution, by the venue's clock where it tells the time."""
    last_fill_ms: Decimal | None = None

    @property
    def is_executed(self) -> bool:
        """Whether anything was executed."""
        return bool(self.quantity)

    @property
    def only_symbol(self) -> str | None:
        """The symbol, where amounts cannot be added to those of others; None where they can."""
        is_counted = self.currency and self.quantity_unit is QuantityUnit.BASE
        return None if is_counted else self.symbol

    @property
    def fee_cost(self) -> Decimal | None:
        """Fees in `currency`; None where none were told, others too, or the worth is not known."""
        is_weighed = self.worth and self.quantity_unit is QuantityUnit.BASE
        if not (self.fees and is_weighed) or any(fee.asset != self.currency for fee in self.fees):
            return None
        paid = ZERO
        for fee in self.fees:
            paid = add(paid, fee.amount)
        return paid

    @property
    def fee_bps(self) -> Decimal | None:
        """`fee_cost`, in basis points of the worth."""
        return None if self.fee_cost is None else basis_points(self.fee_cost, self.worth)


class _Told:
    """What the events of an order tell beside its state."""

    def __init__(self) -> None:
        self.answered: int | None = None
        self.first_executed: int | None = None
        self.last_executed: int | None = None
        self._executed = ZERO
        self._told: ArrivalQuote | None = None
        self._asked: ArrivalQuote | None = None

    @property
    def arrival(self) -> ArrivalQuote | None:
        """What the order found: as its plugin tells, else as it was asked for beside it."""
        return self._told or self._asked

    def take(self, event: OrderEvent, at: int, after: OrderState) -> None:
        if self.answered is None and isinstance(event, _ANSWERS):
            self.answered = at
        if after.executed.quantity > self._executed:
            self.first_executed = self.first_executed or at
            self.last_executed = at
        self._executed = after.executed.quantity
        if isinstance(event, SubmissionAnswered):
            self._told = self._told or event.result.arrival
        elif isinstance(event, ArrivalQuoted):
            self._asked = self._asked or event.quote


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
    worth = ZERO if _is_unpriced(state) else total.notional
    begin = state.created_at if accepted is None else accepted
    arrival = None if told.arrival is None else arrival_price(told.arrival)
    prices = {"signal": order.signal_price, "arrival": arrival}
    costs = {
        name: None
        if price is None or not worth
        else shortfall(order.side, total.quantity, worth, price)
        for name, price in prices.items()
    }
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
        currency=currency_of(order.symbol),
        quantity_unit=order.quantity_unit,
        signal_price=order.signal_price,
        arrival_price=arrival,
        average_price=state.executed.average_price if worth else None,
        worth=worth,
        signal_cost=costs["signal"],
        arrival_cost=costs["arrival"],
        signal_bps=_bps(costs["signal"], total.quantity, order.signal_price),
        arrival_bps=_bps(costs["arrival"], total.quantity, arrival),
        fees=total.fees,
        answered_ms=_milliseconds(begin, told.answered),
        first_fill_ms=_milliseconds(begin, first),
        last_fill_ms=_milliseconds(begin, last),
    )


def _bps(cost: Decimal | None, quantity: Decimal, reference: Decimal | None) -> Decimal | None:
    if cost is None or reference is None:
        return None
    return basis_points(cost, multiply(quantity, reference))


def _is_unpriced(state: OrderState) -> bool:
    """Tell whether there is something in the total whose price is a guess."""
    executed = state.executed
    return executed.inferred and executed.evidence.quantity > executed.identified.quantity


def _execution_times(state: OrderState, told: _Told) -> tuple[int | None, int | None]:
    """Return when the first and the last execution were, Unix microseconds.

    By the venue's clock where it named all of them, else when they were heard of.
    """
    executed = state.executed
    if not executed.quantity:
        return None, None
    times = [fill.timestamp * 1000 for fill in executed.fills]
    first = min(times) if times else told.first_executed
    if executed.evidence.quantity > executed.identified.quantity:
        return first, told.last_executed
    return first, max(times)


def _milliseconds(begin: int, end: int | None) -> Decimal | None:
    # Venues tell whole milliseconds: nothing is executed before its signal for that.
    return None if end is None else Decimal(end // 1000 - begin // 1000)

"""What the API shows of what trading cost, one type a view."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from fillgate.costs import CostTotals, Key, OrderCost
from fillgate.domain.fills import Fee
from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import QuantityUnit, Side

__all__ = [
    "CostGroup",
    "CostOrderPage",
    "CostReport",
    "OrderCostView",
    "cost_group",
    "order_cost_view",
]

Bps = Annotated[
    Decimal | None, Meta(description="Basis points; above 0 is a cost. Null where unknown.")
]
Milliseconds = Annotated[Decimal | None, Meta(description="Milliseconds since the signal.")]
Amounts = Annotated[Mapping[str, Decimal], Meta(description="By asset; below 0 for a rebate.")]


class CostGroup(msgspec.Struct, frozen=True, kw_only=True):
    """What the orders of a group cost together. Amounts are in `currency`."""

    day: Annotated[str | None, Meta(description="By UTC; null if not grouped by it.")]
    account: Annotated[str | None, Meta(description="Null if not grouped by it.")]
    symbol: Annotated[str | None, Meta(description="Null if not grouped by it.")]
    strategy: Annotated[
        str | None, Meta(description="Empty for orders without one; null if not grouped by it.")
    ]
    currency: Annotated[
        str, Meta(description="The quote currency; empty where the symbols do not tell it.")
    ]
    quantity_unit: QuantityUnit
    only_symbol: Annotated[
        str | None,
        Meta(
            description="The symbol, where its amounts cannot be added to those of others: nobody "
            "tells the currency, or how much a contract or lot is."
        ),
    ]
    orders: int
    executed: Annotated[int, Meta(description="Orders of which something was executed.")]
    worth: Annotated[Decimal, Meta(description="Of all executions, without fees.")]
    signal_cost: Annotated[
        Decimal, Meta(description="What that is more than at the prices that the signals named.")
    ]
    signal_bps: Bps
    without_signal_price: Annotated[
        int, Meta(description="Executed orders whose signal named no price; they do not count.")
    ]
    arrival_cost: Annotated[
        Decimal,
        Meta(description="What it is more than at the middle of bid and ask at the arrivals."),
    ]
    arrival_bps: Bps
    without_arrival_price: Annotated[
        int, Meta(description="Executed orders without a quote at their arrival.")
    ]
    without_price: Annotated[
        int, Meta(description="Executed orders whose price nobody told; they count in no amount.")
    ]
    fees: Amounts
    fee_bps: Bps
    without_fee: Annotated[
        int,
        Meta(
            description="Executed orders whose fees were not told, or not in the currency; they "
            "do not count in `fee_bps`."
        ),
    ]
    answered_ms: Annotated[
        Decimal | None,
        Meta(description="Average milliseconds from the signal to the venue's first answer."),
    ]
    first_fill_ms: Annotated[Decimal | None, Meta(description="The same to the first execution.")]
    last_fill_ms: Annotated[Decimal | None, Meta(description="The same to the last execution.")]
    slowest_fill_ms: Annotated[
        Decimal | None, Meta(description="The longest of all times to a last execution.")
    ]


class CostReport(msgspec.Struct, frozen=True, kw_only=True):
    """What trading cost, by groups."""

    groups: tuple[CostGroup, ...]


class OrderCostView(msgspec.Struct, frozen=True, kw_only=True):
    """What one order cost. Prices and amounts are in `currency`."""

    client_order_id: str
    signal: int
    day: Annotated[str, Meta(description="Of the signal, by UTC.")]
    account: str
    symbol: str
    strategy: str | None
    side: Side
    status: OrderStatus
    quantity: Annotated[Decimal, Meta(description="What was executed.")]
    currency: str
    quantity_unit: QuantityUnit
    signal_price: Annotated[
        Decimal | None, Meta(description="What the signal named beside a market order.")
    ]
    arrival_price: Annotated[
        Decimal | None, Meta(description="The middle of bid and ask at the order's arrival.")
    ]
    average_price: Decimal | None
    worth: Annotated[Decimal, Meta(description="Of the executions, without fees.")]
    signal_bps: Bps
    arrival_bps: Bps
    fees: Amounts
    fee_bps: Bps
    answered_ms: Milliseconds
    first_fill_ms: Milliseconds
    last_fill_ms: Milliseconds


class CostOrderPage(msgspec.Struct, frozen=True, kw_only=True):
    """What orders cost, newest first."""

    orders: tuple[OrderCostView, ...]
    next: Annotated[str | None, Meta(description="The `cursor` of the next page; null at the end.")]


def cost_group(keys: Mapping[Key, str], totals: CostTotals) -> CostGroup:
    """Return the view of a group."""
    return CostGroup(
        **{key.value: keys.get(key) for key in Key},
        currency=totals.currency,
        quantity_unit=totals.quantity_unit,
        only_symbol=totals.only_symbol,
        orders=totals.orders,
        executed=totals.executed,
        worth=totals.worth,
        signal_cost=totals.signal.cost,
        signal_bps=totals.signal.bps,
        without_signal_price=totals.without_signal_price,
        arrival_cost=totals.arrival.cost,
        arrival_bps=totals.arrival.bps,
        without_arrival_price=totals.without_arrival_price,
        without_price=totals.without_price,
        fees=_amounts(totals.fees),
        fee_bps=totals.fee_bps,
        without_fee=totals.without_fee,
        answered_ms=totals.answered.value,
        first_fill_ms=totals.first_fill.value,
        last_fill_ms=totals.last_fill.value,
        slowest_fill_ms=totals.last_fill.most,
    )


def order_cost_view(cost: OrderCost) -> OrderCostView:
    """Return the view of what an order cost."""
    names = OrderCostView.__struct_fields__
    fields = {name: getattr(cost, name) for name in names if name != "fees"}
    return OrderCostView(**fields, fees=_amounts(cost.fees))


def _amounts(fees: tuple[Fee, ...]) -> dict[str, Decimal]:
    return {fee.asset: fee.amount for fee in fees}

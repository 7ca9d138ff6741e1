"""Orders as Binance documents them: the cases of its rules, one by one.

Sources, both of its Spot API documentation: "New order (TRADE)", the trigger order price rules
against the market price and the notes on LIMIT_MAKER, STOP_LOSS and TAKE_PROFIT; "ENUM
definitions", time in force.
"""

from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from fillgate.domain.life_cycle import OrderStatus as Status
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce
from tests.market.scripted import Moment, executions, limit, order, venue_over

B, S = Side.BUY, Side.SELL
STOP_LOSS, TAKE_PROFIT = OrderType.STOP_LOSS, OrderType.TAKE_PROFIT
HERE = Moment([(99, 5)], [(101, 5)])
ABOVE, BELOW = Moment([(109, 5)], [(111, 5)]), Moment([(89, 5)], [(91, 5)])


class Trigger(NamedTuple):
    """A stop, where the market has to go for it, and at what it executes then."""

    kind: OrderType
    side: Side
    stop: int
    there: Moment
    price: int


TRIGGERS = [
    Trigger(STOP_LOSS, B, 108, ABOVE, 111),
    Trigger(TAKE_PROFIT, S, 108, ABOVE, 109),
    Trigger(STOP_LOSS, S, 92, BELOW, 89),
    Trigger(TAKE_PROFIT, B, 92, BELOW, 91),
]


@pytest.mark.parametrize("with_limit", [False, True], ids=["market version", "limit version"])
@pytest.mark.parametrize("case", TRIGGERS, ids=lambda case: f"{case.kind} {case.side}")
def test_which_way_the_market_has_to_go(case: Trigger, with_limit: bool) -> None:
    """Above the market: STOP_LOSS BUY, TAKE_PROFIT SELL; below: STOP_LOSS SELL, TAKE_PROFIT BUY."""
    there, price = case.there, case.price
    terms: dict[str, Any] = {"order_type": case.kind, "stop_price": Decimal(case.stop)}
    if with_limit:
        terms |= {"price": Decimal(price)}
    if with_limit and case.kind is STOP_LOSS:
        terms |= {"order_type": OrderType.STOP_LIMIT}
    placed = order(side=case.side, **terms)
    for moment, expected in ((there, [(price, 1)]), (BELOW if there is ABOVE else ABOVE, [])):
        venue = venue_over([HERE, moment])
        held = venue.place(placed, 0)
        assert (held.status, executions(held)) == (Status.NEW, []), "it waits where the market is"
        venue.advance_all(1_000_000)
        held = venue.state.orders[held.number]
        assert executions(held) == expected
        assert held.status is (Status.FILLED if expected else Status.NEW)


LADDER = Moment([(99, 5)], [(101, 2), (102, 2), (104, 9)])
F = TimeInForce
TIMES: list[tuple[Order, list[tuple[int, int]], Status]] = [
    # Good till cancelled: what is not executed stays on the book.
    (limit(102, quantity=6, time_in_force=F.GTC), [(101, 2), (102, 2)], Status.PARTIALLY_FILLED),
    (limit(100, quantity=6, time_in_force=F.GTC), [], Status.NEW),
    # Immediate or cancel: as much as possible, the rest expires.
    (limit(102, quantity=6, time_in_force=F.IOC), [(101, 2), (102, 2)], Status.EXPIRED),
    (limit(102, quantity=3, time_in_force=F.IOC), [(101, 2), (102, 1)], Status.FILLED),
    (limit(100, quantity=3, time_in_force=F.IOC), [], Status.EXPIRED),
    # Fill or kill: expires if it cannot be executed in full.
    (limit(102, quantity=6, time_in_force=F.FOK), [], Status.EXPIRED),
    (limit(102, quantity=4, time_in_force=F.FOK), [(101, 2), (102, 2)], Status.FILLED),
    # LIMIT_MAKER: rejected if it would match and trade at once as a taker.
    (limit(101, quantity=1, post_only=True), [], Status.REJECTED),
    (limit(100, quantity=1, post_only=True), [], Status.NEW),
    (limit(99, side=S, quantity=1, post_only=True), [], Status.REJECTED),
    (limit(100, side=S, quantity=1, post_only=True), [], Status.NEW),
]


@pytest.mark.parametrize(("placed", "expected", "status"), TIMES)
def test_how_long_it_works(placed: Order, expected: list[tuple[int, int]], status: Status) -> None:
    held = venue_over([LADDER]).place(placed, 0)
    assert (executions(held), held.status) == (expected, status)

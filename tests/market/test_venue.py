"""What becomes of orders at the venue: tables of cases over quotes that are written down."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from fillgate.domain.life_cycle import OrderStatus
from fillgate.domain.orders import Order, OrderType, Side, TimeInForce, TriggerPrice
from fillgate.market.listings import BadSymbol
from fillgate.market.matching import SelfTradePrevention
from fillgate.market.rules import Refusal
from fillgate.market.venue import Venue
from fillgate.market.venue_order import VenueOrder
from tests.comparing import values
from tests.market.scripted import (
    Moment,
    Scripted,
    executions,
    limit,
    order,
    reopened,
    venue_over,
)

B, S = Side.BUY, Side.SELL
T, F, St = OrderType, TimeInForce, OrderStatus
SECOND = 1_000_000


def at(second: float) -> int:
    return int(second * SECOND)


def quiet(bid: int = 99, ask: int = 101, size: int = 1000, **more: Any) -> Moment:
    return Moment([(bid, size)], [(ask, size)], **more)


def held(venue: Venue, number: int, now: float) -> VenueOrder:
    venue.advance_all(at(now))
    return venue.state.orders[number]


BOOK = Moment([(99, 2), (98, 2), (97, 9)], [(101, 2), (102, 2), (103, 9)])

# What arrives, its executions at once, its status then.
ARRIVALS: list[tuple[Order, list[tuple[int, int]], OrderStatus]] = [
    (order(quantity=5), [(101, 2), (102, 2), (103, 1)], St.FILLED),
    (order(side=S, quantity=3), [(99, 2), (98, 1)], St.FILLED),
    (order(quantity=20), [(101, 2), (102, 2), (103, 9)], St.EXPIRED),
    (limit(102, quantity=3), [(101, 2), (102, 1)], St.FILLED),
    (limit(102, quantity=9), [(101, 2), (102, 2)], St.PARTIALLY_FILLED),
    (limit(102, quantity=9, time_in_force=F.IOC), [(101, 2), (102, 2)], St.EXPIRED),
    (limit(102, quantity=9, time_in_force=F.FOK), [], St.EXPIRED),
    (limit(102, quantity=4, time_in_force=F.FOK), [(101, 2), (102, 2)], St.FILLED),
    (order(quantity=13, time_in_force=F.FOK), [(101, 2), (102, 2), (103, 9)], St.FILLED),
    (order(quantity=14, time_in_force=F.FOK), [], St.EXPIRED),
    (limit(100), [], St.NEW),
    (limit(100, time_in_force=F.IOC), [], St.EXPIRED),
    (limit(100, post_only=True), [], St.NEW),
    (limit(101, post_only=True), [], St.REJECTED),
    (limit(99, side=S, post_only=True), [], St.REJECTED),
    (order(order_type=T.STOP, stop_price=Decimal(100)), [(101, 1)], St.FILLED),
    (order(order_type=T.STOP, stop_price=Decimal(101)), [], St.NEW),
    (order(side=S, order_type=T.STOP_LOSS, stop_price=Decimal(100)), [(99, 1)], St.FILLED),
    (order(side=S, order_type=T.TAKE_PROFIT, stop_price=Decimal(100)), [(99, 1)], St.FILLED),
    (order(side=S, order_type=T.TAKE_PROFIT, stop_price=Decimal(101)), [], St.NEW),
    (
        order(side=S, order_type=T.TAKE_PROFIT, stop_price=Decimal(100), price=Decimal(98)),
        [(99, 1)],
        St.FILLED,
    ),
    (
        order(side=S, order_type=T.TAKE_PROFIT, stop_price=Decimal(100), price=Decimal(105)),
        [],
        St.NEW,
    ),
    (order(order_type=T.TRAILING_STOP, trail=Decimal(1)), [], St.NEW),
]


@pytest.mark.parametrize(("arriving", "expected", "status"), ARRIVALS)
def test_what_meets_the_book(
    arriving: Order, expected: list[tuple[int, int]], status: OrderStatus
) -> None:
    venue = venue_over([BOOK])
    placed = venue.place(arriving, at(0.5))
    assert (executions(placed), placed.status) == (expected, status)
    assert placed.filled_quantity == sum(quantity for _, quantity in expected)
    assert placed.worth == sum(price * quantity for price, quantity in expected)


def test_what_was_taken_is_gone_until_the_market_quotes_anew() -> None:
    venue = venue_over([BOOK, BOOK])
    for expected in ([(101, 2), (102, 1)], [(102, 1), (103, 2)]):
        assert executions(venue.place(order(quantity=3), at(0.5))) == expected
    assert executions(venue.place(order(quantity=3), at(1))) == [(101, 2), (102, 1)]


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        # The same quote again is the same offer.
        ([(101, 5)], []),
        # What it has more is new.
        ([(101, 7)], [(101, 2)]),
        ([(101, 4)], []),
        # A better price is another offer.
        ([(100, 1), (101, 5)], [(100, 1)]),
        ([(102, 3)], [(102, 3)]),
    ],
)
def test_where_offers_stay_only_growth_is_new(
    then: Sequence[tuple[int, int]], expected: list[tuple[int, int]]
) -> None:
    feed = Scripted([Moment([(98, 9)], [(101, 5)]), Moment([(98, 9)], then)], renews=False)
    venue = venue_over(feed)
    assert executions(venue.place(order("first", quantity=5), at(0))) == [(101, 5)]
    assert executions(venue.place(order("again", quantity=3), at(0.5))) == []
    assert executions(venue.place(order("then", quantity=3), at(1))) == expected


def test_what_is_ahead_in_the_queue_is_executed_first() -> None:
    flows: list[Sequence[tuple[Side, int, int]]] = [(), [(S, 99, 4)], [(S, 99, 3)], [(S, 99, 9)]]
    venue = venue_over([Moment([(99, 5)], [(101, 9)], flow=flow) for flow in flows])
    venue.place(limit(99, quantity=4), at(0.5))
    states = [held(venue, 1, second) for second in (0.9, 1, 2, 3)]
    assert [each.ahead for each in states] == [5, 1, 0, 0]
    assert [executions(each) for each in states] == [[], [], [(99, 2)], [(99, 2), (99, 2)]]
    assert states[-1].status is St.FILLED


@pytest.mark.parametrize(
    ("renews", "second"),
    # The market joins behind the first order. Only where its offers stay does it withdraw them.
    [(True, []), (False, [(99, 1)])],
)
def test_a_place_in_a_queue_survives_restarts(renews: bool, second: list[tuple[int, int]]) -> None:
    sizes = [5, 9, 9, 5, 5]
    flows: list[Sequence[tuple[Side, int, int]]] = [(), (), [(S, 99, 4)], (), [(S, 99, 4)]]
    moments = [
        Moment([(99, size)], [(101, 9)], flow=flow) for size, flow in zip(sizes, flows, strict=True)
    ]
    plain, restarted = (venue_over(Scripted(moments, renews=renews)) for _ in range(2))
    for now in (0.5, 1.5, 2.5, 3.5, 4.5):
        restarted = reopened(restarted)
        for venue in (plain, restarted):
            if now < 2:
                venue.place(limit(99, f"{now}", quantity=2), at(now))
            venue.advance_all(at(now))
        assert plain.state.orders == restarted.state.orders
    assert [executions(each) for each in plain.state.orders.values()] == [[(99, 2)], second]


def test_of_two_orders_at_a_price_the_first_is_executed_first() -> None:
    venue = venue_over([quiet(98), quiet(98, flow=[(S, 98, 3)])])
    for name in ("a", "b"):
        venue.place(limit(99, name, quantity=2), at(0.5))
    assert executions(held(venue, 1, 1)) == [(99, 2)]
    assert executions(held(venue, 2, 1)) == [(99, 1)]


def test_an_order_that_the_market_goes_through_is_executed_at_its_own_price() -> None:
    moments = [quiet(), Moment([(95, 9)], [(97, 2), (98, 1), (99, 4)])]
    venue = venue_over(moments, maker="0.01", taker="0.05")
    venue.place(limit(99, quantity=5), at(0.5))
    after = held(venue, 1, 1)
    assert executions(after) == [(99, 2), (99, 1), (99, 2)]
    # It rested, so it is the maker.
    assert sum(fee.amount for fill in after.fills for fee in fill.fees) == Decimal("4.95")


@pytest.mark.parametrize(
    ("conditional", "lasts", "filled_at"),
    [
        (order(order_type=T.STOP, stop_price=Decimal(105)), [104, 105], 1),
        (order(order_type=T.STOP, stop_price=Decimal(105)), [104, 104, 120], 2),
        (order(side=S, order_type=T.STOP, stop_price=Decimal(95)), [96, 95], 1),
        (order(side=S, order_type=T.TAKE_PROFIT, stop_price=Decimal(105)), [104, 105], 1),
        (order(order_type=T.TAKE_PROFIT, stop_price=Decimal(95)), [96, 94], 1),
        # Five below the best of 110.
        (order(side=S, order_type=T.TRAILING_STOP, trail=Decimal(5)), [108, 110, 106, 105], 3),
        (order(side=S, order_type=T.TRAILING_STOP, trail=Decimal(5)), [96, 95], 1),
        (order(order_type=T.TRAILING_STOP, trail=Decimal(5)), [98, 90, 94, 96], 3),
    ],
)
def test_conditional_orders_work_when_their_price_has_come(
    conditional: Order, lasts: list[int], filled_at: int
) -> None:
    venue = venue_over([quiet(last=100), *(quiet(last=last) for last in lasts)])
    venue.place(conditional, at(0.5))
    for second in range(len(lasts) + 1):
        expected = St.FILLED if second > filled_at else St.NEW
        assert held(venue, 1, second).status is expected, second


def test_a_trailing_stop_follows_the_price_but_never_back() -> None:
    lasts = [100, 104, 103, 107, 103]
    venue = venue_over([quiet(last=last) for last in lasts])
    venue.place(order(side=S, order_type=T.TRAILING_STOP, trail=Decimal(5)), at(0))
    assert [held(venue, 1, second).best for second in range(5)] == [100, 104, 104, 107, 107]


def test_the_mark_price_is_the_middle_of_bid_and_ask() -> None:
    moments = [quiet(last=100), quiet(last=120), quiet(103, 105, last=100)]
    venue = venue_over(moments)
    stop = order(order_type=T.STOP, stop_price=Decimal(104), trigger=TriggerPrice.MARK)
    venue.place(stop, at(0))
    assert [held(venue, 1, second).status for second in (1, 2)] == [St.NEW, St.FILLED]


def test_a_stop_limit_rests_at_its_price_once_it_is_triggered() -> None:
    moments = [quiet(last=100), quiet(104, 106, last=105), quiet(101, 103, last=102)]
    venue = venue_over(moments)
    venue.place(order(order_type=T.STOP_LIMIT, stop_price=Decimal(105), price=Decimal(105)), at(0))
    triggered = held(venue, 1, 1)
    assert (triggered.triggered, triggered.status) == (True, St.NEW)
    assert executions(held(venue, 1, 2)) == [(105, 1)]


@pytest.mark.parametrize(
    "terms", [{"time_in_force": F.GTD, "expire_time": 1500}, {"time_in_force": F.DAY}]
)
def test_an_order_ends_when_its_time_is_over(terms: dict[str, Any]) -> None:
    venue = venue_over([quiet()])
    venue.place(limit(98, **terms), at(0))
    end = 1.5 if "expire_time" in terms else 86_400.0
    assert held(venue, 1, end - 0.001).status is St.NEW
    over = held(venue, 1, end)
    assert (over.status, over.updated) == (St.EXPIRED, at(end))


# Protection

STOPS: dict[str, Any] = {"stop_loss": Decimal(90), "take_profit": Decimal(110)}


@pytest.mark.parametrize(("last", "filled", "canceled"), [(90, 2, 3), (110, 3, 2)])
def test_an_entry_is_protected_by_a_pair(last: int, filled: int, canceled: int) -> None:
    venue = venue_over([quiet(last=100), quiet(last=last)])
    venue.place(order(quantity=4, **STOPS), at(0))
    pair = venue.state.working("X")
    assert [each.order.client_order_id for each in pair] == ["a-sl", "a-tp"]
    assert [values(each.order.quantity, each.order.reduce_only) for each in pair] == [(4, True)] * 2
    assert held(venue, filled, 1).status is St.FILLED
    assert held(venue, canceled, 1).status is St.CANCELED
    assert venue.state.position("m", "X") == 0


def test_protection_grows_with_what_its_entry_executes() -> None:
    moments = [
        quiet(last=100),
        quiet(98, flow=[(S, 98, 3)], last=100),
        quiet(98, flow=[(S, 98, 2)], last=100),
    ]
    venue = venue_over(moments)
    venue.place(limit(99, quantity=9, **STOPS), at(0))
    sizes = []
    for second in (0, 1, 2):
        venue.advance_all(at(second))
        protection = venue.state.protection(venue.state.orders[1])
        sizes.append([int(each.order.quantity) for each in protection])
    assert sizes == [[], [3, 3], [5, 5]]


def test_what_is_executed_after_the_protection_was_used_up_is_protected_anew() -> None:
    moments = [
        quiet(last=100),
        quiet(98, flow=[(S, 98, 3)], last=100),
        # The stop finds a better bid than the entry itself.
        quiet(100, last=90),
        quiet(98, flow=[(S, 98, 2)], last=100),
    ]
    venue = venue_over(moments)
    venue.place(limit(99, quantity=9, **STOPS), at(0))
    venue.advance_all(at(3))
    again = venue.state.protection(venue.state.orders[1])
    assert [int(each.order.quantity) for each in again] == [2, 2]
    names = [each.order.client_order_id for each in venue.state.orders.values()]
    assert len(set(names)) == len(names) == 5


def test_an_entry_that_is_cancelled_leaves_nothing_to_protect() -> None:
    venue = venue_over([quiet()])
    placed = venue.place(limit(98, **STOPS), at(0))
    assert venue.cancel(placed, at(0.5)).status is St.CANCELED
    assert list(venue.state.orders) == [1]


# One cancels the other


def pair(venue: Venue, *, quantity: int = 2) -> tuple[VenueOrder, VenueOrder]:
    target = limit(105, "target", S, quantity)
    stop = order("stop", S, quantity, order_type=T.STOP, stop_price=Decimal(95))
    return venue.place_pair(target, stop, at(0))


@pytest.mark.parametrize(
    ("moment", "filled", "canceled"),
    [(quiet(105, 107), 1, 2), (quiet(94, 96, last=95), 2, 1)],
)
def test_of_a_pair_one_is_executed_and_the_other_ends(
    moment: Moment, filled: int, canceled: int
) -> None:
    venue = venue_over([quiet(last=100), moment])
    assert [each.status for each in pair(venue)] == [St.NEW, St.NEW]
    venue = reopened(venue)
    assert held(venue, filled, 1).status is St.FILLED
    assert held(venue, canceled, 1).status is St.CANCELED


def test_a_part_of_one_is_enough_to_end_the_other() -> None:
    # What others offer at better prices is taken first.
    venue = venue_over([quiet(last=100), quiet(flow=[(B, 105, 1)])])
    pair(venue)
    assert held(venue, 1, 1).status is St.NEW
    venue = venue_over([quiet(last=100), Moment([(104, 9)], [(106, 9)], flow=[(B, 105, 1)])])
    pair(venue)
    assert executions(held(venue, 1, 1)) == [(105, 1)]
    assert venue.state.orders[1].status is St.PARTIALLY_FILLED
    assert venue.state.orders[2].status is St.CANCELED


def test_who_cancels_one_of_a_pair_cancels_both() -> None:
    venue = venue_over([quiet(last=100)])
    first, _ = pair(venue)
    venue.cancel(first, at(0.5))
    assert {each.status for each in venue.state.orders.values()} == {St.CANCELED}


def test_a_pair_is_taken_or_refused_as_one() -> None:
    venue = venue_over([quiet(last=100)], minimum=10)
    good, bad = limit(105, "g", S), limit(1, "b", S)
    assert [each.code for each in venue.place_pair(good, bad, at(0))] == ["MINIMUM_NOTIONAL"] * 2
    other = venue.place_pair(limit(105, "g", S), limit(95, "b", B), at(0))
    assert [each.code for each in other] == ["INVALID_PAIR"] * 2
    assert not venue.state.open


# One order of a limit and a stop that cancel each other


def oco(price: int = 105, stop: int = 95, side: Side = S, quantity: int = 2, **more: Any) -> Order:
    prices = {"price": Decimal(price), "stop_price": Decimal(stop)}
    return order("oco", side, quantity, order_type=T.OCO, **prices, **more)


@pytest.mark.parametrize(
    ("placed", "moment", "expected"),
    [
        (oco(), quiet(105, 107), [(105, 2)]),
        (oco(), quiet(94, 96, last=95), [(94, 2)]),
        (oco(), quiet(96, 98), []),
        (oco(95, 105, B), quiet(93, 95), [(95, 2)]),
        (oco(95, 105, B), quiet(104, 106, last=105), [(106, 2)]),
        (oco(95, 105, B), quiet(102, 104), []),
        # It waits for the middle instead of the last price.
        (oco(trigger=TriggerPrice.MARK), quiet(98, 100, last=95), []),
    ],
)
@pytest.mark.parametrize("restarts", [False, True])
def test_of_a_limit_and_a_stop_one_is_executed(
    placed: Order, moment: Moment, expected: list[tuple[int, int]], restarts: bool
) -> None:
    venue = venue_over([quiet(last=100), moment, quiet(90, 92), quiet(108, 110)])
    assert venue.place(placed, at(0)).status is St.NEW
    if restarts:
        venue = reopened(venue)
    after = held(venue, 1, 1)
    assert executions(after) == expected
    assert after.status is (St.FILLED if expected else St.NEW)
    if expected:
        # What was not executed does so no more.
        assert executions(held(venue, 1, 3)) == expected


def test_a_stop_closes_what_its_limit_left() -> None:
    thin = Moment([(104, 9)], [(106, 9)], flow=[(B, 105, 1)])
    venue = venue_over([quiet(last=100), thin, quiet(94, 96, last=95)])
    venue.place(oco(quantity=3), at(0))
    assert executions(held(venue, 1, 1)) == [(105, 1)]
    assert executions(held(venue, 1, 2)) == [(105, 1), (94, 2)]
    assert venue.state.orders[1].status is St.FILLED


def test_whoever_cancels_it_cancels_its_stop() -> None:
    venue = venue_over([quiet(last=100), quiet(94, 96, last=95), quiet(108, 110)])
    placed = venue.place(oco(), at(0))
    assert venue.cancel(placed, at(0.5)).status is St.CANCELED
    assert not executions(held(venue, 1, 2))


@pytest.mark.parametrize("quantity", [1, 2, 3])
def test_its_stop_can_be_replaced_wherever_its_limit_stands(quantity: int) -> None:
    venue = venue_over([quiet(last=100), quiet(94, 96, last=95), quiet(91, 93, last=92)])
    placed = venue.place(oco(), at(0))
    terms = msgspec.structs.replace(oco(stop=92, quantity=quantity), client_order_id="again")
    assert isinstance(venue.replace(placed, terms, at(0.5)), VenueOrder)
    assert not executions(held(venue, 1, 1))
    assert executions(held(venue, 1, 2)) == [(91, quantity)]


@pytest.mark.parametrize(
    "placed",
    [
        oco(99, 95),
        oco(105, 101),
        oco(95, 105),
        oco(105, 95, B),
        oco(105, 95, time_in_force=F.IOC),
        oco(105, 95, time_in_force=F.FOK),
        oco(105, 95, post_only=True),
    ],
)
def test_it_stands_on_both_sides_of_the_market(placed: Order) -> None:
    venue = venue_over([quiet(last=100)])
    assert venue.place(placed, at(0)).status is St.REJECTED


def test_either_of_it_is_worth_enough() -> None:
    venue = venue_over([quiet(last=100)], minimum=192)
    assert venue.place(oco(), at(0)).code == "MINIMUM_NOTIONAL"
    assert venue.place(oco(stop=96), at(0)).status is St.NEW


# Reduce-only


def test_a_reduce_only_order_closes_and_never_opens() -> None:
    venue = venue_over([quiet()])
    refused = venue.place(order("r", S, reduce_only=True), at(0))
    assert (refused.status, refused.code) == (St.REJECTED, "REDUCE_ONLY_REJECTED")
    venue.place(order(quantity=3), at(0))
    closed = venue.place(order("c", S, 5, reduce_only=True), at(0))
    assert (closed.status, executions(closed)) == (St.CANCELED, [(99, 3)])


def test_a_resting_reduce_only_order_offers_no_more_than_can_be_closed() -> None:
    venue = venue_over([quiet(), quiet(), quiet(102, 104, size=5)])
    venue.place(order(quantity=6), at(0))
    venue.place(limit(102, "r", S, 6, reduce_only=True), at(0))
    venue.place(order("half", S, 4), at(1))
    after = held(venue, 2, 2)
    assert (after.status, executions(after)) == (St.CANCELED, [(102, 2)])
    assert venue.state.position("m", "X") == 0


@pytest.mark.parametrize("again", [lambda venue: venue, reopened])
def test_what_a_reduce_only_order_offers_outlives_a_restart(
    again: Callable[[Venue], Venue],
) -> None:
    venue = venue_over([quiet(), quiet(103, 105)])
    venue.place(order("a", quantity=3), at(0))
    venue.place(limit(102, "r", S, 6, reduce_only=True), at(0))
    venue = again(venue)
    venue.advance_all(at(1))
    assert executions(venue.state.orders[2]) == [(102, 3)]
    assert venue.state.position("m", "X") == 0


@pytest.mark.parametrize("again", [lambda venue: venue, reopened])
def test_a_reduce_only_order_offers_what_its_position_grew_by_at_the_back_of_the_queue(
    again: Callable[[Venue], Venue],
) -> None:
    venue = venue_over([quiet()])
    venue.place(order("a", quantity=3), at(0))
    venue.place(limit(102, "r", S, 6, reduce_only=True), at(0))
    venue.place(limit(102, "other", S, 5, account="n"), at(0))
    venue.place(order("b", quantity=2), at(0))
    venue = again(venue)
    queue = venue.market("X", at(0)).book.queue(S, 102)
    assert [(each.number, each.lots) for each in queue if each.number > 0] == [(3, 5), (2, 5)]


@pytest.mark.parametrize("again", [lambda venue: venue, reopened])
def test_a_reduce_only_order_that_met_an_own_one_offers_what_can_be_closed(
    again: Callable[[Venue], Venue],
) -> None:
    venue = venue_over([quiet()], prevention=SelfTradePrevention.DECREMENT)
    venue.place(order("a", quantity=3), at(0))
    venue.place(limit(100, "r", S, 8, reduce_only=True), at(0))
    venue.place(limit(100, "b", B, 2), at(0))
    venue = again(venue)
    (rests,) = [each for each in venue.market("X", at(0)).book.queue(S, 100) if each.number > 0]
    assert (rests.number, rests.lots) == (2, 3)
    assert venue.state.orders[2].order.quantity == 6


def test_a_reduce_only_order_ends_when_nothing_is_left_to_close() -> None:
    venue = venue_over([quiet()])
    venue.place(order(quantity=2), at(0))
    venue.place(limit(105, "r", S, 2, reduce_only=True), at(0))
    venue.place(order("all", S, 2), at(0.5))
    assert venue.state.orders[2].status is St.CANCELED


# One account's own orders

PREVENTED = [
    (SelfTradePrevention.CANCEL_OLDEST, (St.CANCELED, []), (St.FILLED, [(99, 3)])),
    (SelfTradePrevention.CANCEL_NEWEST, (St.NEW, []), (St.EXPIRED, [])),
    (SelfTradePrevention.CANCEL_BOTH, (St.CANCELED, []), (St.EXPIRED, [])),
    # Both lose the two that they would have executed.
    (SelfTradePrevention.DECREMENT, (St.CANCELED, []), (St.EXPIRED, [(99, 1)])),
    (SelfTradePrevention.NONE, (St.FILLED, [(100, 2)]), (St.FILLED, [(100, 2), (99, 1)])),
]


@pytest.mark.parametrize(("prevention", "rested", "came"), PREVENTED)
def test_orders_of_one_account_do_not_meet(
    prevention: SelfTradePrevention,
    rested: tuple[OrderStatus, list[tuple[int, int]]],
    came: tuple[OrderStatus, list[tuple[int, int]]],
) -> None:
    venue = venue_over([quiet()], prevention=prevention)
    venue.place(limit(100, quantity=2), at(0))
    venue.place(order("b", S, 3), at(0))
    first, second = venue.state.orders.values()
    assert (first.status, executions(first)) == rested
    assert (second.status, executions(second)) == came


def test_who_is_larger_keeps_the_rest_unexecuted() -> None:
    venue = venue_over([quiet()], prevention=SelfTradePrevention.DECREMENT)
    venue.place(limit(100, quantity=5), at(0))
    venue.place(limit(100, "b", S, 2), at(0))
    venue.place(limit(100, "c", S, 4), at(0))
    venue = reopened(venue)
    first, second, third = venue.state.orders.values()
    assert (first.status, second.status, third.status) == (St.CANCELED, St.EXPIRED, St.NEW)
    assert third.order.quantity == 1
    venue.place(order("d", account="other", quantity=3), at(0.5))
    assert executions(venue.state.orders[3]) == [(100, 1)]
    assert executions(venue.state.orders[4]) == [(100, 1), (101, 2)]


def test_orders_of_two_accounts_meet_and_what_one_gains_the_other_pays() -> None:
    venue = venue_over([quiet()], maker="-0.01", taker="0.02")
    venue.place(limit(100, quantity=2), at(0))
    venue.place(order("b", S, 2, account="other"), at(0))
    maker, taker = venue.state.orders.values()
    assert executions(maker) == executions(taker) == [(100, 2)]
    assert [fill.fees[0].amount for held in (maker, taker) for fill in held.fills] == [-2, 4]
    assert venue.state.position("m", "X") == 2
    assert venue.state.position("other", "X") == -2


# Replacing


def replaced(venue: Venue, number: int, name: str, now: float, **terms: Any) -> VenueOrder:
    before = venue.state.orders[number]
    new = msgspec.structs.replace(before.order, client_order_id=name, **terms)
    after = venue.replace(before, new, at(now))
    assert isinstance(after, VenueOrder)
    return after


@pytest.mark.parametrize(
    ("terms", "first"),
    [
        ({"quantity": Decimal(1)}, 1),
        ({"quantity": Decimal(3)}, 2),
        ({"price": Decimal(100)}, 1),
        ({"price": Decimal(98)}, 2),
    ],
)
def test_who_keeps_the_place_in_the_queue(terms: dict[str, Any], first: int) -> None:
    venue = venue_over([quiet(97, 103), quiet(97, 103), quiet(97, 103, flow=[(S, 97, 1)])])
    for name in ("a", "b"):
        venue.place(limit(99, name, quantity=2), at(0))
    replaced(venue, 1, "a001", 0.5, **terms)
    venue.advance_all(at(2))
    executed = [number for number, each in venue.state.orders.items() if each.fills]
    assert executed == [first]


def test_a_replaced_order_meets_the_market_with_its_new_price() -> None:
    venue = venue_over([BOOK])
    venue.place(limit(95, quantity=3), at(0))
    after = replaced(venue, 1, "a001", 0.5, price=Decimal(102))
    assert (executions(after), after.status) == ([(101, 2), (102, 1)], St.FILLED)


def test_a_replace_that_would_take_is_refused_if_it_may_not() -> None:
    venue = venue_over([BOOK])
    placed = venue.place(limit(95, post_only=True), at(0))
    new = msgspec.structs.replace(placed.order, client_order_id="r", price=Decimal(101))
    answer = venue.replace(placed, new, at(0.5))
    assert isinstance(answer, Refusal)
    assert answer.code == "POST_ONLY_WOULD_CROSS"
    assert venue.state.orders[1] == placed


# Refusals


@pytest.mark.parametrize(
    ("arriving", "code"),
    [
        (order(quantity=0), "INVALID_QUANTITY"),
        (msgspec.structs.replace(order(), quantity=Decimal("1.5")), "INVALID_QUANTITY"),
        (msgspec.structs.replace(limit(9), price=Decimal("9.5")), "INVALID_PRICE"),
        (limit(4, quantity=2), "MINIMUM_NOTIONAL"),
    ],
)
def test_what_is_refused_is_known_and_works_never(arriving: Order, code: str) -> None:
    venue = venue_over([quiet()], minimum=10)
    placed = venue.place(arriving, at(0))
    assert (placed.status, placed.code) == (St.REJECTED, code)
    assert not venue.state.open


def test_without_prices_nothing_is_traded() -> None:
    venue = venue_over([quiet()])
    placed = venue.place(order(), -5)
    assert (placed.status, placed.code, placed.text) == (St.REJECTED, "NO_PRICES", "none yet")


def test_a_refusal_from_outside_comes_before_the_rules() -> None:
    venue = venue_over([quiet()])
    placed = venue.place(order(quantity=0), at(0), Refusal("BECAUSE", "So it is."))
    assert (placed.code, placed.text) == ("BECAUSE", "So it is.")


@pytest.mark.parametrize("symbol", ["", "\n", "X" * 65])
def test_a_symbol_that_cannot_be_one_leaves_no_trace(symbol: str) -> None:
    venue = venue_over([quiet()])
    with pytest.raises(BadSymbol):
        venue.place(order(symbol=symbol), at(0))
    assert not venue.state.orders


# Looking up


def test_the_same_id_works_again_under_another_number() -> None:
    venue = venue_over([quiet()])
    numbers = [venue.place(order("a"), at(0)).number for _ in range(3)]
    assert numbers == [1, 2, 3]
    found = venue.find("a", None, "X", at(0))
    assert found is not None
    assert found.number == 3


@pytest.mark.parametrize(
    ("name", "order_id", "symbol", "number"),
    [
        ("a", None, "X", 1),
        ("a", "mock-1", "X", 1),
        ("a", "mock-2", "X", None),
        ("a", None, "Y", None),
        ("c", None, "X", None),
    ],
)
def test_a_lookup_finds_what_fits_in_everything(
    name: str, order_id: str | None, symbol: str, number: int | None
) -> None:
    venue = venue_over([quiet()])
    for each in ("a", "b"):
        venue.place(order(each), at(0))
    found = venue.find(name, order_id, symbol, at(0))
    assert (found and found.number) == number


def test_the_mode_of_an_order_counts_when_it_arrives() -> None:
    venue = venue_over([quiet()])
    venue.place(limit(100, "rests"), at(1))
    sale = limit(100, "comes", side=S)
    comes = venue.place(sale, at(2), prevention=SelfTradePrevention.CANCEL_NEWEST)
    assert comes.status is St.EXPIRED
    assert held(venue, 1, 3).status is St.NEW


@pytest.mark.parametrize(
    ("side", "worth", "quantity"),
    [(B, 100, 0), (B, 101, 1), (B, 405, 3), (B, 406, 4), (B, 9999, 13), (S, 99, 1), (S, 393, 3)],
)
def test_what_an_order_can_have_for_its_worth(side: Side, worth: int, quantity: int) -> None:
    venue = venue_over([BOOK])
    assert venue.quantity_worth("X", side, Decimal(worth), at(1)) == quantity
    placed = venue.place(order(side=side, quantity=quantity or 1), at(1))
    assert placed.worth <= worth or not quantity

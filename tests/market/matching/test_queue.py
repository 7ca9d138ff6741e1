"""The orders at one price."""

from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.orders import Side
from fillgate.market.matching.orders import MARKET, BookOrder
from fillgate.market.matching.queue import Queue

OWNERS = (None, MARKET, 1, 2)
ORDERS = st.lists(st.tuples(st.sampled_from((MARKET, 1, 2)), st.integers(1, 5)), max_size=12)


def queue_of(orders: list[tuple[int, int]]) -> tuple[Queue, list[BookOrder]]:
    queue = Queue()
    made = [
        BookOrder(number, owner, Side.BUY, 7, lots) for number, (owner, lots) in enumerate(orders)
    ]
    for order in made:
        queue.join(order)
    return queue, made


def lots_of(orders: list[BookOrder], owner: int | None) -> int:
    return sum(order.lots for order in orders if owner in {None, order.owner})


def check(queue: Queue, orders: list[BookOrder]) -> None:
    assert list(queue.orders.values()) == orders
    for owner in OWNERS:
        assert queue.lots_of(owner) == lots_of(orders, owner)
        for place, order in enumerate(orders):
            assert queue.lots_ahead(order, owner) == lots_of(orders[:place], owner)
        if owner is not None:
            theirs = [order for order in orders if order.owner == owner]
            assert list(queue.last_of(owner)) == theirs[::-1]


@given(ORDERS, st.data())
def test_sums_and_places_after_whatever_happens(
    orders: list[tuple[int, int]], data: st.DataObject
) -> None:
    queue, left = queue_of(orders)
    check(queue, left)
    while left:
        order = data.draw(st.sampled_from(left))
        if order.lots > 1 and data.draw(st.booleans()):
            by = data.draw(st.integers(1, order.lots - 1))
            expected = order.lots - by
            queue.shrink(order, by)
            assert order.lots == expected
        else:
            queue.leave(order)
            left.remove(order)
        check(queue, left)
    assert (queue.lots, queue.outside, len(queue.orders)) == (0, 0, 0)

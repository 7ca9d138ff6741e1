"""The queues of one side, best price first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.orders import Side
from fillgate.market.matching.ladder import Ladder
from fillgate.market.matching.orders import BookOrder, Depth

SIDES = st.sampled_from(list(Side))
TICKS = st.integers(-4, 4)


@given(SIDES, st.lists(TICKS, max_size=12), st.data())
def test_it_is_what_a_sorted_list_is(side: Side, ticks: list[int], data: st.DataObject) -> None:
    ladder = Ladder(side)
    there: list[BookOrder] = []
    for number, at in enumerate(ticks):
        there.append(BookOrder(number, 1, side, at, number + 1))
        ladder.add(there[-1], at)
        check(ladder, there)
    while there:
        order = there.pop(data.draw(st.integers(0, len(there) - 1)))
        assert order.ticks is not None
        ladder.remove(order, order.ticks)
        check(ladder, there)
    assert not ladder.queues


def check(ladder: Ladder, there: list[BookOrder]) -> None:
    by_price: dict[int, list[BookOrder]] = {}
    for order in there:
        assert order.ticks is not None
        by_price.setdefault(order.ticks, []).append(order)
    prices = sorted(by_price, reverse=ladder.side is Side.BUY)
    assert ladder.best == (prices[0] if prices else None)
    assert not prices or ladder.first() is by_price[prices[0]][0]
    assert list(ladder.depths()) == [
        Depth(price, sum(order.lots for order in by_price[price])) for price in prices
    ]
    for limit in (None, *range(-5, 6)):
        met = [price for price in prices if limit is None or is_within(ladder, price, limit)]
        queues = [list(queue.orders.values()) for queue in ladder.within(limit)]
        assert queues == [by_price[price] for price in met]
        assert ladder.reaches(limit) is bool(met)


def is_within(ladder: Ladder, price: int, limit: int) -> bool:
    return price >= limit if ladder.side is Side.BUY else price <= limit


@pytest.mark.parametrize("side", list(Side))
def test_an_emptied_price_is_forgotten(side: Side) -> None:
    ladder = Ladder(side)
    for ticks in range(5000):
        order = BookOrder(ticks, 1, side, ticks, 1)
        ladder.add(order, ticks)
        ladder.remove(order, ticks)
    assert (ladder.best, ladder.queues, list(ladder._prices)) == (None, {}, [])

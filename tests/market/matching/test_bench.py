"""An order costs the same however many rest. Ratios only, so that any machine can tell."""

import time
from collections.abc import Callable
from functools import partial

import pytest

from fillgate.domain.orders import Side, TimeInForce
from fillgate.market.matching import MARKET, BookOrder, OrderBook
from tests.market.matching.bench import SPREADS, Costs, costs

FEW, MANY = 100, 100_000
# Memory is further away the more there is; what grows with the book would be a thousand times more.
BOUND = 20


def least(resting: int, spread: int) -> Costs:
    """Return the costs when nothing is in the way."""
    runs = [costs(resting, spread, batches=40) for _ in range(3)]
    return Costs(*(min(each) for each in zip(*runs, strict=True)))


@pytest.mark.parametrize("prices", SPREADS)
def test_an_order_costs_the_same_however_many_rest(prices: str) -> None:
    few, many = (least(resting, SPREADS[prices]) for resting in (FEW, MANY))
    for name, small, large in zip(Costs._fields, few, many, strict=True):
        assert large < BOUND * small, f"{name}: {small:.2e} s, then {large:.2e} s"


def fastest(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(200):
        start = time.thread_time()
        work()
        seconds.append(time.thread_time() - start)
    return min(seconds)


def emptied(levels: int) -> OrderBook:
    """Return a book with a wide gap in which there once was an order at each price."""
    book = OrderBook()
    book.submit(BookOrder(-1, 1, Side.SELL, 0, 1))
    book.submit(BookOrder(-2, 1, Side.SELL, 1 << 40, 1))
    for number in range(1, levels):
        book.submit(BookOrder(number, 1, Side.SELL, number, 1))
    for number in range(1, levels):
        book.cancel(number)
    return book


def ask(book: OrderBook) -> None:
    """Look at the two best prices, in vain try to take more, and let an order come and go."""
    for _ in range(20):
        book.levels(Side.SELL, 2)
        book.submit(BookOrder(-3, 2, Side.BUY, None, 3), time_in_force=TimeInForce.FOK)
        book.submit(BookOrder(-4, 2, Side.SELL, 5, 1))
        book.cancel(-4)


def test_emptied_prices_cost_nothing() -> None:
    few, many = (fastest(partial(ask, emptied(levels))) for levels in (FEW, MANY))
    assert many < 3 * few


def queued(orders: int) -> OrderBook:
    book = OrderBook()
    for number in range(1, orders + 1):
        book.submit(BookOrder(number, number % 3, Side.BUY, 7, 1))
    return book


def come_and_go(book: OrderBook) -> None:
    """Queue behind all others and ask for the place, which is how a venue takes in an order."""
    for _ in range(20):
        book.submit(BookOrder(-1, 1, Side.BUY, 7, 1))
        book.submit(BookOrder(-2, MARKET, Side.BUY, 7, 1))
        book.lots_ahead(-1)
        book.lots_ahead(-1, MARKET)
        book.best(Side.BUY)
        assert book.remove_from_back(Side.BUY, 7, MARKET, 1)
        book.cancel(-1)


def test_a_long_queue_costs_whoever_joins_it_nothing() -> None:
    few, many = (fastest(partial(come_and_go, queued(orders))) for orders in (FEW, MANY))
    assert many < 3 * few

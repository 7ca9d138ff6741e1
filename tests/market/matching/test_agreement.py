"""The book agrees with a slow and obvious one on a hundred thousand random flows."""

from fillgate.domain.orders import Side
from fillgate.market.matching import MARKET, Matched, OrderBook
from tests.market.matching.flows import apply, random_flow, state_of
from tests.market.matching.slow_book import SlowBook

FLOWS, STEPS = 100_000, 12


def differences(seed: int, seen: set[object]) -> list[str]:
    """Return what the books disagree about in the flow of a seed."""
    flow, book, slow = random_flow(seed, STEPS), OrderBook(), SlowBook()
    found = []
    for number, step in enumerate(flow, 1):
        answers = apply(book, number, step), apply(slow, number, step)
        if answers[0] != answers[1]:
            found.append(f"step {number}, {step}: {answers[0]}, but it should be {answers[1]}")
        if isinstance(answers[0], Matched):
            seen.add(answers[0].outcome)
    states = sorted_orders(book), slow_orders(slow)
    if states[0] != states[1]:
        found.append(f"in the end {states[0]}, but it should be {states[1]}")
    return found + wrong_places(book, slow)


def sorted_orders(book: OrderBook) -> list[tuple[int, int]]:
    return [
        (number, lots)
        for levels in state_of(book).values()
        for _, _, orders in levels
        for number, _, lots in orders
    ]


def slow_orders(slow: SlowBook) -> list[tuple[int, int]]:
    sides = (Side.BUY, Side.SELL)
    by_side = [[order for order in slow.resting if order.side is side] for side in sides]
    by_side[0].sort(key=lambda order: -(order.ticks or 0))
    by_side[1].sort(key=lambda order: order.ticks or 0)
    return [(order.number, order.lots) for orders in by_side for order in orders]


def wrong_places(book: OrderBook, slow: SlowBook) -> list[str]:
    found = []
    for order in slow.resting:
        assert order.ticks is not None
        queue = slow.queue(order.side, order.ticks)
        ahead = queue[: queue.index(order)]
        for owner in (None, MARKET, 1):
            before = sum(each.lots for each in ahead if owner in {None, each.owner})
            whole = sum(each.lots for each in queue if owner in {None, each.owner})
            told = (
                book.lots_ahead(order.number, owner),
                book.lots_at(order.side, order.ticks, owner),
            )
            if told != (before, whole):
                found.append(f"{owner} ahead of and around {order}: {told}")
    return found


def test_the_book_agrees_with_a_slow_one() -> None:
    seen: set[object] = set()
    for seed in range(FLOWS):
        try:
            found = differences(seed, seen)
        except Exception as error:
            error.add_note(f"in the flow of seed {seed}")
            raise
        assert not found, f"seed {seed}: {found}"
    assert len(seen) == 7, f"some outcome never came up: {seen}"

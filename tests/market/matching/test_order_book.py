"""The book: what holds after every step of every flow, and what it answers when asked."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fillgate.domain.orders import Side, TimeInForce
from fillgate.market.matching import (
    MARKET,
    BookOrder,
    Depth,
    Matched,
    OrderBook,
    Outcome,
    SelfTradePrevention,
    Trade,
)
from tests.market.matching.flows import (
    MOST_LOTS,
    OWNERS,
    PRICES,
    SIDES,
    Cancel,
    Reduce,
    State,
    Step,
    Submit,
    Withdraw,
    apply,
    flows,
    playing,
    state_of,
    submits,
)

B, S = Side.BUY, Side.SELL
FOK = TimeInForce.FOK
STP = SelfTradePrevention


class Ledger:
    """All orders that rest, in the order of arrival, by nothing but what the book tells."""

    def __init__(self) -> None:
        self.book = OrderBook()
        self.orders: dict[int, Submit] = {}
        self.resting: dict[int, int] = {}
        """Lots by number, oldest first."""
        self.submitted = self.executed = self.ended = 0

    def play(self, number: int, step: Step) -> Matched | None:
        answer = apply(self.book, number, step)
        if isinstance(step, Submit):
            assert isinstance(answer, Matched)
            self.note_submit(number, step, answer)
            return answer
        if isinstance(step, Cancel):
            assert answer == self.resting.get(step.number)
            self.end(step.number, self.resting.get(step.number, 0))
        elif isinstance(step, Reduce) and answer is None:
            self.end(step.number, self.resting[step.number] - step.lots)
        elif isinstance(step, Withdraw):
            assert isinstance(answer, int)
            self.note_withdrawn(step, answer)
        return None

    def note_submit(self, number: int, order: Submit, matched: Matched) -> None:
        left = order.lots
        for trade in matched.trades:
            assert trade.taker == number
            left -= trade.lots
            self.lose(trade.maker, trade.lots)
            self.executed += 2 * trade.lots
        for maker, lots in matched.reduced:
            left -= lots
            self.end(maker, lots)
            self.ended += lots
        for maker in matched.prevented:
            self.end(maker, self.resting.get(maker, 0))
        assert left == matched.lots
        self.orders[number] = order
        self.submitted += order.lots
        if matched.outcome is Outcome.RESTS:
            self.resting[number] = left
        else:
            self.ended += left

    def note_withdrawn(self, step: Withdraw, taken: int) -> None:
        theirs = [each for each in self.at(step.side, step.ticks) if self.is_of(each, step.owner)]
        assert taken == min(step.lots, sum(self.resting[each] for each in theirs))
        for each in reversed(theirs):
            part = min(taken, self.resting[each])
            taken -= part
            self.end(each, part)

    def end(self, number: int, lots: int) -> None:
        self.ended += lots
        self.lose(number, lots)

    def lose(self, number: int, lots: int) -> None:
        if not lots:
            return
        assert 0 < lots <= self.resting[number]
        self.resting[number] -= lots
        if not self.resting[number]:
            del self.resting[number]

    def is_of(self, number: int, owner: int) -> bool:
        return self.orders[number].owner == owner

    def at(self, side: Side, ticks: int) -> list[int]:
        wanted = (side, ticks)
        return [
            each
            for each in self.resting
            if (self.orders[each].side, self.orders[each].ticks) == wanted
        ]

    def state(self) -> State:
        return {side: list(self._levels(side)) for side in SIDES}

    def _levels(self, side: Side) -> Iterator[tuple[int, int, list[tuple[int, int, int]]]]:
        for ticks in sorted(PRICES, reverse=side is B):
            here = self.at(side, ticks)
            if here:
                orders = [(each, self.orders[each].owner, self.resting[each]) for each in here]
                yield ticks, sum(lots for _, _, lots in orders), orders


def steps_of(flow: list[Step]) -> Iterator[tuple[Ledger, int, Step, Matched | None]]:
    ledger = Ledger()
    for number, step in enumerate(flow, 1):
        yield ledger, number, step, ledger.play(number, step)


def submits_of(flow: list[Step]) -> Iterator[tuple[Ledger, Submit, Matched]]:
    for ledger, _, step, matched in steps_of(flow):
        if isinstance(step, Submit):
            assert matched is not None
            yield ledger, step, matched


@given(flows())
def test_what_it_tells_explains_what_rests_and_no_lot_is_made_or_lost(flow: list[Step]) -> None:
    for ledger, *_ in steps_of(flow):
        assert state_of(ledger.book) == ledger.state()
        assert len(ledger.book) == len(ledger.resting)
        resting = sum(ledger.resting.values())
        assert ledger.submitted == ledger.executed + resting + ledger.ended


@given(flows())
def test_it_is_never_crossed(flow: list[Step]) -> None:
    for ledger, *_ in steps_of(flow):
        bid, ask = ledger.book.best(B), ledger.book.best(S)
        assert bid is None or ask is None or bid.ticks < ask.ticks


@given(flows())
def test_executions_are_within_both_limits_at_that_of_the_maker(flow: list[Step]) -> None:
    for ledger, order, matched in submits_of(flow):
        for trade in matched.trades:
            maker = ledger.orders[trade.maker]
            assert trade.lots > 0
            assert trade.ticks == maker.ticks
            assert trade.maker_side is maker.side is not order.side
            assert order.ticks is None or order.side.sign * (order.ticks - trade.ticks) >= 0


@given(flows())
def test_price_then_time(flow: list[Step]) -> None:
    for ledger, order, matched in submits_of(flow):
        makers = [trade.maker for trade in matched.trades]
        places = [place_of(ledger, maker) for maker in makers]
        assert places == sorted(places)
        assert len(set(makers)) == len(makers)
        # Who is still there was not passed over.
        others = [each for each in ledger.resting if ledger.orders[each].side is not order.side]
        for other in set(others) - set(makers[-1:]):
            assert not places or places[-1] < place_of(ledger, other)


def place_of(ledger: Ledger, number: int) -> tuple[int, int]:
    order = ledger.orders[number]
    assert order.ticks is not None
    return -order.side.sign * order.ticks, number


@given(flows(), submits(time_in_force=st.just(FOK), post_only=st.just(value=False)))
def test_fok_is_all_or_nothing(flow: list[Step], order: Submit) -> None:
    book = playing(flow)
    before = state_of(book)
    matched = apply(book, 99, order)
    assert isinstance(matched, Matched)
    if matched.outcome is Outcome.FILLED:
        assert sum(trade.lots for trade in matched.trades) == order.lots
        return
    assert matched == Matched(Outcome.UNFILLABLE, lots=order.lots)
    assert state_of(book) == before
    # And rightly: what does not insist is not executed in full either.
    ioc = apply(book, 99, order._replace(time_in_force=TimeInForce.IOC))
    assert isinstance(ioc, Matched)
    assert sum(trade.lots for trade in ioc.trades) < order.lots


@given(flows(), submits(post_only=st.just(value=True)))
def test_post_only_never_takes(flow: list[Step], order: Submit) -> None:
    book = playing(flow)
    before = state_of(book)
    matched = apply(book, 99, order)
    assert isinstance(matched, Matched)
    assert (matched.trades, matched.prevented, matched.reduced) == ((), (), ())
    if matched.outcome is not Outcome.RESTS:
        assert state_of(book) == before


@given(flows())
def test_with_prevention_no_owner_meets_itself_but_the_market(flow: list[Step]) -> None:
    for ledger, order, matched in submits_of(flow):
        makers = {ledger.orders[trade.maker].owner for trade in matched.trades}
        if order.prevention is not STP.NONE and order.owner != MARKET:
            assert order.owner not in makers
        given_way = {*matched.prevented, *(number for number, _ in matched.reduced)}
        assert {ledger.orders[number].owner for number in given_way} <= {order.owner} - {MARKET}
        if order.prevention is STP.NONE:
            assert not given_way


@given(flows(), flows(), submits(ticks=st.sampled_from(PRICES)))
def test_a_cancel_leaves_no_trace(flow: list[Step], later: list[Step], order: Submit) -> None:
    untouched, book = playing(flow), playing(flow)
    matched = apply(book, 98, order._replace(post_only=True, time_in_force=TimeInForce.GTC))
    assume(isinstance(matched, Matched) and matched.outcome is Outcome.RESTS)
    assert book.cancel(98) == order.lots
    assert book.cancel(98) is None
    for number, step in enumerate(later, 100):
        assert apply(book, number, step) == apply(untouched, number, step)
    assert inside(book) == inside(untouched)


def inside(book: OrderBook) -> list[Any]:
    """Return all that a book holds."""
    ladders = [
        (
            ladder.best,
            list(ladder._prices),
            {
                ticks: (queue.lots, queue.outside, list(queue.orders))
                for ticks, queue in ladder.queues.items()
            },
        )
        for ladder in (book._bids, book._asks)
    ]
    return [sorted(book._resting), ladders]


@given(flows())
def test_a_lower_quantity_keeps_the_place(flow: list[Step]) -> None:
    book = playing(flow)
    for number in tuple(book._resting):
        order = book.get(number)
        assert order is not None
        assert order.ticks is not None
        places = [each.number for each in book.queue(order.side, order.ticks)]
        ahead = book.lots_ahead(number)
        book.reduce(number, 1)
        assert (order.lots, book.lots_ahead(number)) == (1, ahead)
        assert [each.number for each in book.queue(order.side, order.ticks)] == places


@given(flows())
def test_what_is_asked_agrees_with_the_queues(flow: list[Step]) -> None:
    book = playing(flow)
    for side, levels in state_of(book).items():
        depths = [Depth(ticks, lots) for ticks, lots, _ in levels]
        assert book.best(side) == (depths[0] if depths else None)
        assert book.best_ticks(side) == (depths[0].ticks if depths else None)
        assert book.levels(side, 2) == depths[:2]
        for ticks, lots, orders in levels:
            assert lots == book.lots_at(side, ticks) == sum(each for _, _, each in orders)
            for owner in OWNERS:
                theirs = [each for _, whose, each in orders if whose == owner]
                assert book.lots_at(side, ticks, owner) == sum(theirs)


def test_an_empty_book_has_nothing() -> None:
    book = OrderBook()
    assert (len(book), book.get(1), book.cancel(1)) == (0, None, None)
    for side in SIDES:
        assert (book.best(side), book.best_ticks(side), book.levels(side, 5)) == (None, None, [])
        assert (book.lots_at(side, 7), list(book.queue(side, 7))) == (0, [])
        assert book.remove_from_back(side, 7, MARKET, 5) == 0


QUEUE: list[Step] = [Submit(owner, B, 7, 2) for owner in (MARKET, 1, MARKET, 1, MARKET)]

PLACES = [(1, 0, 0, 0), (2, 2, 2, 0), (3, 4, 2, 2), (4, 6, 4, 2), (5, 8, 4, 4)]


@pytest.mark.parametrize(("number", "ahead", "outside", "theirs"), PLACES)
def test_lots_ahead(number: int, ahead: int, outside: int, theirs: int) -> None:
    book = playing(QUEUE)
    told = tuple(book.lots_ahead(number, owner) for owner in (None, MARKET, 1))
    assert told == (ahead, outside, theirs)


WITHDRAWN = [
    (MARKET, 0, 0, [2, 2, 2, 2, 2]),
    (MARKET, 1, 1, [2, 2, 2, 2, 1]),
    (MARKET, 2, 2, [2, 2, 2, 2]),
    (MARKET, 3, 3, [2, 2, 1, 2]),
    (MARKET, 6, 6, [2, 2]),
    (MARKET, 9, 6, [2, 2]),
    (1, 3, 3, [2, 1, 2, 2]),
    (5, 3, 0, [2, 2, 2, 2, 2]),
]


@pytest.mark.parametrize(("owner", "lots", "taken", "left"), WITHDRAWN)
def test_lots_are_taken_from_the_back(owner: int, lots: int, taken: int, left: list[int]) -> None:
    book = playing(QUEUE)
    assert book.remove_from_back(B, 7, owner, lots) == taken
    assert [order.lots for order in book.queue(B, 7)] == left


def order(number: int, *, lots: int = 1) -> BookOrder:
    return BookOrder(number, 1, S, 7, lots)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (order(9, lots=0), "has no lots; an order needs at least 1"),
        (order(9, lots=-2), "has no lots"),
        (order(3), "has the number of an order that rests"),
    ],
)
def test_an_order_that_cannot_come_changes_nothing(wrong: BookOrder, message: str) -> None:
    book = playing(QUEUE)
    before = inside(book)
    with pytest.raises(ValueError, match=message):
        book.submit(wrong)
    assert inside(book) == before


@pytest.mark.parametrize("lots", [-1, 0, 3])
def test_a_quantity_that_is_not_lower_is_refused(lots: int) -> None:
    book = playing(QUEUE)
    with pytest.raises(ValueError, match=f"cannot be reduced to {lots} lots; 1 to 2 are"):
        book.reduce(2, lots)
    assert inside(book) == inside(playing(QUEUE))


def test_one_that_does_not_rest_is_named() -> None:
    book = playing(QUEUE)
    for ask in (lambda: book.reduce(77, 1), lambda: book.lots_ahead(77)):
        with pytest.raises(KeyError, match="no order 77 rests"):
            ask()
    with pytest.raises(ValueError, match="-1 lots cannot be taken away"):
        book.remove_from_back(B, 7, MARKET, -1)


def test_the_number_of_an_order_that_has_left_may_come_again() -> None:
    book = OrderBook()
    for _ in range(2):
        assert book.submit(order(1, lots=MOST_LOTS)).outcome is Outcome.RESTS
        taker = BookOrder(2, 2, B, None, MOST_LOTS)
        assert book.submit(taker).trades == (Trade(1, 2, 7, MOST_LOTS, S),)


def test_it_remembers_nothing_of_those_that_have_left() -> None:
    book, empty = OrderBook(), inside(OrderBook())
    for number in range(3000):
        side = SIDES[number % 2]
        book.submit(BookOrder(number, 1, side, -side.sign * (number + 1), 1 + number % 3))
    for number in range(0, 3000, 3):
        assert book.cancel(number)
    for number, side in enumerate(SIDES, 3000):
        book.submit(BookOrder(number, 2, side, None, 10_000))
    assert inside(book) == empty


def test_a_book_is_let_go_without_the_collector_of_garbage() -> None:
    gc.collect()
    gc.disable()
    try:
        book = playing([Submit(n % 3, SIDES[n % 2], n % 5, 1 + n % 4) for n in range(200)])
        assert len(book)
        del book
        assert gc.collect() == 0
    finally:
        gc.enable()

"""Flows of orders over few prices, so that they collide: as strategies, or quickly from a seed."""

import random
from typing import NamedTuple, Protocol

from hypothesis import strategies as st

from fillgate.domain.orders import Side, TimeInForce
from fillgate.market.matching import MARKET, BookOrder, Matched, OrderBook, SelfTradePrevention

__all__ = [
    "Book",
    "Cancel",
    "Reduce",
    "State",
    "Step",
    "Submit",
    "Withdraw",
    "apply",
    "flows",
    "playing",
    "random_flow",
    "state_of",
    "submits",
]

SIDES = (Side.BUY, Side.SELL)
OWNERS = (MARKET, 1, 2)
PRICES = (-1, 0, 1, 2)
MOST_LOTS = 4
# DAY stands for all that rest, as GTC does.
TIMES = (TimeInForce.GTC, TimeInForce.DAY, TimeInForce.IOC, TimeInForce.FOK)
MODES = tuple(SelfTradePrevention)


class Submit(NamedTuple):
    """Send an order; its number is that of the step."""

    owner: int
    side: Side
    ticks: int | None
    lots: int
    time_in_force: TimeInForce = TimeInForce.GTC
    post_only: bool = False
    prevention: SelfTradePrevention = SelfTradePrevention.NONE

    def order(self, number: int) -> BookOrder:
        return BookOrder(number, self.owner, self.side, self.ticks, self.lots)


class Cancel(NamedTuple):
    """Cancel the order of a step."""

    number: int


class Reduce(NamedTuple):
    """Leave the order of a step fewer lots."""

    number: int
    lots: int


class Withdraw(NamedTuple):
    """Take lots of an owner from the back of a queue."""

    side: Side
    ticks: int
    owner: int
    lots: int


Step = Submit | Cancel | Reduce | Withdraw
Answer = Matched | int | str | None


class Book(Protocol):
    """What the book and the slow one have in common."""

    def submit(
        self,
        order: BookOrder,
        *,
        time_in_force: TimeInForce,
        post_only: bool,
        prevention: SelfTradePrevention,
    ) -> Matched: ...

    def cancel(self, number: int) -> int | None: ...

    def reduce(self, number: int, lots: int) -> None: ...

    def remove_from_back(self, side: Side, ticks: int, owner: int, lots: int) -> int: ...


def apply(book: Book, number: int, step: Step) -> Answer:
    """Do a step and return what the book answers, or the name of what it raises."""
    if isinstance(step, Submit):
        return book.submit(
            step.order(number),
            time_in_force=step.time_in_force,
            post_only=step.post_only,
            prevention=step.prevention,
        )
    if isinstance(step, Cancel):
        return book.cancel(step.number)
    if isinstance(step, Withdraw):
        return book.remove_from_back(*step)
    try:
        book.reduce(step.number, step.lots)
    except (KeyError, ValueError) as error:
        return type(error).__name__
    return None


def playing(flow: list[Step]) -> OrderBook:
    """Return a book after a flow."""
    book = OrderBook()
    for number, step in enumerate(flow, 1):
        apply(book, number, step)
    return book


State = dict[Side, list[tuple[int, int, list[tuple[int, int, int]]]]]


def state_of(book: OrderBook) -> State:
    """Return for each side and price, best first, the lots and the orders in their order."""
    return {
        side: [
            (
                depth.ticks,
                depth.lots,
                [(each.number, each.owner, each.lots) for each in book.queue(side, depth.ticks)],
            )
            for depth in book.levels(side, 1 << 40)
        ]
        for side in SIDES
    }


@st.composite
def submits(draw: st.DrawFn, /, **fixed: st.SearchStrategy[object]) -> Submit:
    """Draw an order; `fixed` are strategies in place of the usual ones."""
    usual: dict[str, st.SearchStrategy[object]] = {
        "owner": st.sampled_from(OWNERS),
        "side": st.sampled_from(SIDES),
        "ticks": st.sampled_from((*PRICES, None)),
        "lots": st.integers(1, MOST_LOTS),
        "time_in_force": st.sampled_from(TIMES),
        "post_only": st.booleans(),
        "prevention": st.sampled_from(MODES),
    }
    return draw(st.builds(Submit, **{**usual, **fixed}))


_NUMBERS = st.integers(1, 30)
_STEPS = st.one_of(
    submits(),
    # Most of what comes rests, else there is nothing to collide with.
    submits(ticks=st.sampled_from(PRICES), time_in_force=st.just(TimeInForce.GTC)),
    submits(
        ticks=st.sampled_from(PRICES),
        time_in_force=st.just(TimeInForce.GTC),
        post_only=st.just(value=False),
    ),
    st.builds(Cancel, _NUMBERS),
    st.builds(Reduce, _NUMBERS, st.integers(0, MOST_LOTS)),
    st.builds(
        Withdraw,
        st.sampled_from(SIDES),
        st.sampled_from(PRICES),
        st.sampled_from(OWNERS),
        st.integers(0, 2 * MOST_LOTS),
    ),
)


def flows() -> st.SearchStrategy[list[Step]]:
    """Return a strategy for flows of some steps."""
    return st.lists(_STEPS, max_size=30)


def random_flow(seed: int, length: int) -> list[Step]:
    """Return the flow of a seed: as those of `flows`, in a hundredth of the time."""
    chance = random.Random(seed)
    return [_random_step(chance, number) for number in range(1, length + 1)]


def _random_step(chance: random.Random, number: int) -> Step:
    kind, roll = chance.random(), chance.random
    if kind < 0.76:
        rests = kind < 0.5
        return Submit(
            owner=OWNERS[int(roll() * 3)],
            side=SIDES[int(roll() * 2)],
            ticks=None if kind > 0.72 else PRICES[int(roll() * 4)],
            lots=1 + int(roll() * MOST_LOTS),
            time_in_force=TimeInForce.GTC if rests else TIMES[int(roll() * 4)],
            post_only=roll() < 0.15,
            prevention=MODES[int(roll() * len(MODES))],
        )
    earlier = 1 + int(roll() * number)
    if kind < 0.84:
        return Cancel(earlier)
    if kind < 0.92:
        return Reduce(earlier, int(roll() * (MOST_LOTS + 1)))
    return Withdraw(
        SIDES[int(roll() * 2)],
        PRICES[int(roll() * 4)],
        OWNERS[int(roll() * 3)],
        int(roll() * 2 * MOST_LOTS),
    )

"""Self-trade prevention: the cases that Binance documents, and what they leave open.

The first cases are the scenarios A to G of the "Self Trade Prevention (STP) FAQ" of its Spot API
documentation, quantities in tenths where it has fractions.
"""

from typing import NamedTuple

import pytest

from fillgate.domain.orders import Side, TimeInForce
from fillgate.market.matching.orders import MARKET, Trade
from fillgate.market.matching.outcome import Matched, Outcome
from fillgate.market.matching.prevention import SelfTradePrevention
from tests.market.matching.flows import Submit, apply, playing

B, S = Side.BUY, Side.SELL
IOC = TimeInForce.IOC
STP = SelfTradePrevention
THREE = [Submit(1, B, 12, 12), Submit(1, B, 11, 13), Submit(1, B, 10, 81)]
MIXED = [Submit(1, B, 10, 2), Submit(2, B, 10, 2), Submit(1, B, 10, 2), Submit(2, B, 9, 2)]


class Case(NamedTuple):
    """Orders that rest, one that comes, and what is told and left."""

    name: str
    resting: list[Submit]
    taker: Submit
    outcome: Outcome
    left: dict[int, int]
    """Lots of those that rest in the end, by number."""
    trades: tuple[tuple[int, int, int], ...] = ()
    lots: int = 0
    prevented: tuple[int, ...] = ()
    reduced: tuple[tuple[int, int], ...] = ()


def sells(ticks: int | None, lots: int, mode: STP, owner: int = 1) -> Submit:
    return Submit(owner, S, ticks, lots, prevention=mode)


CASES = [
    Case(
        "A: none",
        [Submit(1, B, 1, 1)],
        sells(1, 1, STP.NONE),
        Outcome.FILLED,
        {},
        trades=((1, 1, 1),),
    ),
    Case(
        "B: the one that rests",
        THREE,
        sells(10, 30, STP.CANCEL_OLDEST),
        Outcome.RESTS,
        {4: 30},
        lots=30,
        prevented=(1, 2, 3),
    ),
    Case(
        "C: the one that comes",
        THREE,
        sells(10, 30, STP.CANCEL_NEWEST),
        Outcome.PREVENTED,
        {1: 12, 2: 13, 3: 81},
        lots=30,
    ),
    Case(
        "D: both",
        [Submit(1, B, 1, 1)],
        sells(1, 3, STP.CANCEL_BOTH),
        Outcome.PREVENTED,
        {},
        lots=3,
        prevented=(1,),
    ),
    Case(
        "E: the mode of the one that comes counts",
        [Submit(1, B, 1, 1, prevention=STP.CANCEL_OLDEST)],
        sells(1, 1, STP.CANCEL_NEWEST),
        Outcome.PREVENTED,
        {1: 1},
        lots=1,
    ),
    Case(
        "F: a market order that then finds nobody",
        [Submit(1, B, 1, 1)],
        sells(None, 1, STP.CANCEL_OLDEST),
        Outcome.NO_LIQUIDITY,
        {},
        lots=1,
        prevented=(1,),
    ),
    Case(
        "G: decrement, the one that comes is smaller",
        [Submit(1, B, 2, 6)],
        sells(2, 2, STP.DECREMENT),
        Outcome.PREVENTED,
        {1: 4},
        reduced=((1, 2),),
    ),
    Case(
        "decrement, the one that rests is smaller",
        [Submit(1, B, 2, 2)],
        sells(2, 6, STP.DECREMENT),
        Outcome.RESTS,
        {2: 4},
        lots=4,
        prevented=(1,),
        reduced=((1, 2),),
    ),
    Case(
        "decrement, both are the same",
        [Submit(1, B, 2, 2)],
        sells(2, 2, STP.DECREMENT),
        Outcome.PREVENTED,
        {},
        prevented=(1,),
        reduced=((1, 2),),
    ),
    Case(
        "decrement, and then all the rest is executed",
        MIXED,
        sells(9, 4, STP.DECREMENT),
        Outcome.PREVENTED,
        {3: 2, 4: 2},
        trades=((2, 10, 2),),
        prevented=(1,),
        reduced=((1, 2),),
    ),
    Case(
        "decrement, and the rest may not rest",
        MIXED[:1],
        Submit(1, S, 10, 3, IOC, prevention=STP.DECREMENT),
        Outcome.NO_LIQUIDITY,
        {},
        lots=1,
        prevented=(1,),
        reduced=((1, 2),),
    ),
    Case(
        "those of others are executed on the way",
        MIXED,
        sells(9, 5, STP.CANCEL_OLDEST),
        Outcome.RESTS,
        {5: 1},
        trades=((2, 10, 2), (4, 9, 2)),
        lots=1,
        prevented=(1, 3),
    ),
    Case(
        "what was executed before stays executed",
        MIXED[1:],
        sells(9, 5, STP.CANCEL_BOTH),
        Outcome.PREVENTED,
        {3: 2},
        trades=((1, 10, 2),),
        lots=3,
        prevented=(2,),
    ),
    Case(
        "full before it meets its own",
        MIXED[1:],
        sells(9, 2, STP.CANCEL_BOTH),
        Outcome.FILLED,
        {2: 2, 3: 2},
        trades=((1, 10, 2),),
    ),
    Case(
        "of two owners",
        [Submit(1, B, 1, 1)],
        sells(1, 1, STP.CANCEL_BOTH, owner=2),
        Outcome.FILLED,
        {},
        trades=((1, 1, 1),),
    ),
    *(
        Case(
            f"the market outside meets itself: {mode}",
            [Submit(MARKET, B, 1, 1)],
            sells(1, 1, mode, owner=MARKET),
            Outcome.FILLED,
            {},
            trades=((1, 1, 1),),
        )
        for mode in STP
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_which_of_the_two_gives_way(case: Case) -> None:
    book = playing([*case.resting])
    number = len(case.resting) + 1
    trades = tuple(Trade(maker, number, ticks, lots, B) for maker, ticks, lots in case.trades)
    assert apply(book, number, case.taker) == Matched(
        case.outcome, trades, case.lots, case.prevented, case.reduced
    )
    resting = {each: book.get(each) for each in range(1, number + 1)}
    assert {each: order.lots for each, order in resting.items() if order} == case.left


TABLE = [
    (STP.NONE, False, False),
    (STP.CANCEL_NEWEST, True, False),
    (STP.CANCEL_OLDEST, False, True),
    (STP.CANCEL_BOTH, True, True),
    (STP.DECREMENT, False, False),
]


@pytest.mark.parametrize(("mode", "newest", "oldest"), TABLE)
def test_which_end_whatever_their_lots(mode: STP, newest: bool, oldest: bool) -> None:
    assert (mode.ends_newest, mode.ends_oldest) == (newest, oldest)


def test_the_table_has_all_modes() -> None:
    assert [row[0] for row in TABLE] == list(STP)

"""What became of an order that came: one case for each outcome and each reason for it."""

import pytest

from fillgate.domain.orders import Side, TimeInForce
from fillgate.market.matching.orders import MARKET, Trade
from fillgate.market.matching.outcome import Matched, Outcome
from fillgate.market.matching.prevention import SelfTradePrevention
from tests.market.matching.flows import Submit, apply, playing, state_of

B, S = Side.BUY, Side.SELL
GTC, DAY, GTD = TimeInForce.GTC, TimeInForce.DAY, TimeInForce.GTD
IOC, FOK = TimeInForce.IOC, TimeInForce.FOK
OLDEST, NEWEST = SelfTradePrevention.CANCEL_OLDEST, SelfTradePrevention.CANCEL_NEWEST
BOTH, DECREMENT = SelfTradePrevention.CANCEL_BOTH, SelfTradePrevention.DECREMENT

# Offered: 2 lots of the market at 10, then 1 of owner 1; 3 of owner 2 at 11.
BOOK = [Submit(MARKET, S, 10, 2), Submit(1, S, 10, 1), Submit(2, S, 11, 3)]
FIRST, SECOND, THIRD = (1, 10, 2), (2, 10, 1), (3, 11, 3)
TAKER = 4

CASES: list[tuple[str, Submit, Outcome, list[tuple[int, int, int]], int]] = [
    ("exactly one", Submit(3, B, 10, 2), Outcome.FILLED, [FIRST], 0),
    ("part of one", Submit(3, B, 10, 1), Outcome.FILLED, [(1, 10, 1)], 0),
    ("within a better limit", Submit(3, B, 11, 1), Outcome.FILLED, [(1, 10, 1)], 0),
    ("through the levels", Submit(3, B, 11, 4), Outcome.FILLED, [FIRST, SECOND, (3, 11, 1)], 0),
    ("market", Submit(3, B, None, 4), Outcome.FILLED, [FIRST, SECOND, (3, 11, 1)], 0),
    ("IOC in full", Submit(3, B, 10, 3, IOC), Outcome.FILLED, [FIRST, SECOND], 0),
    ("FOK, just so", Submit(3, B, 11, 6, FOK), Outcome.FILLED, [FIRST, SECOND, THIRD], 0),
    ("market FOK", Submit(3, B, None, 6, FOK), Outcome.FILLED, [FIRST, SECOND, THIRD], 0),
    ("beyond all", Submit(3, B, 9, 2), Outcome.RESTS, [], 2),
    ("on the same side", Submit(3, S, 10, 2), Outcome.RESTS, [], 2),
    ("the rest of it", Submit(3, B, 10, 5), Outcome.RESTS, [FIRST, SECOND], 2),
    ("the rest for a day", Submit(3, B, 10, 5, DAY), Outcome.RESTS, [FIRST, SECOND], 2),
    ("the rest until a date", Submit(3, B, 10, 5, GTD), Outcome.RESTS, [FIRST, SECOND], 2),
    ("post-only, beyond", Submit(3, B, 9, 2, GTC, post_only=True), Outcome.RESTS, [], 2),
    ("IOC in part", Submit(3, B, 10, 5, IOC), Outcome.ENDED, [FIRST, SECOND], 2),
    ("market in part", Submit(3, B, None, 7), Outcome.ENDED, [FIRST, SECOND, THIRD], 1),
    ("IOC beyond all", Submit(3, B, 9, 5, IOC), Outcome.NO_LIQUIDITY, [], 5),
    ("market, nobody there", Submit(3, S, None, 5), Outcome.NO_LIQUIDITY, [], 5),
    ("FOK for a lot too much", Submit(3, B, 11, 7, FOK), Outcome.UNFILLABLE, [], 7),
    ("FOK within its limit only", Submit(3, B, 10, 4, FOK), Outcome.UNFILLABLE, [], 4),
    ("FOK beyond all", Submit(3, B, 9, 1, FOK), Outcome.UNFILLABLE, [], 1),
    ("market FOK, nobody there", Submit(3, S, None, 5, FOK), Outcome.UNFILLABLE, [], 5),
    ("post-only", Submit(3, B, 10, 1, GTC, post_only=True), Outcome.WOULD_TAKE, [], 1),
    ("post-only IOC", Submit(3, B, 10, 1, IOC, post_only=True), Outcome.WOULD_TAKE, [], 1),
    (
        "FOK that needs its own",
        Submit(1, B, 11, 6, FOK, prevention=OLDEST),
        Outcome.UNFILLABLE,
        [],
        6,
    ),
    *(
        (
            f"FOK that would not get past its own: {mode}",
            Submit(1, B, 11, 3, FOK, prevention=mode),
            Outcome.UNFILLABLE,
            [],
            3,
        )
        for mode in (NEWEST, BOTH, DECREMENT)
    ),
    (
        "FOK before its own",
        Submit(2, B, 11, 3, FOK, prevention=NEWEST),
        Outcome.FILLED,
        [FIRST, SECOND],
        0,
    ),
    (
        "its own are next",
        Submit(1, B, 11, 3, prevention=NEWEST),
        Outcome.PREVENTED,
        [FIRST],
        1,
    ),
]


@pytest.mark.parametrize(
    ("order", "outcome", "trades", "lots"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_what_becomes_of_it(
    order: Submit, outcome: Outcome, trades: list[tuple[int, int, int]], lots: int
) -> None:
    book = playing([*BOOK])
    before = state_of(book)
    executed = tuple(Trade(maker, TAKER, ticks, size, S) for maker, ticks, size in trades)
    assert apply(book, TAKER, order) == Matched(outcome, executed, lots)
    resting = book.get(TAKER)
    assert (resting is not None) is (outcome is Outcome.RESTS)
    assert resting is None or resting.lots == lots
    if not trades and outcome is not Outcome.RESTS:
        assert state_of(book) == before


def test_all_outcomes_have_a_case() -> None:
    assert {case[2] for case in CASES} == set(Outcome)

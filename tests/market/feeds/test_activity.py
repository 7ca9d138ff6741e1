"""What others take at the touch."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.orders import Side
from fillgate.market.feeds.activity import ONE_IN, Activity
from fillgate.market.feeds.base import Flow, Quote

QUOTE = Quote(bid=99, last=100, ask=101)
TOUCH_LOTS = 1000


def activity(scale: Decimal = Decimal(1), seed: int = 0, touch_lots: int = TOUCH_LOTS) -> Activity:
    return Activity(seed, "BTCUSDT", touch_lots, scale)


def flows(made: Activity, count: int = 4000) -> list[Flow]:
    return [flow for number in range(count) for flow in made.at(number, QUOTE)]


@given(st.integers(), st.integers(0, 2**40), st.decimals(0, 100, places=2))
def test_what_is_taken_is_taken_at_the_touch_and_bounded(
    seed: int, number: int, scale: Decimal
) -> None:
    found = activity(scale, seed).at(number, QUOTE)
    assert found == activity(scale, seed).at(number, QUOTE)
    for flow in found:
        assert flow.ticks == (QUOTE.ask if flow.side is Side.BUY else QUOTE.bid)
        assert 0 < flow.lots <= TOUCH_LOTS * scale / 2 + 1


def test_others_take_now_and_then_on_both_sides() -> None:
    found = flows(activity())
    assert len(found) == pytest.approx(4000 / ONE_IN, rel=0.1)
    bought = [flow for flow in found if flow.side is Side.BUY]
    assert len(bought) == pytest.approx(len(found) / 2, rel=0.1)
    assert sum(flow.lots for flow in found) / len(found) == pytest.approx(TOUCH_LOTS / 4, rel=0.1)


def test_activity_scales_what_is_taken() -> None:
    usual, twice = (sum(flow.lots for flow in flows(activity(Decimal(n)))) for n in (1, 2))
    assert twice == pytest.approx(2 * usual, rel=0.01)
    assert flows(activity(Decimal(0))) == []


def test_where_the_touch_is_a_few_lots_single_ones_are_taken() -> None:
    assert {flow.lots for flow in flows(activity(touch_lots=2))} == {1}

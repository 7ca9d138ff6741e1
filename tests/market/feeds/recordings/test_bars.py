"""What an OHLCV bar stands for."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.feeds.recordings.bars import Bar, offsets, quarters
from fillgate.market.feeds.recordings.columns import Field
from fillgate.market.feeds.recordings.steps import Price


def bar(*prices: int) -> Bar:
    return Bar(*(Price(Decimal(value), value, 1, value, value) for value in prices))


@pytest.mark.parametrize(
    ("prices", "order"),
    [
        ((100, 103, 95, 98), (100, 103, 95, 98)),
        ((100, 108, 98, 101), (100, 98, 108, 101)),
        ((100, 105, 95, 101), (100, 95, 105, 101)),
        ((100, 100, 100, 100), (100, 100, 100, 100)),
    ],
)
def test_the_nearer_extreme_comes_first(prices: tuple[int, ...], order: tuple[int, ...]) -> None:
    assert tuple(price.down for price in bar(*prices).in_order()) == order


@pytest.mark.parametrize(
    ("prices", "field"),
    [
        ((100, 99, 95, 98), Field.HIGH),
        ((100, 103, 95, 104), Field.HIGH),
        ((100, 103, 101, 102), Field.LOW),
        ((100, 103, 99, 98), Field.LOW),
        ((100, 98, 99, 98), Field.HIGH),
    ],
)
def test_a_bar_whose_extremes_are_none_is_wrong(prices: tuple[int, ...], field: Field) -> None:
    wrong = bar(*prices).wrong()
    assert wrong is not None
    assert wrong[0] is field


@given(st.integers(1_000_000, 10**12))
def test_prices_follow_each_other_within_the_bar(interval: int) -> None:
    times = (*offsets(interval), interval)
    assert times[0] == 0
    assert all(before < after for before, after in pairwise(times))


@given(st.integers(0, 10**9))
def test_the_volume_is_parted_without_loss(lots: int) -> None:
    parts = quarters(lots)
    assert sum(parts) == lots
    assert max(parts) - min(parts) <= 3

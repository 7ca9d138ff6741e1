"""Jumps: a step function of time."""

from decimal import Decimal
from itertools import pairwise
from math import isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.feeds.jumps import Jumps, Stretch
from fillgate.market.feeds.path import GRID, ONE

DAY = 86_400_000_000 // GRID
SIZE = Decimal("0.01")
indexes = st.integers(0, 2**40)
rates = st.sampled_from([Decimal("0.01"), Decimal(2), Decimal(1000), Decimal(10**9)])


def jumps(per_day: Decimal = Decimal(2), seed: int = 0, key: str = "BTCUSDT") -> Jumps:
    return Jumps(seed, key, per_day, SIZE)


def following(made: Jumps, index: int) -> list[Stretch]:
    found = [made.at(index)]
    for _ in range(10):
        found.append(made.at(found[-1].last + 1))
    return found


@given(rates, st.integers(), st.lists(indexes, min_size=1, max_size=20))
def test_the_order_of_asking_does_not_matter(per_day: Decimal, seed: int, asked: list[int]) -> None:
    one, other = jumps(per_day, seed), jumps(per_day, seed)
    answers = {index: one.at(index) for index in asked}
    for index in sorted(asked):
        assert other.at(index) == jumps(per_day, seed).at(index) == answers[index]


@given(rates, st.integers(0, 99), indexes)
def test_every_instant_lies_in_one_stretch(per_day: Decimal, seed: int, index: int) -> None:
    for stretch, after in pairwise(following(jumps(per_day, seed), index)):
        assert stretch.first <= stretch.last == after.first - 1
        for inside in {stretch.first, stretch.last, (stretch.first + stretch.last) // 2}:
            assert jumps(per_day, seed).at(inside) == stretch


@given(rates, st.integers(), indexes)
def test_a_price_stays_within_reach(per_day: Decimal, seed: int, index: int) -> None:
    made = jumps(per_day, seed)
    assert abs(made.at(index).level) <= made.reach


def test_they_come_as_often_as_was_asked_for_and_as_large() -> None:
    made, index, found = jumps(), 10**10, []
    while index < 10**10 + 1000 * DAY:
        stretch = made.at(index)
        found.append(stretch.level)
        index = stretch.last + 1
    assert len(found) == pytest.approx(2000, abs=2)
    squares = sum((b - a) ** 2 for a, b in pairwise(found)) // len(found)
    assert isqrt(squares) / ONE == pytest.approx(0.01, rel=0.1)


def test_seeds_and_keys_choose_other_jumps() -> None:
    made = [jumps(seed=seed, key=key).at(10**10) for seed in range(10) for key in "ABC"]
    assert len(set(made)) == 30

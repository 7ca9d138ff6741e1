"""The sorted set of prices, against Python's."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.matching.prices import LONGEST, Prices

MANY = 20 * LONGEST


def blocks_of(prices: Prices) -> list[list[int]]:
    assert [block[-1] for block in prices._blocks] == prices._greatest
    return prices._blocks


@given(st.lists(st.integers(-20, 20)))
def test_it_is_a_sorted_set(changes: list[int]) -> None:
    prices, there = Prices(), set[int]()
    for price in changes:
        if price in there:
            prices.remove(price)
        else:
            prices.add(price)
        there ^= {price}
        assert list(prices) == sorted(there, reverse=True)
        assert prices.best == max(there, default=None)


@pytest.mark.parametrize("order", ["up", "down", "mixed"])
def test_blocks_stay_in_their_limits(order: str) -> None:
    wanted, chance = list(range(MANY)), Random(order)
    if order == "down":
        wanted.reverse()
    elif order == "mixed":
        chance.shuffle(wanted)
    prices = Prices()
    for price in wanted:
        prices.add(price)
    assert all(0 < len(block) <= LONGEST for block in blocks_of(prices))
    assert list(prices) == list(range(MANY))[::-1]
    chance.shuffle(wanted)
    for price in wanted[1:]:
        prices.remove(price)
    assert blocks_of(prices) == [[wanted[0]]]
    prices.remove(wanted[0])
    assert blocks_of(prices) == []
    assert prices.best is None

"""The price path: a pure function of time, and the search for its first exit."""

import os
import subprocess
import sys
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.feeds.path import GRID, ONE, PricePath

HALF = Decimal("0.5")
YEAR = 31_557_600_000_000
seeds = st.integers(-(2**70), 2**70)
instants = st.integers(-YEAR // GRID, 100 * YEAR // GRID)


def path(seed: int = 0, key: str = "BTCUSDT", volatility: Decimal = HALF) -> PricePath:
    return PricePath(seed, key, volatility)


@given(seeds, st.lists(instants, min_size=1, max_size=20), st.randoms())
def test_the_order_of_asking_does_not_matter(seed: int, asked: list[int], random: Random) -> None:
    one = path(seed)
    answers = {index: one.at(index) for index in asked}
    random.shuffle(asked)
    other = path(seed)
    assert {index: other.at(index) for index in asked} == answers
    assert {index: path(seed).at(index) for index in asked} == answers


@given(st.integers(0, 2**60), st.integers(1, 30), st.integers(1, 3))
def test_going_on_step_by_step_gives_what_a_fresh_path_gives(
    start: int, steps: int, stride: int
) -> None:
    walked = path()
    for index in range(start, start + steps * stride, stride):
        assert walked.at(index) == path().at(index)


def test_another_process_finds_the_same_path() -> None:
    code = (
        "from decimal import Decimal; from fillgate.market.feeds.path import PricePath;"
        "print([PricePath(7, 'X', Decimal('0.5')).at(t * 10**8) for t in range(20)])"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env=environment
    )
    assert found.stdout.decode().strip() == str([path(7, "X").at(t * 10**8) for t in range(20)])


@given(seeds, instants, st.sampled_from([Decimal(0), Decimal("0.01"), HALF, Decimal(10)]))
def test_it_stays_within_its_reach(seed: int, index: int, volatility: Decimal) -> None:
    one = path(seed, volatility=volatility)
    assert abs(one.at(index)) <= one.reach


def test_without_volatility_it_stands_still() -> None:
    one = path(volatility=Decimal(0))
    assert {one.at(index) for index in range(0, 10**8, 10**6)} == {0}
    assert one.first_exit(0, 10**9, -1, 1) is None


def test_seeds_and_keys_choose_other_paths() -> None:
    at = YEAR * 55 // GRID
    assert len({path(seed, key).at(at) for seed in range(10) for key in "ABC"}) == 30


def test_its_steps_are_as_large_as_the_volatility_says() -> None:
    one = path()
    stride = 4 * 3600  # an hour of grid steps
    stops = [one.at(2 * 10**9 + number * stride) for number in range(2000)]
    squares = [(b - a) ** 2 for a, b in pairwise(stops)]
    expected = ONE * 0.5 * (3_600_000_000 / YEAR) ** 0.5
    assert (sum(squares) / len(squares)) ** 0.5 == pytest.approx(expected, rel=0.25)


def slow_first_exit(one: PricePath, after: int, until: int, low: int, high: int) -> int | None:
    for index in range(after + 1, until + 1):
        if not low < one.at(index) < high:
            return index
    return None


@given(
    seed=st.integers(0, 50),
    after=st.integers(-1000, 2**33),
    length=st.integers(-2, 1500),
    low=st.floats(-3, 0.5),
    high=st.floats(-0.5, 3),
)
def test_first_exit_finds_what_a_walk_finds(
    seed: int, after: int, length: int, low: float, high: float
) -> None:
    one = path(seed)
    # Bounds around the position, in units of what the path moves over the range.
    unit = ONE * 0.5 * (max(1, length) * GRID / YEAR) ** 0.5
    here = one.at(after)
    bounds = here + int(low * unit), here + int(high * unit)
    found = one.first_exit(after, after + length, *bounds)
    assert found == slow_first_exit(path(seed), after, after + length, *bounds)


@given(st.integers(0, 30), st.integers(0, 2**32), st.integers(1, 1200), st.booleans())
def test_first_exit_meets_the_very_extremes(
    seed: int, after: int, length: int, above: bool
) -> None:
    one = path(seed)
    walk = [one.at(index) for index in range(after + 1, after + length + 1)]
    extreme = max(walk) if above else min(walk)
    first = after + 1 + walk.index(extreme)
    beyond = one.reach + 1
    reached = (-beyond, extreme) if above else (extreme, beyond)
    missed = (-beyond, extreme + 1) if above else (extreme - 1, beyond)
    assert one.first_exit(after, after + length, *reached) == first
    assert one.first_exit(after, after + length, *missed) is None


def test_first_exit_looks_through_decades() -> None:
    one = path()
    beyond = one.reach + 1
    assert one.first_exit(0, 80 * YEAR // GRID, -beyond, beyond) is None
    found = one.first_exit(0, 80 * YEAR // GRID, -beyond, one.reach * 3 // 5)
    assert found is not None
    assert one.at(found) >= one.reach * 3 // 5
    assert one.first_exit(0, found - 1, -beyond, one.reach * 3 // 5) is None

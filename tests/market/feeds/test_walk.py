"""A price that walks and jumps: the search for its first exit agrees with a slow one."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.feeds.jumps import Jumps
from fillgate.market.feeds.path import GRID, PricePath
from fillgate.market.feeds.walk import Walk

YEAR = 31_557_600_000_000 // GRID
# From a jump in two days to one every twentieth instant.
rates = st.sampled_from([Decimal("0.5"), Decimal(2000), Decimal(20_000)])


def walk(seed: int, per_day: Decimal | None, volatility: Decimal = Decimal("0.5")) -> Walk:
    jumps = Jumps(seed, "X", per_day, Decimal("0.001")) if per_day else None
    return Walk(PricePath(seed, "X", volatility), jumps)


def slow_first_exit(one: Walk, after: int, until: int, low: int, high: int) -> int | None:
    for index in range(after + 1, until + 1):
        if not low < one.at(index) < high:
            return index
    return None


@given(
    seed=st.integers(0, 50),
    per_day=st.none() | rates,
    after=st.integers(0, 2**33),
    length=st.integers(-2, 800),
    bounds=st.tuples(st.integers(0, 10), st.integers(0, 10)),
)
def test_first_exit_finds_what_a_walk_finds(
    seed: int, per_day: Decimal | None, after: int, length: int, bounds: tuple[int, int]
) -> None:
    until = after + length
    walked = [walk(seed, per_day).at(index) for index in range(after, until + 1)] or [0]
    # Bounds from just beyond the extremes to somewhere between them.
    spread = max(walked) - min(walked) + 10
    low = min(walked) - 1 + spread * bounds[0] // 10
    high = max(walked) + 1 - spread * bounds[1] // 10
    found = walk(seed, per_day).first_exit(after, until, low, high)
    assert found == slow_first_exit(walk(seed, per_day), after, until, low, high)


@given(st.integers(), st.none() | rates, st.integers(0, 2**40))
def test_it_stays_within_reach(seed: int, per_day: Decimal | None, index: int) -> None:
    made = walk(seed, per_day)
    assert abs(made.at(index)) <= made.reach


def test_jumps_move_a_price_that_stands_still_else() -> None:
    made = walk(3, Decimal(20_000), volatility=Decimal(0))
    levels = {made.at(index) for index in range(10**10, 10**10 + 1000)}
    assert len(levels) > 20
    highest = max(levels)
    found = made.first_exit(10**10 - 1, 10**10 + 1000, -made.reach - 1, highest)
    assert found is not None
    assert made.at(found) == highest


def test_first_exit_looks_through_years_of_jumps() -> None:
    made = walk(0, Decimal(1000))
    beyond = made.reach + 1
    assert made.first_exit(0, 50 * YEAR, -beyond, beyond) is None
    high = made.reach // 2
    found = made.first_exit(0, 50 * YEAR, -beyond, high)
    assert found is not None
    assert made.at(found) >= high > made.at(found - 1)
    assert made.first_exit(0, found - 1, -beyond, high) is None

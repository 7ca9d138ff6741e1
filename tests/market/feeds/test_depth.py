"""How deep a made market is: walking the offers costs what the square-root law says."""

import math
from decimal import Decimal
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.feeds.base import Level
from fillgate.market.feeds.depth import DEPTH, ENDLESS, FIRST, DepthProfile

LOT_DOLLARS = Decimal("0.01")
ALL_LOTS = DEPTH * 100
impacts = st.decimals(Decimal("0.00001"), 1, places=5)
touches = st.integers(1, 10**9)


def width(levels: list[Level]) -> int:
    """Return the width of the last stretch, in ticks."""
    return levels[-1].ticks - levels[-2].ticks if len(levels) > 1 else 1


def walk(profile: DepthProfile, touch: int, lots: int) -> tuple[int, list[Level]]:
    """Return what so many lots cost beyond the touch in all, and the offers that were taken."""
    cost, taken = 0, []
    for level in profile.offsets(touch):
        taken.append(level)
        cost += level.ticks * min(lots, level.lots)
        lots -= level.lots
        if lots <= 0:
            break
    return cost, taken


def law(impact: Decimal, touch: int, lots: int) -> float:
    """Return what a lot costs beyond the touch on average, in ticks."""
    return float(impact) * math.sqrt(lots / ALL_LOTS) * touch


@given(impacts, touches, st.integers(1, 1000 * ALL_LOTS))
def test_walking_the_offers_costs_what_the_law_says(impact: Decimal, touch: int, lots: int) -> None:
    cost, taken = walk(DepthProfile(impact, LOT_DOLLARS), touch, lots)
    found, expected = cost / lots, law(impact, touch, lots)
    first = next(DepthProfile(impact, LOT_DOLLARS).offsets(touch)).lots
    # Within the first stretch all costs the same; beyond it, half a stretch is far too much.
    slack = 1 + width(taken) / 2 if lots > first else max(expected, 1)
    assert found == pytest.approx(expected, abs=slack)


@pytest.mark.parametrize("parts", [Decimal("0.1"), 1, 10, 100])
@pytest.mark.parametrize("impact", [Decimal("0.0005"), Decimal("0.005")])
def test_large_orders_meet_the_law_closely(impact: Decimal, parts: Decimal) -> None:
    lots = int(ALL_LOTS * parts)
    cost, taken = walk(DepthProfile(impact, LOT_DOLLARS), 10**9, lots)
    assert cost / lots == pytest.approx(law(impact, 10**9, lots), rel=0.02)
    assert len(taken) < 100


def test_the_touch_has_its_part_and_what_fits_into_half_a_tick() -> None:
    fine, coarse = (
        next(DepthProfile(Decimal("0.001"), LOT_DOLLARS).offsets(touch)) for touch in (10**9, 100)
    )
    assert fine.ticks == coarse.ticks == 0
    assert fine.lots == pytest.approx(int(ALL_LOTS * FIRST), abs=2)
    # Half a tick of a hundred is 0.5 %; the law offers DEPTH up to 0.15 %.
    assert coarse.lots == pytest.approx(ALL_LOTS * (0.5 / 0.15) ** 2, abs=2)


@given(impacts, touches, st.decimals(Decimal("1e-9"), Decimal("1e9"), places=9))
def test_offers_go_on_outward_and_hold_at_least_a_lot(
    impact: Decimal, touch: int, lot_dollars: Decimal
) -> None:
    offers = list(islice(DepthProfile(impact, lot_dollars).offsets(touch), 200))
    assert offers[0].ticks == 0
    assert all(level.lots >= 1 for level in offers)
    steps = [after.ticks - level.ticks for level, after in pairwise(offers)]
    assert steps[0] >= 1
    assert all(step <= after <= 2 * step for step, after in pairwise(steps))


def test_each_offer_stands_in_the_middle_of_its_stretch() -> None:
    touch, impact = 10**12, Decimal("0.001")
    reach, end, offered = 0.0015 * touch, 0.0, 0
    for level in islice(DepthProfile(impact, Decimal("1e-9")).offsets(touch), 100):
        begin, offered = end, offered + level.lots
        # As far as the law goes for what was offered so far; the first begins before the touch.
        end = reach * math.sqrt(offered / (DEPTH * 10**9))
        assert level.ticks == pytest.approx((begin + end) / 2 if begin else 0, rel=1e-6)


@given(impacts, st.integers(1, 10**6), st.integers(1, 100))
def test_single_ticks_hold_what_the_law_has_for_them(
    impact: Decimal, touch: int, offset: int
) -> None:
    profile = DepthProfile(impact, LOT_DOLLARS)
    reach = float(impact) * 1.5 * touch
    expected = ALL_LOTS * ((offset + 0.5) ** 2 - (offset - 0.5) ** 2) / reach**2
    assert profile.lots_at(touch, offset) == pytest.approx(expected, rel=1e-6, abs=1)
    assert profile.lots_at(touch, 0) == next(profile.offsets(touch)).lots


def test_few_offers_reach_any_price() -> None:
    offers = DepthProfile(Decimal("0.001"), LOT_DOLLARS).offsets(10**9)
    assert next(count for count, level in enumerate(offers) if level.ticks >= 10**9) < 300


def test_without_impact_any_quantity_is_offered_at_the_touch() -> None:
    profile = DepthProfile(Decimal(0), LOT_DOLLARS)
    assert list(profile.offsets(10**9)) == [Level(0, ENDLESS)]
    assert profile.touch_lots == ALL_LOTS * FIRST
    assert [profile.lots_at(10**9, offset) for offset in (0, 1)] == [0, 0]

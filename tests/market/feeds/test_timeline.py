"""How the time of a recording runs."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.feeds.timeline import Timeline

times = st.integers(10**15, 2 * 10**15)
speeds = st.decimals(Decimal("0.001"), 10_000, places=3)
timelines = st.builds(Timeline, times, times, speeds)


@given(times, times)
def test_in_real_time_a_second_is_a_second(recorded: int, start: int) -> None:
    line = Timeline(recorded, start)
    assert line.recorded(start + 7) == recorded + 7
    assert line.venue(recorded + 7) == start + 7


def test_at_twice_the_speed_a_second_is_half_a_second() -> None:
    line = Timeline(10**15, 5, Decimal(2))
    assert line.recorded(5 + 1_000_000) == 10**15 + 2_000_000
    assert line.venue(10**15 + 2_000_000) == 5 + 1_000_000
    assert line.venue(10**15 + 3) == 5 + 2


@given(timelines, times)
def test_what_happened_has_happened_from_its_venue_time_on(line: Timeline, at: int) -> None:
    venue = line.venue(at)
    assert line.recorded(venue) >= at > line.recorded(venue - 1)


@given(timelines, times, st.integers(0, 10**9))
def test_neither_way_goes_back(line: Timeline, at: int, later: int) -> None:
    assert line.recorded(at) <= line.recorded(at + later)
    assert line.venue(at) <= line.venue(at + later)


@pytest.mark.parametrize("speed", [Decimal(0), Decimal(-1)])
def test_time_does_not_stand_still_or_run_back(speed: Decimal) -> None:
    with pytest.raises(ValueError, match="a speed above 0"):
        Timeline(0, 0, speed)

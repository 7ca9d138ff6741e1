"""How long requests take."""

from math import log
from statistics import fmean, median, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.latency import Latency


def test_without_a_spread_everything_takes_the_median() -> None:
    latency = Latency(0.08, 0, seed=1)
    assert {latency.there(f"{n}") for n in range(9)} == {latency.back("x")} == {0.04}
    assert Latency(0, 2, seed=1).there("x") == 0
    assert Latency(0, 2, seed=1).is_none


def test_latencies_are_log_normal_around_the_median() -> None:
    latency = Latency(0.08, 0.5, seed=7)
    drawn = [way(f"{n}") for n in range(4000) for way in (latency.there, latency.back)]
    assert median(drawn) == pytest.approx(0.04, rel=0.05)
    logs = [log(each / 0.04) for each in drawn]
    assert fmean(logs) == pytest.approx(0, abs=0.03)
    assert stdev(logs) == pytest.approx(0.5, rel=0.05)


@given(st.text(max_size=20), st.integers(), st.floats(0.01, 3))
def test_a_request_takes_as_long_each_time_and_never_no_time(
    request: str, seed: int, sigma: float
) -> None:
    one, other = Latency(1, sigma, seed), Latency(1, sigma, seed)
    assert one.there(request) == other.there(request) > 0
    assert one.back(request) == other.back(request)

"""What was traded in the last days."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.accounts.volume import TradedVolume

DAY = 86_400_000_000


@given(st.lists(st.tuples(st.integers(0, 5 * DAY), st.integers(1, 100)), max_size=30))
def test_it_is_the_worth_of_the_day_and_the_days_before(steps: list[tuple[int, int]]) -> None:
    volume, at, known = TradedVolume(3), 0, []
    for pause, worth in steps:
        at += pause
        volume.count(at, Decimal(worth))
        known.append((at // DAY, worth))
        assert volume.at(at) == sum(worth for day, worth in known if day >= at // DAY - 3)
    assert volume.at(at + 10 * DAY) == 0

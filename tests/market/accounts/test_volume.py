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


@given(st.lists(st.tuples(st.integers(0, 9 * DAY), st.integers(0, 20 * DAY)), max_size=20))
def test_to_ask_changes_nothing(steps: list[tuple[int, int]]) -> None:
    asked, silent = TradedVolume(3), TradedVolume(3)
    for at, asks in steps:
        for volume in (asked, silent):
            volume.count(at, Decimal(1))
        asked.at(asks)
    for at in range(0, 30 * DAY, DAY):
        assert asked.at(at) == silent.at(at)


def test_it_keeps_no_more_than_it_needs() -> None:
    volume = TradedVolume(3)
    for day in range(100):
        volume.count(day * DAY, Decimal(1))
    assert volume.at(99 * DAY) == 4
    assert len(volume._by_day) == 4

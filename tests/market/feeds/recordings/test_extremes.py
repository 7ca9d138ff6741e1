"""The search for a quote at which a watch holds, a block at a time."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.feeds.base import Component, Quote, Watch
from fillgate.market.feeds.recordings.extremes import Extremes
from fillgate.market.feeds.recordings.tape import QuoteTape

ROWS = 1500


def walk(seed: int) -> QuoteTape:
    random, tape, price = Random(seed), QuoteTape(sizes=False), 10_000
    for time in range(ROWS):
        price += random.randint(-3, 3)
        bid = price - random.randint(0, 5)
        tape.append(time, Quote(bid, price + random.randint(-9, 9), price + 1))
    return tape


@given(
    seed=st.integers(0, 20),
    rows=st.tuples(st.integers(0, ROWS), st.integers(-1, ROWS - 1)),
    levels=st.lists(
        st.tuples(st.sampled_from(Component), st.integers(-150, 150), st.booleans()), max_size=3
    ),
)
def test_it_finds_what_a_scan_over_all_rows_finds(
    seed: int, rows: tuple[int, int], levels: list[tuple[Component, int, bool]]
) -> None:
    tape = walk(seed)
    watches = [Watch(component, 10_000 + ticks, rises) for component, ticks, rises in levels]
    slow = (
        row
        for row in range(rows[0], rows[1] + 1)
        if any(watch.holds(tape.quote(row)) for watch in watches)
    )
    assert Extremes(tape).first(*rows, watches) == next(slow, None)

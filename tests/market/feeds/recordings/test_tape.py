"""Columns of integers: what goes in comes out, in a few bytes."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.orders import Side
from fillgate.market.feeds.base import Flow, Quote
from fillgate.market.feeds.recordings.tape import LARGEST, PrintTape, QuoteTape

numbers = st.integers(1, LARGEST)
quotes = st.builds(Quote, numbers, numbers, numbers)
flows = st.builds(Flow, st.sampled_from(Side), numbers, numbers)


@given(st.lists(st.tuples(quotes, numbers, numbers)))
def test_quotes_come_back(rows: list[tuple[Quote, int, int]]) -> None:
    tape = QuoteTape(sizes=True)
    for time, (quote, bid_lots, ask_lots) in enumerate(rows):
        tape.append(time, quote)
        tape.append_sizes(bid_lots, ask_lots)
    assert [tape.quote(row) for row in range(len(tape))] == [quote for quote, *_ in rows]
    assert tape.sizes is not None
    assert list(tape.sizes[Side.BUY]) == [bid_lots for _, bid_lots, _ in rows]
    assert list(tape.sizes[Side.SELL]) == [ask_lots for *_, ask_lots in rows]


@given(st.lists(flows))
def test_prints_come_back(rows: list[Flow]) -> None:
    tape = PrintTape()
    for time, flow in enumerate(rows):
        tape.append(time, flow)
    assert [tape.flow(row) for row in range(len(tape.times))] == rows


def test_prints_may_share_the_times_of_quotes() -> None:
    times = array("q", [5])
    tape = PrintTape(times)
    tape.append(5, Flow(Side.SELL, 100, 3))
    assert tape.times is times
    assert len(times) == 1
    assert tape.flow(0) == Flow(Side.SELL, 100, 3)

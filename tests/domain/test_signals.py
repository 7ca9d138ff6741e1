"""Readings: equal for equal signals and for no others."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.numbers import parse_decimal
from fillgate.domain.orders import OrderType, TimeInForce
from fillgate.domain.signals import Action, Signal, reading_of

D = Decimal
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ["a\nsymbol=b", "a\\nb", "a\\", "\n", "None"]
)
numbers = st.none() | st.sampled_from(["1", "1.0", "1e0", "0.1", "10", "1E+1"]).map(parse_decimal)
signals = st.builds(
    Signal,
    action=st.sampled_from(Action),
    symbol=texts,
    account=st.none() | texts,
    order_type=st.sampled_from(OrderType),
    quantity=numbers,
    price=numbers,
    time_in_force=st.none() | st.sampled_from(TimeInForce),
    reduce_only=st.booleans(),
    strategy=st.none() | texts,
    timestamp=st.none() | st.integers(0, 3),
)


@given(signals, signals)
def test_readings_are_equal_where_signals_are(a: Signal, b: Signal) -> None:
    equal = reading_of(a, with_timestamp=True) == reading_of(b, with_timestamp=True)
    assert equal == (a == b)


@given(signals, st.none() | st.integers())
def test_timestamps_count_only_where_asked(signal: Signal, timestamp: int | None) -> None:
    later = msgspec.structs.replace(signal, timestamp=timestamp)
    without = reading_of(signal, with_timestamp=False)
    assert reading_of(later, with_timestamp=False) == without
    differ = reading_of(later, with_timestamp=True) != reading_of(signal, with_timestamp=True)
    assert differ == (timestamp != signal.timestamp)


BASE = Signal(action=Action.BUY, symbol="X", quantity=D(1))


@pytest.mark.parametrize("name", [field.name for field in msgspec.structs.fields(Signal)])
def test_every_field_is_part_of_the_reading(name: str) -> None:
    other: object = "another"
    if name == "action":
        other = Action.SELL
    changed = msgspec.structs.replace(BASE, **{name: other})
    assert reading_of(changed, with_timestamp=True) != reading_of(BASE, with_timestamp=True)


def test_a_line_break_does_not_make_a_field() -> None:
    inside = msgspec.structs.replace(BASE, strategy="x\ntimestamp=5")
    beside = msgspec.structs.replace(BASE, strategy="x", timestamp=5)
    assert reading_of(inside, with_timestamp=True) != reading_of(beside, with_timestamp=True)


@pytest.mark.parametrize("written", ["1.0", "1e0", "10E-1", "1.000"])
def test_equal_numbers_read_equally(written: str) -> None:
    same = msgspec.structs.replace(BASE, quantity=parse_decimal(written))
    assert reading_of(same, with_timestamp=True) == reading_of(BASE, with_timestamp=True)

"""The readers of single values: what they take, and that they refuse by the field's name."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.orders import OrderType, TimeInForce
from fillgate.signals.json_text import Json, NumberText
from fillgate.signals.refusals import Refusal, RefusalCode
from fillgate.signals.values import (
    Reader,
    boolean,
    choice,
    fraction,
    hidden_text,
    identifier,
    instant,
    positive,
    symbol,
    text,
)

READERS: dict[str, Reader] = {
    "positive": positive,
    "fraction": fraction,
    "boolean": boolean,
    "choice": choice(OrderType),
    "symbol": symbol,
    "text": text(20),
    "identifier": identifier,
    "hidden_text": hidden_text,
    "instant": instant,
}

any_value: st.SearchStrategy[Json] = st.one_of(
    st.text(),
    st.from_regex(r"[-+0-9.eE_ :TZ]{0,30}", fullmatch=True),
    st.integers().map(NumberText),
    st.floats(allow_nan=False, allow_infinity=False).map(NumberText),
    st.booleans(),
    st.just([]),
    st.just({}),
)

N = NumberText


def refused(reader: Reader, value: Json) -> Refusal:
    with pytest.raises(Refusal) as caught:
        reader("the_field", value)
    refusal = caught.value
    assert refusal.code is RefusalCode.INVALID_FIELD
    assert refusal.field == "the_field"
    assert refusal.reason.startswith("`the_field`: expected ")
    assert refusal.reason.isprintable()
    return refusal


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@given(value=any_value)
def test_every_value_is_read_or_refused_by_name(reader: Reader, value: Json) -> None:
    try:
        reader("the_field", value)
    except Refusal:
        refused(reader, value)


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@pytest.mark.parametrize("value", ["", [], {}, "\ud800", "\x00", "line\nbreak"], ids=repr)
def test_no_reader_takes_these(reader: Reader, value: Json) -> None:
    refused(reader, value)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (N("1"), "1"),
        ("1", "1"),
        ("1.0", "1"),
        (N("1e0"), "1"),
        (".5", "0.5"),
        ("5.", "5"),
        (N("1E+5"), "100000"),
        ("0.000000000000000001", "0.000000000000000001"),
    ],
)
def test_positive_takes_numbers_and_their_texts(value: str, number: str) -> None:
    assert positive("quantity", value) == Decimal(number)


ABSURD: list[Json] = [
    N("1e400"),
    N("1e999999999"),
    N("9" * 60_000),
    "9" * 60_000,
    "1e400",
    N("-0"),
    N("0"),
    "0.000",
    N("-1"),
    "-1",
    "\u0661\u0662",
    "1_000",
    " 1",
    "1 ",
    "1\n",
    "+1",
    "0x10",
    "1,5",
    "1e",
    "",
    "NaN",
    "Infinity",
    "-inf",
    "5%",
    True,
    False,
    [],
    {},
]


@pytest.mark.parametrize("value", ABSURD, ids=lambda value: repr(value)[:20])
def test_absurd_numbers_are_refused(value: Json) -> None:
    refused(positive, value)


@pytest.mark.parametrize("value", ["0", "1", N("0.7"), "1.000", "-0"])
def test_fraction_takes_both_ends(value: str) -> None:
    assert 0 <= fraction("confidence", value) <= 1


@pytest.mark.parametrize("value", ["1.000000000000000001", "-0.1", N("85"), "85%", True])
def test_fraction_refuses_what_is_outside(value: Json) -> None:
    refused(fraction, value)


@pytest.mark.parametrize("value", ["true", N("1"), N("0"), "yes"])
def test_boolean_takes_nothing_that_looks_like_one(value: Json) -> None:
    refused(boolean, value)
    assert boolean("reduce_only", True) is True
    assert boolean("reduce_only", False) is False


@pytest.mark.parametrize("value", ["gtc", "GTC", "Gtc"])
def test_choice_takes_any_case(value: str) -> None:
    assert choice(TimeInForce)("time_in_force", value) is TimeInForce.GTC


@pytest.mark.parametrize("value", ["GTX", " GTC", N("1"), True])
def test_choice_names_what_would_be_right(value: Json) -> None:
    assert "'GTC', 'IOC', 'FOK', 'DAY', 'GTD'" in refused(choice(TimeInForce), value).reason


@pytest.mark.parametrize(
    "value", ["BTCUSDT", "ES 03-26", "NQ1!", "BTC/USDT:USDT", "\u4e0a", "x" * 64]
)
def test_symbol_is_taken_as_it_is(value: str) -> None:
    assert symbol("symbol", value) == value


@pytest.mark.parametrize(
    "value",
    [
        " BTC",
        "BTC ",
        " ",
        "x" * 65,
        "BTC\t",
        "\u200bBTC",
        "\u202eBTC",
        "BTC\x7f",
        "\xa0BTC",
        N("600519"),
    ],
    ids=repr,
)
def test_symbol_refuses_what_nobody_can_see_or_meant(value: Json) -> None:
    refused(symbol, value)


def test_texts_and_ids_end_at_their_lengths() -> None:
    assert text(3)("strategy", "abc") == "abc"
    refused(text(3), "abcd")
    assert identifier("id", "x" * 255) == "x" * 255
    refused(identifier, "x" * 256)
    refused(identifier, "caf\xe9")
    refused(identifier, N("12"))


@pytest.mark.parametrize("value", ["hunter2" * 50, "hunter2\n", N("12345"), ["hunter2"]])
def test_hidden_text_is_never_shown(value: Json) -> None:
    reason = refused(hidden_text, value).reason
    assert "hunter2" not in reason
    assert "12345" not in reason
    read = hidden_text("secret", "hunter2")
    assert read == "hunter2"
    assert "hunter2" not in repr([read])


@pytest.mark.parametrize(
    ("value", "milliseconds"),
    [
        (N("1795379642"), 1_795_379_642_000),
        ("1795379642", 1_795_379_642_000),
        (N("1795379642.5"), 1_795_379_642_500),
        (N("1795379642.9999"), 1_795_379_642_999),
        (N("1795379642123"), 1_795_379_642_123),
        ("1795379642123", 1_795_379_642_123),
        (N("1795379642123.9"), 1_795_379_642_123),
        (N("1.795379642e9"), 1_795_379_642_000),
        ("2026-11-22T20:34:02Z", 1_795_379_642_000),
        ("2026-11-22t20:34:02z", 1_795_379_642_000),
        ("2026-11-22 20:34:02", 1_795_379_642_000),
        ("2026-11-22T20:34:02", 1_795_379_642_000),
        ("2026-11-22T20:34", 1_795_379_640_000),
        ("2026-11-22T20:34:02.5Z", 1_795_379_642_500),
        ("2026-11-22T20:34:02.123999999Z", 1_795_379_642_123),
        ("2026-11-22T15:34:02-05:00", 1_795_379_642_000),
        ("2026-11-23T02:04:02+0530", 1_795_379_642_000),
        (N("946684800"), 946_684_800_000),
        (N("4102444800"), 4_102_444_800_000),
        (N("4102444800000"), 4_102_444_800_000),
    ],
)
def test_instants(value: str, milliseconds: int) -> None:
    assert instant("timestamp", value) == milliseconds


@pytest.mark.parametrize(
    "value",
    [
        N("0"),
        N("-1"),
        N("946684799"),
        N("946684799.9999"),
        N("4102444801"),
        N("4102444800001"),
        N("1795379642123456"),
        N("1795379642123456789"),
        "1999-12-31T23:59:59Z",
        "2100-01-01T00:00:01Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-23:59",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T20:34:60Z",
        "2026-11-22T20:34:02+24:00",
        "2026-11-22",
        "2026-W47-7T20:34:02Z",
        "20261122T203402Z",
        "\u0662026-11-22T20:34:02Z",
        " 2026-11-22T20:34:02Z",
        "2026-11-22T20:34:02Z ",
        "now",
        True,
    ],
)
def test_absurd_instants_are_refused(value: Json) -> None:
    refused(instant, value)


moments = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(2099, 12, 31),  # noqa: DTZ001 - the strategy adds the zone
    timezones=st.just(UTC),
)


@given(moments)
def test_one_moment_reads_the_same_in_every_form(moment: datetime) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    milliseconds = instant("t", moment.isoformat())
    assert milliseconds == round(moment.timestamp() * 1000)
    assert instant("t", moment.isoformat().replace("+00:00", "Z")) == milliseconds
    assert instant("t", moment.replace(tzinfo=None).isoformat(" ")) == milliseconds
    assert instant("t", N(milliseconds)) == milliseconds
    assert instant("t", str(Decimal(milliseconds) / 1000)) == milliseconds

"""Times as recordings write them."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.market.feeds.recordings.times import FIRST, LAST, parse_time, time_text

AT = 1_706_745_599_123_456
ISO = "2024-01-31T23:59:59"
times = st.integers(FIRST, LAST - 1)


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("1706745599", AT - 123_456),
        ("1706745599.123456", AT),
        ("1706745599.1234569", AT),
        ("1706745599123", AT - 456),
        ("1706745599123.0", AT - 456),
        ("1706745599123456", AT),
        ("1706745599123456789", AT),
        ("1.706745599e9", AT - 123_456),
        (f"{ISO}Z", AT - 123_456),
        (f"{ISO}.123456Z", AT),
        (f"{ISO}.123456789Z", AT),
        ("2024-01-31 23:59:59.123456+00:00", AT),
        ("2024-02-01T01:29:59.123456+01:30", AT),
    ],
)
def test_every_usual_notation_is_read(text: str, microseconds: int) -> None:
    assert parse_time(text) == microseconds


@given(times)
def test_the_unit_is_told_by_the_magnitude(at: int) -> None:
    seconds, milliseconds = at // 1_000_000, at // 1000
    assert parse_time(str(seconds)) == seconds * 1_000_000
    assert parse_time(str(milliseconds)) == milliseconds * 1000
    assert parse_time(str(at)) == at
    assert parse_time(str(at * 1000 + 999)) == at
    assert parse_time(str(Decimal(at).scaleb(-6))) == at


@given(times, st.integers(-14, 14))
def test_iso_times_are_read_with_their_zone(at: int, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    when = datetime.fromtimestamp(at // 1_000_000, UTC) + timedelta(microseconds=at % 1_000_000)
    assert parse_time(when.astimezone(zone).isoformat()) == at
    assert parse_time(time_text(at)) == at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "0",
        "-1706745599",
        "20240131",
        "20240131235959",
        "99999999",
        str(LAST),
        str(LAST // 1_000_000),
        "9" * 30,
        "1969-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z",
        "١٧٠٦٧٤٥٥٩٩",
        "nan",
        "1_706_745_599",
    ],
)
def test_what_is_no_time_or_could_be_several_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a .*time"):
        parse_time(text)


@pytest.mark.parametrize("text", [ISO, "2024-01-31", "20240131T235959"])
def test_a_time_without_a_zone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="with its zone"):
        parse_time(text)

"""Files of alerts with their times."""

import pytest

from fillgate.service.alert_files import AlertFileError, TimedAlert, read_alerts

AT = 1_767_605_401_000_000


@pytest.mark.parametrize(
    "time", ['"2026-01-05T09:30:01Z"', '"2026-01-05T10:30:01+01:00"', "1767605401000"]
)
def test_times_in_all_their_forms(time: str) -> None:
    line = b'{"time": %s, "alert": {"quantity": 0.10}}' % time.encode()
    assert read_alerts([line], "x") == [TimedAlert(AT, b'{"quantity": 0.10}')]


def test_a_text_is_sent_as_it_was() -> None:
    line = rb'{"time": 1767605401000, "alert": "{\"a\": 1}\n"}'
    assert read_alerts([b"\n", line], "x") == [TimedAlert(AT, b'{"a": 1}\n')]


def test_they_come_in_the_order_of_their_times_and_equal_ones_in_that_of_the_file() -> None:
    lines = [b'{"time": %d, "alert": {"n": %d}}' % (time, n) for n, time in enumerate([5, 3, 5])]
    assert [alert.body[-2:-1] for alert in read_alerts(lines, "x")] == [b"1", b"0", b"2"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "f.jsonl, line 2: "),
        (b"[]", "Expected `object`"),
        (b'{"time": 5}', "missing required field `alert`"),
        (b'{"time": 5, "alert": {}, "more": 1}', "unknown field `more`"),
        (b'{"time": "yesterday", "alert": {}}', "found 'yesterday'"),
        (b'{"time": "2026-01-05T09:30:01", "alert": {}}', "ISO 8601 with its offset"),
        (b'{"time": 5, "alert": [1]}', "Expected `str | object`"),
        (b'{"time": 5, "alert": "\xff"}', "f.jsonl, line 2: "),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: bytes, words: str) -> None:
    with pytest.raises(AlertFileError) as refused:
        read_alerts([b'{"time": 1, "alert": {}}', line], "f.jsonl")
    assert words in str(refused.value)
    assert "line 2" in str(refused.value)

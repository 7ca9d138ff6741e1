import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.plugins.ccxt_http.answers import (
    BrokenAnswer,
    Json,
    NumberText,
    names_an_order,
    number_of,
    order_id_of,
    read_object,
    words_of,
)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"OK",
        b"<html></html>",
        b'{"a": 1',
        b'{"a": 1}}',
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1, "a": 1}',
        b'{"x": {"a": 1, "a": 2}}',
        b'{"x": [{"a": 1, "\\u0061": 2}]}',
        b"[]",
        b'"text"',
        b"null",
        b"1",
        b'{"a": "\xff"}',
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        b'{"a": "\x01"}',
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"a": 01}',
        b'{"a": 1.}',
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_sound_object(body: bytes) -> None:
    with pytest.raises(BrokenAnswer):
        read_object(body)


@given(st.dictionaries(st.text(), st.integers(-(10**5000), 10**5000) | st.text()))
def test_numbers_keep_their_texts(values: dict[str, int | str]) -> None:
    # Python refuses to write integers of more than 4300 digits in decimal.
    sound = {key: value for key, value in values.items() if not _too_long(value)}
    fields = read_object(json.dumps(sound).encode())
    assert fields == {key: str(value) for key, value in sound.items()}
    assert {key for key, value in fields.items() if isinstance(value, NumberText)} == {
        key for key, value in sound.items() if isinstance(value, int)
    }


def _too_long(value: int | str) -> bool:
    return isinstance(value, int) and value.bit_length() > 14_000


def test_a_number_of_any_length_is_read() -> None:
    assert read_object(b'{"a": ' + b"9" * 10_000 + b"}") == {"a": "9" * 10_000}


@pytest.mark.parametrize(
    ("body", "number"),
    [
        (b"0.1", "0.1"),
        (b"0.30000000000000004", "0.30000000000000004"),
        (b"1e3", "1000"),
        (b"-0.0", "0"),
        (b'"2.50"', "2.5"),
        (b"123456789012345678901234567890", "123456789012345678901234567890"),
    ],
)
def test_numbers_are_exact(body: bytes, number: str) -> None:
    assert number_of(read_object(b'{"a":' + body + b"}")["a"]) == Decimal(number)


@pytest.mark.parametrize("value", [True, False, [], {}, "", " 1", "1_000", "NaN", "1e99", "9" * 39])
def test_what_is_no_number(value: Json) -> None:
    with pytest.raises(BrokenAnswer):
        number_of(value)


def test_null_is_no_number_and_no_fault() -> None:
    assert number_of(None) is None


@pytest.mark.parametrize(
    ("value", "order_id"),
    [
        (None, None),
        ("", None),
        (" \t", None),
        ("None", None),
        ("null", None),
        ("undefined", None),
        ("abc-1", "abc-1"),
        (" a b ", " a b "),
        (NumberText("0"), "0"),
        (NumberText("12345678901234567890123"), "12345678901234567890123"),
        (NumberText("1e5"), "1e5"),
    ],
)
def test_order_ids(value: Json, order_id: str | None) -> None:
    found = order_id_of(value)
    assert found == order_id
    assert found is None or type(found) is str


@pytest.mark.parametrize("value", [True, False, [], {}, ["a"], "a\nb", "a\0", "\ud800", "x" * 201])
def test_what_is_no_order_id(value: Json) -> None:
    with pytest.raises(BrokenAnswer):
        order_id_of(value)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({}, ()),
        ({"status": "error", "other": "words"}, ()),
        ({"message": ""}, ()),
        ({"message": None, "error": True}, ()),
        ({"message": "no", "code": NumberText("-2010")}, ("no", "-2010")),
        ({"error": "no", "message": "no"}, ("no",)),
        ({"error": {"code": "NO", "message": "no"}}, ("no", "NO")),
        ({"detail": [{"loc": ["body", "stop_loss"], "msg": "required"}]}, ("required",)),
        ({"detail": {"status": "error", "message": "no"}}, ("no",)),
        ({"message": " a\r\n\x1bb\ud800 "}, ("a b",)),
    ],
)
def test_words(answer: dict[str, Json], words: tuple[str, ...]) -> None:
    assert words_of(answer) == words


def test_words_are_not_looked_for_without_end() -> None:
    deep = b'{"error":' * 500 + b'"no"' + b"}" * 500
    assert words_of(read_object(deep)) == ()


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        ({}, False),
        ({"client_order_id": "fg1"}, False),
        ({"order_id": None, "filled_quantity": None}, False),
        ({"order_id": "", "filled_quantity": NumberText("0.0"), "filled": False}, False),
        ({"order_id": "1"}, True),
        ({"orderId": NumberText("1")}, True),
        ({"order_id": {}}, True),
        ({"filled_quantity": NumberText("0.1")}, True),
        ({"filled_quantity": "?"}, True),
        ({"detail": [{"order": {"order_id": "1"}}]}, True),
        ({"data": {"executedQuantity": "2"}}, True),
    ],
)
def test_answers_that_name_an_order(answer: dict[str, Json], names: bool) -> None:
    assert names_an_order(answer) is names

"""Strict JSON: what is read is exact, what is refused is refused by a code."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.signals.json_text import (
    MAX_BODY_BYTES,
    MAX_DEPTH,
    Json,
    NumberText,
    parse_object,
)
from fillgate.signals.refusals import Refusal, RefusalCode

CODE = RefusalCode


def refused(body: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        parse_object(body)
    assert caught.value.reason.isprintable()
    return caught.value


plain_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0{"))
plain_json = st.recursive(
    st.none() | st.booleans() | plain_text | st.integers() | st.floats(allow_nan=False, width=16),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(plain_text, inner, max_size=4),
    max_leaves=12,
)


def with_exact_numbers(value: object) -> object:
    """Return what the standard reader gives, numbers as their text."""
    return json.loads(json.dumps(value), parse_int=NumberText, parse_float=NumberText)


@given(st.dictionaries(plain_text, plain_json, max_size=6), st.booleans())
def test_json_is_read_as_the_standard_reader_reads_it(
    value: dict[str, object], escaped: bool
) -> None:
    if any(abs(number) == float("inf") for number in _floats(value)):
        return
    body = json.dumps(value, ensure_ascii=escaped).encode()
    assert parse_object(body) == with_exact_numbers(value)


def _floats(value: object) -> list[float]:
    if isinstance(value, float):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [number for part in inner for number in _floats(part)]


@given(st.binary(max_size=200) | plain_text.map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    outcome: object
    try:
        outcome = parse_object(body)
    except Refusal as refusal:
        outcome = refusal
    if isinstance(outcome, Refusal):
        assert outcome.code in RefusalCode
        assert outcome.reason.isprintable()
    else:
        assert isinstance(outcome, dict)


@pytest.mark.parametrize(
    "number", ["1e400", "1" * 5000, "-0", "0.10", "1E+5", "12345678901234567890.5", "1e999999999"]
)
def test_numbers_keep_their_text(number: str) -> None:
    value = parse_object(f'{{"n": {number}}}'.encode())["n"]
    assert isinstance(value, NumberText)
    assert value == number


def test_a_number_is_told_from_a_string() -> None:
    members = parse_object(b'{"number": 1, "text": "1"}')
    assert [type(value) for value in members.values()] == [NumberText, str]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", CODE.MALFORMED_JSON),
        (b" \n", CODE.MALFORMED_JSON),
        (b"{", CODE.MALFORMED_JSON),
        (b'{"a": 1,}', CODE.MALFORMED_JSON),
        (b"{'a': 1}", CODE.MALFORMED_JSON),
        (b'{"a": 1} {"b": 2}', CODE.MALFORMED_JSON),
        (b'{"a": 1 /* no */}', CODE.MALFORMED_JSON),
        (b'{"a": 01}', CODE.MALFORMED_JSON),
        (b'{"a": .5}', CODE.MALFORMED_JSON),
        (b'{"a": +1}', CODE.MALFORMED_JSON),
        (b'{"a": 0x10}', CODE.MALFORMED_JSON),
        (b'{"a": NaN}', CODE.MALFORMED_JSON),
        (b'{"a": -Infinity}', CODE.MALFORMED_JSON),
        (b'{"a": "line\nbreak"}', CODE.MALFORMED_JSON),
        (b'{"a": "\\x41"}', CODE.MALFORMED_JSON),
        (b'\xef\xbb\xbf{"a": 1}', CODE.MALFORMED_JSON),
        (b'{"a": "\xff"}', CODE.NOT_UTF8),
        (b'{"a": "\xed\xa0\x80"}', CODE.NOT_UTF8),
        ('{"a": 1}'.encode("utf-16"), CODE.NOT_UTF8),
        ('{"a": 1}'.encode("utf-16-le"), CODE.MALFORMED_JSON),
        (b"[]", CODE.NOT_AN_OBJECT),
        (b"null", CODE.NOT_AN_OBJECT),
        (b'"text"', CODE.NOT_AN_OBJECT),
        (b"12", CODE.NOT_AN_OBJECT),
        (b'{"a": "\\ud800"}', CODE.MALFORMED_JSON),
        (b'{"a": [{"b": "\\uDFFF"}]}', CODE.MALFORMED_JSON),
        (b'{"\\u0000": 1}', CODE.MALFORMED_JSON),
        (b'{"a": 1, "a": 1}', CODE.DUPLICATE_KEY),
        (b'{"a": 1, "\\u0061": 2}', CODE.DUPLICATE_KEY),
        (b'{"a": [{"b": 1, "b": 2}]}', CODE.DUPLICATE_KEY),
        (b'{"a": "{{close}}"}', CODE.UNRESOLVED_PLACEHOLDER),
        (b'{"a": {{close}}}', CODE.UNRESOLVED_PLACEHOLDER),
    ],
)
def test_what_is_not_strict_json_is_refused(body: bytes, code: RefusalCode) -> None:
    assert refused(body).code is code


@given(st.text(" \t\r\n", max_size=3), st.text(" \t\r\n", max_size=3))
def test_space_around_an_object_is_no_matter(before: str, after: str) -> None:
    assert parse_object(f'{before}{{"a": "b"}}{after}'.encode()) == {"a": "b"}


@pytest.mark.parametrize(
    "text", ["{}}", "{} \n x", " {}\n,", ' \n{"a" 1}', '{"a": 1,}', "{}\xa0", "\x0c{}", "{}\x00"]
)
def test_errors_stand_where_the_standard_reader_finds_them(text: str) -> None:
    with pytest.raises(json.JSONDecodeError) as found:
        json.loads(text)
    where = f"(line {found.value.lineno}, column {found.value.colno})"
    assert refused(text.encode()).reason.endswith(where)


def test_surrogate_pairs_are_text() -> None:
    assert parse_object(b'{"a": "\\ud83d\\ude00"}') == {"a": "\N{GRINNING FACE}"}


def test_duplicate_key_is_named() -> None:
    refusal = refused(b'{"quantity": 1, "price": 2, "quantity": 3}')
    assert refusal.field == "quantity"
    assert "'quantity'" in refusal.reason


def test_duplicate_key_that_is_no_text_is_refused_printably() -> None:
    assert refused(b'{"\\ud800\\n": 1, "\\ud800\\n": 2}').code is CODE.DUPLICATE_KEY


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"price": {{close}}}', "{{close}}"),
        (b'{"price": "{{strategy.order.price}}"}', "{{strategy.order.price}}"),
        (b'{"rsi": {{plot("RSI")}}}', '{{plot("RSI")}}'),
        (b'{{"secret": "hunter2"}}', "'{{'"),
        (b'{"a": "{{"}', "'{{'"),
    ],
)
def test_placeholder_is_named(body: bytes, shown: str) -> None:
    reason = refused(body).reason
    assert shown in reason
    assert "hunter2" not in reason


def test_syntax_errors_name_the_place_and_quote_nothing() -> None:
    reason = refused(b'{"secret": "hunter2"\n "symbol": "X"}').reason
    assert "line 2, column 2" in reason
    assert "hunter2" not in reason


def nested(depth: int, opening: bytes, closing: bytes) -> bytes:
    return b'{"a": ' + opening * (depth - 1) + b"1" + closing * (depth - 1) + b"}"


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"k":', b"}")])
def test_depth_ends_at_the_limit(opening: bytes, closing: bytes) -> None:
    parse_object(nested(MAX_DEPTH, opening, closing))
    assert refused(nested(MAX_DEPTH + 1, opening, closing)).code is CODE.TOO_DEEP
    assert refused(nested(9000, opening, closing)).code is CODE.TOO_DEEP
    assert refused(opening * 9000).code is CODE.TOO_DEEP


def test_breadth_and_brackets_in_strings_are_no_depth() -> None:
    many: dict[str, Json] = {"a": [[] for _ in range(100)], "b": "[" * 100 + '"' + "{ " * 100}
    assert parse_object(json.dumps(many).encode()) == many


def test_size_ends_at_the_limit() -> None:
    filler = b'{"a": "' + b"x" * (MAX_BODY_BYTES - 9) + b'"}'
    assert len(filler) == MAX_BODY_BYTES
    parse_object(filler)
    assert refused(filler + b" ").code is CODE.BODY_TOO_LARGE

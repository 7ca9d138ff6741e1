"""Which idempotency key a request has."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.service.keys import request_key
from fillgate.service.problems import Problem

PRINTABLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1)


@pytest.mark.parametrize(
    ("headers", "body_id", "key"),
    [
        ({}, None, None),
        ({}, "b", "b"),
        ({b"webhook-id": b"w"}, "b", "w"),
        ({b"webhook-id": b"w", b"idempotency-key": b"k"}, "b", "k"),
        ({b"idempotency-key": b'"k"'}, None, "k"),
        ({b"idempotency-key": b"  k  "}, None, "k"),
        ({b"idempotency-key": b'"a \\"b\\" c"'}, None, 'a "b" c'),
        ({b"idempotency-key": b'"a\\\\b"'}, None, "a\\b"),
        ({b"idempotency-key": b'"'}, None, '"'),
        ({b"idempotency-key": b"x" * 255}, None, "x" * 255),
    ],
)
def test_which_key_counts(
    headers: dict[bytes, bytes], body_id: str | None, key: str | None
) -> None:
    assert request_key(headers, body_id) == key


@given(PRINTABLE.filter(lambda key: len(key) <= 100 and '"' not in key and "\\" not in key))
def test_quoted_and_bare_mean_the_same(key: str) -> None:
    bare = request_key({b"idempotency-key": key.encode()}, None)
    assert bare == key
    assert request_key({b"idempotency-key": f'"{key}"'.encode()}, None) == key


@given(PRINTABLE.filter(lambda key: len(key) <= 100))
def test_a_quoted_string_is_read_as_the_standard_writes_it(key: str) -> None:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    assert request_key({b"idempotency-key": f'"{escaped}"'.encode()}, None) == key


@given(st.binary(max_size=300))
def test_whatever_the_header_is_there_is_an_answer(value: bytes) -> None:
    with contextlib.suppress(Problem):
        key = request_key({b"webhook-id": value}, "b")
        assert key is not None
        assert 0 < len(key) <= 255
        assert key.isascii()

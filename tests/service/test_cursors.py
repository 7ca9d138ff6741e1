"""Cursors go out and come back."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.service.cursors import decode_cursor, encode_cursor
from fillgate.service.problems import Problem

PLACES = st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=3).map(tuple)


@given(PLACES)
def test_a_cursor_leads_back_to_its_place(place: tuple[int, ...]) -> None:
    cursor = encode_cursor(place)
    assert decode_cursor(cursor, len(place)) == place
    assert cursor.replace("-", "").replace("_", "").isalnum()
    with pytest.raises(Problem, match="INVALID_PARAMETER"):
        decode_cursor(cursor, len(place) + 1)


@given(st.text(max_size=40), st.integers(1, 2))
def test_what_was_never_given_out_is_refused(text: str, length: int) -> None:
    with contextlib.suppress(Problem):
        assert encode_cursor(decode_cursor(text, length)) == text

"""How long a caller wants to wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.service.preferences import wait_seconds


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, 2),
        (b"", 2),
        (b"wait=0", 0),
        (b"wait=1", 1),
        (b"wait=1.5", 1.5),
        (b'wait="3"', 3),
        (b"Wait = 4", 4),
        (b"wait=4", 4),
        (b"wait=5", 5),
        (b"wait=6", 5),
        (b"wait=999999999", 5),
        (b"respond-async", 0),
        (b"RESPOND-ASYNC", 0),
        (b"respond-async, wait=3", 3),
        (b"wait=3, respond-async", 3),
        (b"handling=lenient; wait=3", 3),
        (b"handling=lenient, respond-async", 0),
        (b"respond-asynchronously", 2),
        (b"await=3", 2),
        (b"wait", 2),
        (b"wait=", 2),
        (b"wait=x", 2),
        (b"wait=-1", 2),
        (b"wait=1e3", 2),
        (b"wait=nan", 2),
        (b"wait=9999999999", 2),
        ("wait=٣".encode(), 2),
        (b"\xff", 2),
    ],
)
def test_what_is_asked_for(prefer: bytes | None, seconds: float) -> None:
    assert wait_seconds(prefer, default=2, longest=5) == seconds


@given(st.none() | st.binary(max_size=60), st.floats(0, 60), st.floats(0, 60))
def test_nobody_waits_longer_than_is_allowed(
    prefer: bytes | None, default: float, longest: float
) -> None:
    assert 0 <= wait_seconds(prefer, default=default, longest=longest) <= longest

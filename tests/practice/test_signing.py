from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.practice.signing import signature_of, signed_fields, signed_text

# The example of Binance's documentation, "SIGNED Endpoint Examples for POST /api/v3/order".
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
QUERY = (
    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
    "&recvWindow=5000&timestamp=1499827319559"
)
SIGNATURE = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"


def test_the_example_of_the_documentation() -> None:
    assert signature_of(SECRET, QUERY) == SIGNATURE


@pytest.mark.parametrize(
    ("query", "body", "signed"),
    [
        ("a=1&signature=x", "", "a=1"),
        ("", "a=1&signature=x", "a=1"),
        ("a=1", "b=2&signature=x", "a=1b=2"),
        ("a=1&signature=x", "b=2", "a=1b=2"),
        ("signature=x", "", ""),
        ("a=1&signature=x&b=2", "", "a=1&b=2"),
        ("a=%2F+%C3%A4&signature=x", "", "a=%2F+%C3%A4"),
        ("nosignature=1&signature=x", "", "nosignature=1"),
    ],
)
def test_what_is_signed_is_what_was_sent_but_for_the_signature(
    query: str, body: str, signed: str
) -> None:
    assert signed_text(query, body) == signed


def test_fields_are_signed_by_name() -> None:
    assert signed_fields({"b": "2", "signature": "x", "a": "1"}) == "a=1&b=2"


@given(st.dictionaries(st.text(min_size=1), st.text()), st.text())
def test_any_change_changes_the_signature(fields: dict[str, str], more: str) -> None:
    query = urlencode(fields)
    same = signature_of(SECRET, query) == signature_of(SECRET, query + more)
    assert same is (more == "")

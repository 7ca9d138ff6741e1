"""Client order ids: their form, their way back, and that no two are equal."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.ids import (
    MOST_REQUESTS,
    client_order_id,
    installation_tag,
    made_from,
    order_of,
    request_id,
    signal_number,
    tag_of,
)

journals = st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}")
tags = journals.map(installation_tag)
signals = st.integers(0, 32**7 - 1)
legs = st.integers(0, 31)
parts = st.tuples(tags, signals, legs, legs)


def minted(part: tuple[str, int, int, int]) -> str:
    tag, signal, leg, generation = part
    return client_order_id(tag, signal, leg=leg, generation=generation)


@given(parts)
def test_ids_have_the_documented_form(part: tuple[str, int, int, int]) -> None:
    identity = minted(part)
    assert re.fullmatch(r"fg[0-9a-hjkmnp-tv-z]{13}", identity)
    assert identity[2:6] == part[0]


@given(parts)
def test_the_signal_can_be_read_back(part: tuple[str, int, int, int]) -> None:
    assert signal_number(minted(part), part[0]) == part[1]


@given(parts, parts)
def test_different_parts_give_different_ids(
    a: tuple[str, int, int, int], b: tuple[str, int, int, int]
) -> None:
    assert (minted(a) == minted(b)) == (a == b)


@given(tags, signals, signals)
def test_ids_sort_as_their_signals(tag: str, a: int, b: int) -> None:
    assert (client_order_id(tag, a) < client_order_id(tag, b)) == (a < b)


@given(parts, tags)
def test_another_journals_ids_are_foreign(part: tuple[str, int, int, int], tag: str) -> None:
    expected = part[1] if tag == part[0] else None
    assert signal_number(minted(part), tag) == expected


@given(st.text(max_size=20) | st.text("fg0az!IU", min_size=15, max_size=15), tags)
def test_any_text_is_foreign_or_ours(text: str, tag: str) -> None:
    number = signal_number(text, tag)
    if number is not None:
        assert text.startswith(client_order_id(tag, number)[:13])


@pytest.mark.parametrize(
    "identity",
    [
        "",
        "fg0000",
        "fg000000000010",
        "fg00000000001000",
        "FG0000000000100",
        "xx0000000000100",
        "fg1111000000100",
        "fg0000i00000100",
        "fg000000000u100",
        "fg000000000\u0661100",
    ],
)
def test_foreign_ids(identity: str) -> None:
    assert signal_number(identity, "0000") is None


@pytest.mark.parametrize(
    ("signal", "leg", "generation"),
    [(-1, 0, 0), (32**7, 0, 0), (0, 32, 0), (0, -1, 0), (0, 0, 32), (0, 0, -1)],
)
def test_numbers_outside_their_range_are_refused(signal: int, leg: int, generation: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        client_order_id("0000", signal, leg=leg, generation=generation)


def test_examples() -> None:
    assert installation_tag("0" * 32) == "0000"
    assert installation_tag("fffff" + "0" * 27) == "zzzz"
    assert client_order_id("0000", 1) == "fg0000000000100"
    assert client_order_id("zzzz", 32**7 - 1, leg=31, generation=1) == "fgzzzzzzzzzzzz1"


def test_requests_belong_to_their_order() -> None:
    name = client_order_id("0000", 1)
    assert request_id(name, 1) == f"{name}001"
    assert order_of(request_id(name, MOST_REQUESTS)) == order_of(name) == name
    assert tag_of(request_id(name, 7)) == tag_of(name) == "0000"
    assert signal_number(request_id(name, 7), "0000") == 1
    with pytest.raises(ValueError, match="does not fit"):
        request_id(name, MOST_REQUESTS + 1)


@pytest.mark.parametrize("suffix", ["-sl", "-tp", "U01", "0000", "00"])
def test_what_others_make_of_an_id_is_not_the_order(suffix: str) -> None:
    made = client_order_id("0000", 1) + suffix
    assert order_of(made) == made
    assert tag_of(made) is None
    assert made_from(made) == client_order_id("0000", 1)


def test_only_longer_ids_are_made_from_ours() -> None:
    assert made_from(client_order_id("0000", 1)) is None
    assert made_from("somebody's-own-id-sl") is None

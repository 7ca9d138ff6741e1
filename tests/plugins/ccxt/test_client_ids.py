"""Client order ids in the forms of venues: there and back, within their limits, and only ours."""

import re
from collections.abc import Mapping
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.ids import MOST_REQUESTS, client_order_id, installation_tag, request_id
from fillgate.plugins.ccxt.client_ids import decode, encode
from fillgate.plugins.ccxt.venues import LISTED, ClientIdForm

tags = st.integers(0, 2**128 - 1).map(lambda number: installation_tag(f"{number:032x}"))
orders = st.builds(
    lambda tag, signal, leg: client_order_id(tag, signal, leg=leg),
    tags,
    st.integers(0, 32**7 - 1),
    st.integers(0, 31),
)
requests = st.builds(request_id, orders, st.integers(1, MOST_REQUESTS))
forms = st.sampled_from(ClientIdForm)
short_forms = st.sampled_from([ClientIdForm.AS_IS, ClientIdForm.PREFIXED_T])

# What each venue takes as a client order id: from its documents, or from ccxt where it checks.
TAKEN: Final[Mapping[str, str]] = {
    "binance": r"[.A-Z:/a-z0-9_-]{1,36}",
    "binanceusdm": r"[.A-Z:/a-z0-9_-]{1,36}",
    "bybit": r"[A-Za-z0-9_-]{1,36}",
    "okx": r"[A-Za-z0-9]{1,32}",
    "kraken": r"[ -~]{1,18}",
    "coinbase": r"[A-Za-z0-9_-]{1,128}",
    "kucoin": r"[A-Za-z0-9_-]{1,40}",
    "gate": r"t-[0-9A-Za-z_.-]{1,26}",
    "hyperliquid": r"0x[0-9a-f]{32}",
}


@given(forms, orders)
def test_an_order_s_id_can_be_read_back(form: ClientIdForm, identity: str) -> None:
    assert decode(form, encode(form, identity)) == identity


@given(short_forms, requests)
def test_a_request_s_id_can_be_read_back(form: ClientIdForm, identity: str) -> None:
    assert decode(form, encode(form, identity)) == identity


@given(requests)
def test_a_request_s_id_is_too_long_for_128_bits(identity: str) -> None:
    with pytest.raises(ValueError, match="more than 16"):
        encode(ClientIdForm.HEX_128, identity)


@given(st.sampled_from(sorted(TAKEN)), orders)
def test_the_form_of_a_venue_is_what_it_takes(exchange: str, identity: str) -> None:
    (form,) = {each.client_id_form for each in LISTED if each.exchange == exchange}
    assert re.fullmatch(TAKEN[exchange], encode(form, identity))


@given(forms, st.text() | st.from_regex(r"(0x)?[0-9a-fA-F ]{30,34}|t-[a-z0-9]{13,19}"))
def test_what_others_sent_is_nobody_s(form: ClientIdForm, text: str) -> None:
    identity = decode(form, text)
    assert identity is None or encode(form, identity) == text


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (ClientIdForm.AS_IS, "x-TKT5PX2F22ecb58eb9074fb1be018c"),
        (ClientIdForm.AS_IS, "t-fgab3d000012300"),
        (ClientIdForm.PREFIXED_T, "fgab3d000012300"),
        (ClientIdForm.PREFIXED_T, "t-t-fgab3d000012300"),
        (ClientIdForm.HEX_128, "0x66676162336430303030313233303001"),
        (ClientIdForm.HEX_128, "0x666761623364303030303132333030"),
        (ClientIdForm.HEX_128, "66676162336430303030313233303000"),
        (ClientIdForm.HEX_128, "0x" + "ff" * 16),
        (ClientIdForm.HEX_128, "0x66676162336430303030313233303030303000"),
        (ClientIdForm.HEX_128, ""),
    ],
)
def test_what_is_nearly_ours_is_not(form: ClientIdForm, text: str) -> None:
    assert decode(form, text) is None


@given(forms, st.text(max_size=20).filter(lambda text: not text.startswith("fg")))
def test_only_minted_ids_are_sent(form: ClientIdForm, text: str) -> None:
    with pytest.raises(ValueError, match="no id of fillgate"):
        encode(form, text)

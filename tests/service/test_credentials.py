"""Credentials that stand where they do not belong."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fillgate.domain.signals import Action, Signal
from fillgate.service.credentials import Credentials
from fillgate.service.problems import Problem
from fillgate.signals.received import Received

SECRET = "a-secret-of-some-length"
SHORT = "test"


def received(**fields: Any) -> Received:
    plain: dict[str, Any] = {"action": Action.BUY, "symbol": "BTC/USDT", "quantity": Decimal(1)}
    return Received(signal=Signal(**(plain | fields)))


@pytest.mark.parametrize("name", ["symbol", "account", "strategy", "id"])
@pytest.mark.parametrize("text", [SECRET, f"my {SECRET}!", SHORT])
def test_a_signal_with_a_credential_is_refused_by_the_field(name: str, text: str) -> None:
    fields = {} if name == "id" else {name: text}
    key = text if name == "id" else None
    with pytest.raises(Problem) as caught:
        Credentials([SECRET, SHORT]).check(received(**fields), key)
    assert caught.value.field == name
    assert text not in caught.value.detail


def test_a_short_credential_may_be_part_of_a_word() -> None:
    Credentials([SHORT, ""]).check(received(strategy="my test"), "test-1")


@given(st.text(min_size=12, max_size=60), st.text(max_size=20), st.integers(16, 60))
def test_no_reason_quotes_the_beginning_of_a_credential(
    secret: str, before: str, shown: int
) -> None:
    quoted = f"expected something, found {(before + secret)[:shown]!r}"
    assume(len(before) <= shown - 14)
    kept = Credentials([secret]).cut_reason(quoted)
    assert kept != quoted or repr(secret)[1:13] not in quoted


def test_other_reasons_are_kept() -> None:
    reason = "`quantity`: expected a number above 0, found '-1'"
    assert Credentials([SECRET]).cut_reason(reason) == reason


def test_its_repr_shows_nothing() -> None:
    assert SECRET not in repr(Credentials([SECRET]))

"""What somebody probably meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillgate.domain.nearest import nearest, suggestion

KNOWN = ("max_age", "min_confidence", "secret", "api-key")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("max-age", "max_age"),
        ("MaxAge", "max_age"),
        ("max_agee", "max_age"),
        ("confidence", "min_confidence"),
        ("API_KEY", "api-key"),
        ("zzzz", None),
        ("", None),
    ],
)
def test_the_nearest(name: str, meant: str | None) -> None:
    assert nearest(name, KNOWN) == meant


def test_likeness_is_asked_for() -> None:
    assert nearest("confidence", KNOWN, likeness=0.95) is None


def test_a_suggestion_names_one_or_all() -> None:
    assert suggestion("secrets", KNOWN) == "did you mean `secret`?"
    assert suggestion("zzzz", KNOWN) == "known: api-key, max_age, min_confidence, secret"


@given(st.sampled_from(KNOWN))
def test_a_known_name_is_the_nearest_to_itself(name: str) -> None:
    assert nearest(name, KNOWN) == name

"""The tree of errors."""

import pytest

from fillgate.domain import errors
from fillgate.domain.errors import Denied, FillgateError, NotSent, Rejected, Unknown


@pytest.mark.parametrize("name", errors.__all__)
def test_all_errors_are_of_one_tree(name: str) -> None:
    assert issubclass(getattr(errors, name), FillgateError)


@pytest.mark.parametrize("kind", [Denied, Rejected, NotSent, Unknown])
def test_endings_tell_code_and_text(kind: type[Denied | Rejected | NotSent | Unknown]) -> None:
    error = kind("INSUFFICIENT_FUNDS", "no money")
    assert (error.code, error.text) == ("INSUFFICIENT_FUNDS", "no money")
    assert str(error) == "INSUFFICIENT_FUNDS: no money"
    assert str(kind("TIMEOUT", "")) == "TIMEOUT"


def test_no_ending_is_another() -> None:
    endings = [Denied, Rejected, NotSent, Unknown]
    for kind in endings:
        assert [other for other in endings if issubclass(kind, other)] == [kind]

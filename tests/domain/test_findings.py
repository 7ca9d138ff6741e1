"""What is wrong with a configuration, collected."""

import pytest

from fillgate.domain.errors import ConfigurationError
from fillgate.domain.findings import Findings


def test_nothing_is_no_error() -> None:
    found = Findings()
    with found.collect():
        pass
    found.check()


def test_all_is_raised_once_in_its_order() -> None:
    found = Findings()
    found.add("one")
    with found.collect():
        raise ConfigurationError("two", "three")
    with found.collect():
        raise ConfigurationError("one")
    with pytest.raises(ConfigurationError) as caught:
        found.check()
    assert caught.value.findings == ("one", "two", "three")
    assert str(caught.value) == "one\ntwo\nthree"


def test_other_errors_go_on() -> None:
    with pytest.raises(KeyError), Findings().collect():
        raise KeyError("x")

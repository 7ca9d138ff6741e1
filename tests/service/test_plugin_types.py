"""Which plugins are installed."""

from collections.abc import Callable
from typing import Any

import pytest

from fillgate.domain.errors import ConfigurationError
from fillgate.plugins.ccxt_http import CcxtHttpPlugin
from fillgate.plugins.mock import MockPlugin
from fillgate.service.plugin_types import plugin_type


def test_those_that_fillgate_brings() -> None:
    assert plugin_type("mock", "accounts.a") is MockPlugin
    assert plugin_type("ccxt-http", "accounts.a") is CcxtHttpPlugin


def test_one_that_is_not_installed_is_refused_with_those_that_are() -> None:
    with pytest.raises(ConfigurationError, match=r"`accounts\.a\.type`.*mock.*'acme'"):
        plugin_type("acme", "accounts.a")


def no_module() -> object:
    raise ModuleNotFoundError("No module named 'acme_api'")


def no_such_name() -> object:
    raise AttributeError("module 'acme' has no attribute 'Acme'")


def broken() -> object:
    raise RuntimeError("a plugin's own fault")


@pytest.mark.parametrize(
    ("load", "words"),
    [
        (no_module, "acme_api"),
        (no_such_name, "no attribute"),
        (broken, "a plugin's own fault"),
        (lambda: 5, "no ExecutionPlugin but 5"),
        (lambda: dict, "no ExecutionPlugin"),
    ],
)
def test_one_that_cannot_be_used_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, load: Callable[[], object], words: str
) -> None:
    class Point:
        name = "acme"

        def load(self) -> object:
            return load()

    def points(**_: Any) -> list[Point]:
        return [Point()]

    monkeypatch.setattr("fillgate.service.plugin_types.entry_points", points)
    with pytest.raises(ConfigurationError, match=words) as caught:
        plugin_type("acme", "accounts.a")
    assert "`accounts.a.type`" in str(caught.value)

"""The options of accounts: every key with every wrong value, and what plugins need not declare."""

import json

import msgspec
import pytest

from fillgate.domain.errors import ConfigurationError
from fillgate.domain.options import read_options
from fillgate.domain.settings import Declared, declared
from fillgate.plugins.base import ExecutionPlugin
from fillgate.plugins.ccxt_http import CcxtHttpPlugin
from fillgate.plugins.mock import MockPlugin
from fillgate.service.account_options import declared_options
from tests.configuration import SECRET, toml
from tests.service.configurations import load, refused
from tests.wrong_values import (
    Cases,
    is_number,
    misspelt,
    needs_cases,
    outermost,
    values_beyond,
    wrong_kinds,
)

PLUGINS: dict[str, type[ExecutionPlugin]] = {"mock": MockPlugin, "ccxt-http": CcxtHttpPlugin}
NEEDED = {"mock": {}, "ccxt-http": {"base_url": "http://h", "webhook_secret": "env:THE_SECRET"}}
CASES: Cases = {
    "base_url": (
        ["", "h", "ftp://h", "http://", "http://me:pw@h", "http://h?x", "http://h#x", "http://h:0"],
        ["http://127.0.0.1:80", "https://h.example/path"],
    ),
    "exchange": (["", "bin ance", "binance\n", "a/b"], ["kraken", "a.b-c_D9"]),
}


def fields_of(kind: str) -> dict[str, Declared]:
    options = declared_options(PLUGINS[kind])
    assert options is not None
    return dict(declared(options))


FIELDS = [(kind, field) for kind in PLUGINS for field in fields_of(kind).values()]
each_field = pytest.mark.parametrize(
    ("kind", "field"), FIELDS, ids=[f"{kind}.{field.name}" for kind, field in FIELDS]
)


def account(kind: str, **options: object) -> str:
    table = NEEDED[kind] | options
    lines = (f"{json.dumps(key)} = {toml(value)}" for key, value in table.items())
    return "\n".join((f'[accounts.a]\ntype = "{kind}"', *lines))


def refused_account(kind: str, **options: object) -> str:
    return refused(account(kind, **options), THE_SECRET=SECRET)


def test_every_check_has_cases() -> None:
    for kind in PLUGINS:
        assert needs_cases(fields_of(kind)) <= CASES.keys()


@each_field
def test_every_option_says_what_it_means(kind: str, field: Declared) -> None:
    assert field.setting.meaning.endswith(".")
    assert field.example is not None


@each_field
def test_a_value_of_the_wrong_kind_is_refused(kind: str, field: Declared) -> None:
    for value in wrong_kinds(field):
        words = refused_account(kind, **{field.name: value})
        assert f"`accounts.a.{field.name}" in words
        assert ": expected " in words


@each_field
def test_a_value_beyond_its_bounds_is_refused(kind: str, field: Declared) -> None:
    for value in values_beyond(field, CASES):
        words = refused_account(kind, **{field.name: value})
        assert f"`accounts.a.{field.name}`: expected " in words
        assert "found" in words


@each_field
def test_a_number_is_no_wonder(kind: str, field: Declared) -> None:
    if is_number(field):
        text = account(kind) + f"\n{field.name} = "
        for value in ("nan", "inf"):
            assert f"`accounts.a.{field.name}`: expected " in refused(
                text + value, THE_SECRET=SECRET
            )


@each_field
def test_a_value_within_its_bounds_is_taken(kind: str, field: Declared) -> None:
    for value in outermost(field, CASES):
        configuration = load(account(kind, **{field.name: value}), THE_SECRET=SECRET)
        assert configuration.accounts["a"].options[field.name] == value


@each_field
def test_a_misspelt_option_is_refused_with_the_right_one(kind: str, field: Declared) -> None:
    for wrong in misspelt(field.name):
        words = refused_account(kind, **{wrong: "env:THE_SECRET"})
        assert f"`accounts.a.{wrong}` is not a setting; did you mean `{field.name}`?" in words


def test_what_is_needed_is_asked_for() -> None:
    words = refused('[accounts.a]\ntype = "ccxt-http"')
    assert "line 1: `accounts.a.base_url`: expected a URL such as `http://" in words
    assert "found nothing" in words
    assert "line 1: `accounts.a.webhook_secret`: expected a reference such as" in words


def test_all_that_is_wrong_is_told_with_its_line() -> None:
    text = (
        account("mock", seed="x", taker_fee_bps=-1)
        + '\n[accounts.b]\ntype = "mok"\n[log]\nlevel = 1'
    )
    words = refused(text)
    for line, key in (
        (3, "accounts.a.seed"),
        (4, "accounts.a.taker_fee_bps"),
        (6, "accounts.b.type"),
    ):
        assert f"line {line}: `{key}`: " in words
    assert "line 8: `log.level`" in words
    assert "did you mean 'mock'?" in words


def test_an_account_of_the_environment_is_called_by_its_variables() -> None:
    environ = {"CCXT_BASE_URL": "ftp://h", "WEBHOOK_SECRET": SECRET, "EXCHANGE": "a b"}
    words = refused(None, **environ)
    assert "`CCXT_BASE_URL`: expected a URL such as " in words
    assert "`EXCHANGE`: expected a name of letters" in words


@pytest.mark.parametrize("options", [None, {"not": "a structure"}, 5, dict])
def test_a_plugin_that_declares_nothing_is_left_to_itself(
    monkeypatch: pytest.MonkeyPatch, options: object
) -> None:
    plugin = type("Acme", (MockPlugin,), {"options": options})
    assert declared_options(plugin) is None
    monkeypatch.setattr("fillgate.service.account_options.plugin_type", lambda *_: plugin)
    assert load('[accounts.a]\ntype = "acme"\nx = 1').accounts["a"].options == {"x": 1}


class Range(msgspec.Struct, frozen=True):
    low: int = 0
    high: int = 1

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low is above high")


def test_a_structures_own_checks_count() -> None:
    with pytest.raises(ConfigurationError, match=r"`accounts\.a`: low is above high"):
        read_options(Range, {"low": 5}, "accounts.a")

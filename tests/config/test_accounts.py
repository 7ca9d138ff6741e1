"""The accounts of a configuration, from a file and from the environment."""

from decimal import Decimal
from typing import Any

import pytest

from fillgate.config import AccountConfig, Origin
from tests.configuration import SECRET, load, refused


def test_without_anything_there_is_the_mock_alone() -> None:
    for configuration in (load(), load("")):
        assert configuration.accounts == {"mock": AccountConfig(type="mock", options={})}
        assert configuration.default_account == "mock"


@pytest.mark.parametrize(
    ("text", "names", "default"),
    [
        ('[accounts.mock]\ntype = "mock"', ["mock"], "mock"),
        ('[accounts.a]\ntype = "x"', ["a", "mock"], "a"),
        ('[accounts.b]\ntype = "x"\n[accounts.a]\ntype = "x"', ["b", "a", "mock"], "b"),
        ('[accounts.mock]\ntype = "mock"\n[accounts.a]\ntype = "x"', ["mock", "a"], "a"),
        (
            'default_account = "mock"\n[accounts.a]\ntype = "x"',
            ["a", "mock"],
            "mock",
        ),
    ],
)
def test_the_default_account(text: str, names: list[str], default: str) -> None:
    configuration = load(text)
    assert list(configuration.accounts) == names
    assert configuration.default_account == default


@pytest.mark.parametrize("value", ['"other"', '""'])
def test_a_default_account_that_is_none(value: str) -> None:
    words = refused(f"default_account = {value}\n[accounts.acme]\ntype = 'acme'")
    assert "`default_account`: expected one of acme, mock, found " in words


def test_a_default_account_whose_table_is_wrong_is_no_second_fault() -> None:
    words = refused("default_account = 'acme'\n[accounts.acme]\ntype = 5")
    assert "`accounts.acme.type`" in words
    assert "default_account" not in words


@pytest.mark.parametrize("table", ["x = 1", 'type = ""', "type = 5", "type = []"])
def test_an_account_needs_a_type(table: str) -> None:
    assert "`accounts.a.type`" in refused(f"[accounts.a]\n{table}")


def test_an_account_is_a_table() -> None:
    assert "`accounts.a`" in refused("[accounts]\na = 5")


# The environment alone

CCXT = {"CCXT_BASE_URL": "http://127.0.0.1:8080", "WEBHOOK_SECRET": SECRET}


@pytest.mark.parametrize(
    ("environ", "name", "testnet"),
    [
        ({}, "binance", False),
        ({"EXCHANGE": "kraken", "TESTNET": "true"}, "kraken", True),
        ({"EXCHANGE": "", "TESTNET": ""}, "binance", False),
        ({"TESTNET": "0"}, "binance", False),
        ({"TESTNET": "Yes"}, "binance", True),
    ],
)
def test_the_environment_makes_a_ccxt_account(
    environ: dict[str, str], name: str, testnet: bool
) -> None:
    configuration = load(None, **CCXT, **environ)
    assert list(configuration.accounts) == [name, "mock"]
    assert configuration.default_account == name
    account = configuration.accounts[name]
    assert account.type == "ccxt-http"
    assert account.options == {
        "base_url": CCXT["CCXT_BASE_URL"],
        "webhook_secret": SECRET,
        "exchange": name,
        "testnet": testnet,
    }
    assert SECRET not in repr(configuration)
    assert configuration.webhook_secret is None


def test_with_a_file_the_environment_makes_none() -> None:
    configuration = load("", **CCXT)
    assert list(configuration.accounts) == ["mock"]


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"WEBHOOK_SECRET": ""}, "WEBHOOK_SECRET"),
        ({"TESTNET": "perhaps"}, "TESTNET"),
    ],
)
def test_a_wrong_environment_is_refused(environ: dict[str, str], name: str) -> None:
    words = refused(None, **(CCXT | environ))
    assert f"`{name}`" in words
    assert "expected" in words


def test_other_variables_alone_make_none() -> None:
    assert list(load(None, WEBHOOK_SECRET=SECRET, EXCHANGE="kraken").accounts) == ["mock"]


def test_what_is_set_is_what_there_is() -> None:
    """A whole file, as a user would write it."""
    text = """
        default_account = "paper"
        [service]
        listen = "[::1]:9000"
        wait = 1
        [webhook]
        min_confidence = 0.75
        [accounts.main]
        type = "ccxt-http"
        webhook_secret = "env:CCXT"
        base_url = "http://127.0.0.1:1"
        [accounts.paper]
        type = "mock"
        fee_bps = 10
        """
    configuration = load(text, CCXT=SECRET)
    assert configuration.default_account == "paper"
    assert configuration.service.listen == "[::1]:9000"
    assert configuration.webhook.min_confidence == Decimal("0.75")
    assert configuration.accounts["paper"].options == {"fee_bps": 10}
    wanted: dict[str, Any] = {"webhook_secret": SECRET, "base_url": "http://127.0.0.1:1"}
    assert configuration.accounts["main"].options == wanted


# Their secrets


@pytest.mark.parametrize(
    "name",
    ["webhook_secret", "api_key", "password", "passphrase", "token", "private_key", "Secret"],
)
def test_an_account_gets_its_secrets_by_reference(name: str) -> None:
    text = f'[accounts.acme]\ntype = "acme"\n{name} = '
    account = load(text + '"env:MINE"', MINE=SECRET).accounts["acme"]
    assert account.options == {name: SECRET}
    assert load(text + '"env:MINE"', MINE=SECRET).secrets == (SECRET,)
    assert SECRET not in repr(account)
    assert f"`accounts.acme.{name}`" in refused(text + f'"{SECRET}"')


# Where they come from


def test_a_file_and_the_environment_are_told_apart() -> None:
    of_file = load('[accounts.acme]\ntype = "acme"\nsize = 5\ntoken = "env:T"', T=SECRET)
    account = of_file.accounts["acme"]
    assert of_file.path is not None
    assert account.origins == dict.fromkeys(("type", "size", "token"), Origin("file", of_file.path))
    assert account.references == {"token": "env:T"}
    account = load(None, **CCXT).accounts["binance"]
    assert {key: origin.place for key, origin in account.origins.items()} == {
        "type": "CCXT_BASE_URL",
        "base_url": "CCXT_BASE_URL",
        "webhook_secret": "WEBHOOK_SECRET",
    }
    assert account.references == {"webhook_secret": "env:WEBHOOK_SECRET"}


def test_an_empty_address_makes_none() -> None:
    assert list(load(None, **(CCXT | {"CCXT_BASE_URL": ""})).accounts) == ["mock"]


def test_all_secrets_are_told_to_those_that_have_to_hide_them() -> None:
    configuration = load(
        '[accounts.a]\ntype = "acme"\ntoken = "env:T"\nsize = "x"',
        FILLGATE_API_KEY="the key of the API",
        FILLGATE_WEBHOOK_SECRET="the webhook's secret",
        T=SECRET,
    )
    assert configuration.secrets == ("the webhook's secret", "the key of the API", SECRET)
    assert load(None, **CCXT).secrets == (SECRET,)
    assert load(None).secrets == ()

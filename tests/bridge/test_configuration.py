"""The settings of a bridge."""

from pathlib import Path
from typing import Any

import pytest

from fillgate.bridge import configuration
from fillgate.bridge.configuration import (
    KEY_VARIABLES,
    BridgeConfiguration,
    BridgeTable,
    load_bridge,
)
from fillgate.config import AccountConfig, LogConfig
from fillgate.domain.errors import ConfigurationError
from fillgate.plugins.ccxt.credentials import NAMES
from fillgate.plugins.ccxt.options import read_settings

ENV = {"WEBHOOK_SECRET": "a-long-secret", "KEY": "a-key-of-the-exchange"}
MOCK = '[accounts.paper]\ntype = "mock"\n'


def load(folder: Path, text: str, env: dict[str, str] | None = None) -> BridgeConfiguration:
    path = folder / "bridge.toml"
    path.write_text(text)
    return load_bridge(path, environ=ENV if env is None else env)


def test_the_least_file(tmp_path: Path) -> None:
    found = load(tmp_path, MOCK)
    assert (found.name, found.account.type, found.secret) == ("paper", "mock", "a-long-secret")
    assert found.bridge.listen == "127.0.0.1:8006"
    assert not found.is_reachable


def test_a_whole_file(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        '[bridge]\nlisten = "0.0.0.0:9000"\nsecret = "env:KEY"\nmax_age = 5\n'
        'submit_deadline = 4\n[log]\nlevel = "error"\n' + MOCK + "seed = 3\n",
    )
    assert found.is_reachable
    assert (found.bridge.max_age, found.bridge.submit_deadline) == (5.0, 4.0)
    assert (found.log.level, found.account.options) == ("error", {"seed": 3})
    assert found.secrets == (ENV["KEY"],)
    assert ENV["KEY"] not in repr(found)


def test_the_command_line_wins(tmp_path: Path) -> None:
    path = tmp_path / "bridge.toml"
    path.write_text('[bridge]\nlisten = "127.0.0.1:1"\n' + MOCK)
    found = load_bridge(path, environ=ENV, listen="127.0.0.1:0")
    assert found.bridge.listen == "127.0.0.1:0"


WRONG = {
    "two accounts": (MOCK + '[accounts.other]\ntype = "mock"\n', "found paper, other"),
    "no account": ("", r"expected one table \[accounts.NAME\], found none"),
    "no text as a type": ("[accounts.paper]\ntype = 1\n", "`accounts.paper.type`"),
    "an account that is no table": ("accounts.paper = 1\n", r"expected a table \[accounts.paper\]"),
    "an unknown type": ('[accounts.paper]\ntype = "moc"\n', "did you mean 'mock'"),
    "an unknown option": (MOCK + "sead = 1\n", "line 3: `accounts.paper.sead`"),
    "an unknown table": (MOCK + "[brige]\n", "did you mean `bridge`"),
    "an unknown setting": ("[bridge]\nlissten = 1\n" + MOCK, "did you mean `listen`"),
    "no address": ('[bridge]\nlisten = "here"\n' + MOCK, "line 2: `bridge.listen`"),
    "a literal secret": ('[bridge]\nsecret = "s3cr3t"\n' + MOCK, "never given literally"),
    "a literal secret of the account": (MOCK + 'api_key = "s3cr3t"\n', "never given literally"),
    "a secret that is not there": ('[bridge]\nsecret = "env:NONE"\n' + MOCK, "NONE is not set"),
    "too old": ("[bridge]\nmax_age = 61\n" + MOCK, "1 to 60 seconds"),
    "no TOML": ("[", "is not TOML"),
    "no tables": ("bridge = 1\n" + MOCK, r"expected a table \[bridge\]"),
    "no table of accounts": ("accounts = []\n", r"expected a table \[accounts\]"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_told(kind: str, tmp_path: Path) -> None:
    text, words = WRONG[kind]
    with pytest.raises(ConfigurationError, match=words) as caught:
        load(tmp_path, text)
    assert "s3cr3t" not in str(caught.value)


def test_a_secret_that_is_too_short(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="at least 8 characters, found 5") as caught:
        load(tmp_path, MOCK, {"WEBHOOK_SECRET": "short"})
    assert "short" not in str(caught.value).replace("shorter", "")


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_bridge(Path("nowhere.toml"), environ=ENV)


def test_a_flag_of_the_environment_that_is_none() -> None:
    env = ENV | {"EXCHANGE": "kraken", "TESTNET": "maybe"}
    with pytest.raises(ConfigurationError, match="`TESTNET`: expected true or false"):
        load_bridge(None, environ=env)


@pytest.mark.parametrize(
    ("env", "name", "options"),
    [
        ({}, "binance", {"exchange": "binance", "testnet": False}),
        (
            {"EXCHANGE": "kraken", "TESTNET": "true", "CCXT_API_KEY": "k", "CCXT_SECRET": "s"},
            "kraken",
            {"exchange": "kraken", "testnet": True, "api_key": "k", "secret": "s"},
        ),
    ],
)
def test_the_environment_alone_means_an_account_of_ccxt(
    env: dict[str, str], name: str, options: dict[str, Any]
) -> None:
    """Whether that type is installed or not, it is this one that is asked for."""
    found, account = configuration._account(configuration._of_environment(env), env, None)
    assert (found, account.type, account.options) == (name, "ccxt", options)


def test_an_account_without_a_type_is_one_of_ccxt() -> None:
    tree = {"accounts": {"main": {"exchange": "kraken"}}}
    assert configuration._account(tree, {}, Path("bridge.toml"))[1].type == "ccxt"


def configured(kind: str, **options: Any) -> BridgeConfiguration:
    return BridgeConfiguration(
        bridge=BridgeTable(),
        log=LogConfig(),
        name="here",
        account=AccountConfig(type=kind, options=options),
        secret="a-long-secret",
    )


@pytest.mark.parametrize(
    ("kind", "options", "place"),
    [
        ("mock", {}, {}),
        ("ccxt-http", {}, {"exchange": "binance", "testnet": False}),
        ("ccxt-http", {"testnet": True}, {"exchange": "binance", "testnet": True}),
        ("ccxt-http", {"exchange": "kraken"}, {"exchange": "kraken", "testnet": False}),
    ],
)
def test_the_place_of_an_account_with_its_types_defaults(
    kind: str, options: dict[str, Any], place: dict[str, Any]
) -> None:
    assert configured(kind, **options).place == place


def test_the_environment_alone_is_an_account_that_the_plugin_takes() -> None:
    keys = {"CCXT_API_KEY": "the-key", "CCXT_SECRET": "the-secret", "CCXT_PASSWORD": "the-word"}
    assert set(keys) == set(KEY_VARIABLES.values())
    assert set(KEY_VARIABLES) == set(NAMES)
    found = load_bridge(
        None, environ={**ENV, **keys, "EXCHANGE": "okx", "TESTNET": "true", "KEY": "other"}
    )
    assert (found.name, found.account.type) == ("okx", "ccxt")
    assert found.place == {"exchange": "okx", "testnet": True}
    assert set(keys.values()) < set(found.secrets)
    options, credentials = read_settings(found.account.options, "accounts.okx")
    assert (options.exchange, options.testnet) == ("okx", True)
    assert credentials.for_ccxt() == {
        "apiKey": "the-key",
        "secret": "the-secret",
        "password": "the-word",
    }
    assert "the-" not in repr(found)


def test_the_default_of_testnet_is_a_place_too() -> None:
    assert load_bridge(None, environ=ENV).place == {"exchange": "binance", "testnet": False}
